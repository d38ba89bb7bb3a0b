"""Memories in DynamoDB: one partition per user, one item per memory. Every change also counts the user's usage."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Any, Final

from adapters.aws.errors import translate_aws_errors
from adapters.dynamodb.batch import TableBatch
from adapters.dynamodb.items import from_millis, text
from adapters.dynamodb.memory_writes import MemoryWrites, record_from, usage_from, usage_key
from adapters.dynamodb.turn_slots import Write
from adapters.dynamodb.writer import ItemWriter
from domain.errors import MemoriesFull, StoreUnavailable
from domain.memory import Memory, MemoryUsage
from domain.ports import Clock, MemoryStore
from domain.records import MemoryPage, MemoryRecord, MemoryTerms

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

    from adapters.dynamodb.items import Item, NewItem

#: Memories in one transaction. 25 of the longest, at twice the write units, stay below the 1,000 units that one
#: partition takes in a second; a transaction has at most 100 items.
#: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/bp-partition-key-design.html
PART: Final = 25


class DynamoDbMemoryStore(MemoryStore):
    """Every call has the user id as its partition key, so that none can reach another user's memories."""

    def __init__(self, client: "DynamoDBClient", table: str, chats_table: str, clock: Clock) -> None:
        self._client = client
        self._table = table
        self._chats_table = chats_table
        self._batch = TableBatch(client, table, clock)
        self._writer = ItemWriter(client, clock)

    # ---- storing and deleting, each in one transaction with the usage

    def put_many(
        self, user_id: str, memories: Sequence[Memory], terms: MemoryTerms | None = None
    ) -> MemoryRecord | None:
        request = _Request(self._writes(user_id), tuple(memories), terms, done=not memories)
        while not request.done:
            request = self._put_part(user_id, request)
        return request.past

    def _put_part(self, user_id: str, request: "_Request") -> "_Request":
        counted: MemoryUsage | None = None
        while True:
            record = request.record()
            refused = self._writer.transact([request.usage(counted), *record, *request.puts()])
            if refused is None:
                return request.after_part()
            usage, known, puts = refused[0], refused[1] if record else None, refused[1 + len(record) :]
            if known is not None:
                return request.continued(known)
            if any(found is not None for found in puts):
                # Our own write: its response was lost, and botocore retried it.
                return request.after_part()
            counted = self._counted_anew(user_id, usage or {}, request)

    def _counted_anew(self, user_id: str, item: "Item", request: "_Request") -> MemoryUsage | None:
        """The usage to write first, where there is none. Raises `MemoriesFull` where there is no room."""
        usage = usage_from(item)
        if usage is None:
            counted = MemoryUsage.of(self.list_all(user_id))
            request.check_room(counted)
            return counted
        request.check_room(usage)
        return None  # another request has counted meanwhile, or has made room

    def delete(self, user_id: str, memory_id: str) -> bool:
        memory = self._find(user_id, memory_id)
        if memory is None:
            return False
        writes = self._writes(user_id)
        usage = writes.usage(-1, -memory.size)
        while True:
            refused = self._writer.transact([writes.deletion(memory_id), usage])
            if refused is None:
                return True
            if refused[0] is not None:
                return False
            if usage_from(refused[1] or {}) is None:
                usage = writes.first_usage(MemoryUsage.of(self.list_all(user_id)) - MemoryUsage.of([memory]))
            else:
                usage = writes.usage(-1, -memory.size)

    def _writes(self, user_id: str) -> MemoryWrites:
        return MemoryWrites(self._table, self._chats_table, user_id)

    # ---- reading

    def usage(self, user_id: str) -> MemoryUsage:
        with translate_aws_errors(StoreUnavailable):
            found = self._client.get_item(TableName=self._chats_table, Key=usage_key(user_id), ConsistentRead=True)
        usage = usage_from(found.get("Item", {}))
        return MemoryUsage.of(self.list_all(user_id)) if usage is None else usage

    def list_all(self, user_id: str) -> tuple[Memory, ...]:
        return tuple(map(_memory_from, self._batch.query_all(self._query(user_id, None))))

    def list_page(self, user_id: str, limit: int, before: str | None = None) -> MemoryPage:
        with translate_aws_errors(StoreUnavailable):
            found = self._client.query(**self._query(user_id, before), Limit=limit)
        last = found.get("LastEvaluatedKey")
        return MemoryPage(tuple(map(_memory_from, found["Items"])), last["memory_id"]["S"] if last else None)

    def get_many(self, user_id: str, memory_ids: Collection[str]) -> tuple[Memory, ...]:
        # One small query each: an answer cites few memories, and the worker's role needs no right beyond Query.
        found = (self._find(user_id, memory_id) for memory_id in sorted(set(memory_ids)))
        return tuple(memory for memory in found if memory is not None)

    def _find(self, user_id: str, memory_id: str) -> Memory | None:
        query = self._query(user_id, None)
        query["KeyConditionExpression"] += " AND memory_id = :memory"
        query["ExpressionAttributeValues"][":memory"] = text(memory_id)
        with translate_aws_errors(StoreUnavailable):
            found = self._client.query(**query)
        return _memory_from(found["Items"][0]) if found["Items"] else None

    def _query(self, user_id: str, before: str | None) -> dict[str, Any]:
        values: NewItem = {":user": text(user_id)}
        condition = "user_id = :user"
        if before is not None:
            condition, values[":before"] = "user_id = :user AND memory_id < :before", text(before)
        return {
            "TableName": self._table,
            "KeyConditionExpression": condition,
            "ExpressionAttributeValues": values,
            "ScanIndexForward": False,
            # A memory that was just deleted must not appear in an answer.
            "ConsistentRead": True,
        }


