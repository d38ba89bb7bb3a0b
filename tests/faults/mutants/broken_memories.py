"""Mutants of storing and deleting memories: one condition is missing, or one part is not counted."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final

from adapters.dynamodb import memory_store as store
from adapters.dynamodb.memory_writes import MemoryWrites
from adapters.dynamodb.turn_slots import Write
from domain.memory import Memory, MemoryUsage
from tests.faults.mutants.mutant import Judge, Mutant, OutdatedMutant

_memory = MemoryWrites.memory
_deletion = MemoryWrites.deletion
_record = MemoryWrites.record
_usage = MemoryWrites.usage
_first_usage = MemoryWrites.first_usage
_request_record = store._Request.record


def _unconditional(write: Write) -> Write:
    ((_, body),) = write.items()
    if "ConditionExpression" not in body:
        raise OutdatedMutant
    names = ("ConditionExpression", "ReturnValuesOnConditionCheckFailure")
    kept = {name: part for name, part in body.items() if name not in names}
    values = {
        name: value
        for name, value in kept.pop("ExpressionAttributeValues", {}).items()
        if name in kept.get("UpdateExpression", "")
    }
    ((kind, _),) = write.items()
    return {kind: {**kept, **({"ExpressionAttributeValues": values} if values else {})}}


def _put_over(self: MemoryWrites, memory: Memory) -> Write:
    return _unconditional(_memory(self, memory))


def _without(*names: str) -> Callable[[MemoryWrites, Memory], Write]:
    def memory(self: MemoryWrites, memory: Memory) -> Write:
        return _memory(self, replace(memory, **dict.fromkeys(names)))  # type: ignore[arg-type]  # names of fields

    return memory


def _delete_again(self: MemoryWrites, memory_id: str) -> Write:
    return _unconditional(_deletion(self, memory_id))


def _new_record_each_time(self: MemoryWrites, *arguments: Any) -> Write:
    return _unconditional(_record(self, *arguments))


def _count_from_nothing(self: MemoryWrites, memories: int, size: int, room: MemoryUsage | None = None) -> Write:
    return _unconditional(_usage(self, memories, size, room))


def _without_limit(self: MemoryWrites, memories: int, size: int, room: MemoryUsage | None = None) -> Write:
    return _usage(self, memories, size)


def _never_expired(self: MemoryWrites, *arguments: Any) -> Write:
    write = _record(self, *arguments)
    write["Put"]["ConditionExpression"] = "attribute_not_exists(pk) OR expires_at > :now AND expires_at < :now"
    return write


def _count_anew(self: MemoryWrites, usage: MemoryUsage) -> Write:
    return _first_usage(self, MemoryUsage(usage.memories + 1, usage.size))


def _record_only_the_first_part(self: store._Request) -> list[Write]:
    return [] if self.stored else _request_record(self)


def _forget_at_once(self: store._Request) -> list[Write]:
    return [] if self.terms and self.terms.forget_key else _request_record(self)


MEMORY_MUTANTS: Final = (
    Mutant("no limit holds after the first memory", Judge.MEMORY_STORE, MemoryWrites, "usage", _without_limit),
    Mutant("a key of memories never expires", Judge.MEMORY_STORE, MemoryWrites, "record", _never_expired),
    Mutant("a memory's day is lost", Judge.MEMORY_STORE, MemoryWrites, "memory", _without("day")),
    Mutant("a memory's time zone is lost", Judge.MEMORY_STORE, MemoryWrites, "memory", _without("time_zone")),
    Mutant("a memory is put without a condition", Judge.MEMORIES, MemoryWrites, "memory", _put_over),
    Mutant("a deletion is counted again", Judge.MEMORIES, MemoryWrites, "deletion", _delete_again),
    Mutant("a request's record is written over", Judge.MEMORIES, MemoryWrites, "record", _new_record_each_time),
    Mutant("who was not counted yet starts from nothing", Judge.MEMORIES, MemoryWrites, "usage", _count_from_nothing),
    Mutant("the first count is one too many", Judge.MEMORIES, MemoryWrites, "first_usage", _count_anew),
    Mutant(
        "the record does not follow the parts", Judge.MEMORIES, store._Request, "record", _record_only_the_first_part
    ),
    Mutant("a request without a key leaves no record", Judge.MEMORIES, store._Request, "record", _forget_at_once),
)