@dataclass(frozen=True, slots=True)
class _Request:
    """A request's memories, of which the first `stored` are written; `past` when an earlier request has begun it."""

    writes: MemoryWrites
    memories: tuple[Memory, ...]
    terms: MemoryTerms | None
    stored: int = 0
    past: MemoryRecord | None = None
    done: bool = False

    @property
    def _end(self) -> int:
        return min(self.stored + PART, len(self.memories))

    @property
    def _part(self) -> tuple[Memory, ...]:
        return self.memories[self.stored : self._end]

    def puts(self) -> list[Write]:
        return [self.writes.memory(memory) for memory in self._part]

    def record(self) -> list[Write]:
        """What becomes of the record with this part."""
        if self.terms is None or (self.terms.forget_key and len(self.memories) <= PART):
            return []
        if not self.stored:
            return [self.writes.record(self.memories, self._end, self.terms)]
        if self.terms.forget_key and self._end == len(self.memories):
            return [self.writes.record_end(self.stored, self.terms)]
        return [self.writes.record_progress(self.stored, self._end, self.terms)]

    def usage(self, counted: MemoryUsage | None) -> Write:
        part = MemoryUsage.of(self._part)
        if counted is not None:
            return self.writes.first_usage(counted + part)
        room = self._limit - MemoryUsage.of(self.memories) if self._limit and not self.stored else None
        return self.writes.usage(part.memories, part.size, room)

    @property
    def _limit(self) -> MemoryUsage | None:
        return self.terms.limit if self.terms else None

    def check_room(self, usage: MemoryUsage) -> None:
        if self._limit and not self.stored and not (usage + MemoryUsage.of(self.memories)).within(self._limit):
            raise MemoriesFull(usage.memories, usage.size, self._limit.memories, self._limit.size)

    def after_part(self) -> "_Request":
        return replace(self, stored=self._end, done=self._end == len(self.memories))

    def continued(self, known: "Item") -> "_Request":
        """The request as the record `known` has it: begun by an earlier request, or by this one's lost write."""
        if not known:  # another request with the same content has stored the rest
            return replace(self, done=True)
        record, stored = record_from(known), int(known["written"]["N"])
        ours = tuple(memory.memory_id for memory in self.memories) == record.memory_ids
        if not ours and (self.terms is None or record.fingerprint != self.terms.key.fingerprint):
            return replace(self, past=record, done=True)
        memories = tuple(
            replace(memory, memory_id=memory_id)
            for memory, memory_id in zip(self.memories, record.memory_ids, strict=True)
        )
        past = self.past if ours else record
        return replace(self, memories=memories, stored=stored, past=past, done=stored == len(memories))


def _memory_from(item: "Item") -> Memory:
    return Memory(
        memory_id=item["memory_id"]["S"],
        text=item["text"]["S"],
        occurred_at=from_millis(int(item["occurred_at"]["N"])),
        tags=tuple(tag["S"] for tag in item.get("tags", {"L": []})["L"]),
        day=date.fromisoformat(item["day"]["S"]) if "day" in item else None,
        time_zone=item["time_zone"]["S"] if "time_zone" in item else None,
    )
