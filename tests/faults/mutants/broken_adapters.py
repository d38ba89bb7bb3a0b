"""Mutants of the DynamoDB adapter: one condition is missing, or one transaction is two writes."""

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final

from adapters.dynamodb import chat_repository as repository
from adapters.dynamodb import chat_writes as writes
from adapters.dynamodb import items, turn_slots, writer
from adapters.dynamodb.chat_repository import DynamoDbChatRepository
from adapters.dynamodb.chat_writes import ChatWrites
from adapters.dynamodb.items import text
from adapters.dynamodb.turn_slots import SlotShard, TurnSlots, Write
from adapters.dynamodb.writer import Retries
from domain.chat import Chat, ChatVersion, Message, Turn
from domain.errors import StoreUnavailable
from domain.limits import Budget, UserLimits
from domain.records import ChatPage, IdempotencyKey, IdempotencyRecord, NewQuestion, PageRequest
from tests.faults.mutants.mutant import Judge, Mutant, OutdatedMutant

Build = Callable[..., Write]


def _see_no_steps(item: Any) -> ChatVersion | None:
    found = items.version_from(item)
    return found and replace(found, progress=())


def _unconditional(build: Build, part: str = "") -> Build:
    """The same write without its condition, or without `part` of it; DynamoDB still wants every name to be used."""

    def built(*arguments: Any) -> Write:
        write = build(*arguments)
        ((_, body),) = write.items()
        condition = body["ConditionExpression"]
        left_out = part or condition
        if left_out not in condition:
            raise OutdatedMutant(condition)
        true = f"({left_out} OR attribute_exists(pk) OR attribute_not_exists(pk))"
        body["ConditionExpression"] = condition.replace(left_out, true)
        return write

    return built


_unchanged = writes._unchanged
_save_question = DynamoDbChatRepository.save_question
_compare_and_set = DynamoDbChatRepository.compare_and_set_turn
_idempotency_key = ChatWrites.idempotency_key
_page = repository._page
_is_stored = repository._is_stored
_shards_for = TurnSlots.shards_for
_past_ask_from = items.idempotency_record_from


def _compare_only_turn_id(seen: Turn) -> tuple[str, Any]:
    return "turn_id = :seen_id", {":seen_id": text(seen.turn_id)}


def _ignore_lease(seen: Turn) -> tuple[str, Any]:
    condition, values = _unchanged(replace(seen, lease=None))
    return condition.removesuffix(" AND attribute_not_exists(lease)"), values


def _never_expire_keys(self: ChatWrites, key: IdempotencyKey, turn: Turn) -> Write:
    write = _idempotency_key(self, key, turn)
    write["Put"]["ConditionExpression"] = "attribute_not_exists(pk) OR expires_at > :now AND expires_at < :now"
    return write


def _release_nothing(self: SlotShard, turn: Turn) -> Write:
    return _unconditional(SlotShard.acquire)(replace(self, budgets=()), turn)


_acquire = SlotShard.acquire
_acquire_again = SlotShard.acquire_again


def _acquire_without_budgets(self: SlotShard, turn: Turn) -> Write:
    return _acquire(replace(self, budgets=()), turn)


def _acquire_again_without_budgets(self: SlotShard, item: Any, turn: Turn) -> Write:
    return _acquire_again(replace(self, budgets=()), item, turn)


def _acquire_over_budget(self: SlotShard, turn: Turn) -> Write:
    return _acquire(replace(self, budgets=tuple(replace(budget, limit=10**6) for budget in self.budgets)), turn)


def _go_on_from_an_old_counter(self: SlotShard, turn: Turn) -> Write:
    write = _acquire(self, turn)
    condition = write["Update"]["ConditionExpression"]
    write["Update"]["ConditionExpression"] = re.sub(r"AND attribute_not_exists\(\w+_\d+\)", "", condition)
    return write


def _keep_old_counters(self: Any, budget: Budget, window: int) -> None:
    self.set.append(f"{budget.name}_at = :{budget.name}_at")


def _keep_workspace_slot(self: TurnSlots, turn: Turn, limits: UserLimits | None = None) -> list[SlotShard]:
    return _shards_for(self, turn, limits) if limits else _shards_for(self, turn)[:1]


def _every_end(*, by_worker: bool) -> Callable[..., bool]:
    """Every end of a turn counts as its worker's, or as somebody else's."""

    def changed(*change: Any, **how: Any) -> bool:
        return _compare_and_set(*change, **{**how, "by_worker": by_worker})

    return changed


def _save_answer_after_turn(
    self: DynamoDbChatRepository,
    seen: Turn,
    then: Turn,
    answer: Message | None = None,
    limits: UserLimits | None = None,
    *,
    by_worker: bool = False,
) -> bool:
    if answer is None:
        return _compare_and_set(self, seen, then, answer, limits, by_worker=by_worker)
    shards = self._slots.shards_for(seen)
    done = (
        self._writer.transact(
            [self._writes.compare_and_set_turn(seen, then, answer), *(shard.release(seen) for shard in shards)]
        )
        is None
    )
    if done:
        self._client.put_item(**self._writes.message(then.chat_id, answer)["Put"])
    return done


def _save_message_first(self: DynamoDbChatRepository, new: NewQuestion) -> IdempotencyRecord | None:
    self._client.put_item(**self._writes.message(new.turn.chat_id, new.message)["Put"])
    return _save_question(self, new)


def _never_recognise_own_key(item: Any) -> IdempotencyRecord:
    return replace(_past_ask_from(item), question_id="")


def _show_messages_newer_than_header(
    chat: Chat, messages: list[Message], cut: bool, page: PageRequest, *, final: bool = False
) -> ChatPage | None:
    newest = max([chat.last_message_id, *(message.message_id for message in messages)])
    found = _page(replace(chat, last_message_id=newest), messages, cut, page, final=final)
    return found and replace(found, chat=chat)


def _show_header_newer_than_messages(
    chat: Chat, messages: list[Message], cut: bool, page: PageRequest, *, final: bool = False
) -> ChatPage | None:
    newest = max((m.message_id for m in messages if m.message_id <= chat.last_message_id), default="")
    found = _page(replace(chat, last_message_id=newest), messages, cut, page, final=final)
    return found and replace(found, chat=chat)


def _recognise_only_the_turn(new: NewQuestion, header: Any, message: Any) -> bool:
    return _is_stored(new, header, None)


def _give_up_at_once(self: Retries, reason: str) -> None:
    raise StoreUnavailable(reason)


def _compared(name: str, owner: object, attribute: str, replacement: object) -> Mutant:
    return Mutant(name, Judge.MODEL_BASED, owner, attribute, replacement)


ADAPTER_MUTANTS: Final = (
    _compared("compare-and-set compares only the turn id", writes, "_unchanged", _compare_only_turn_id),
    _compared("a new turn keeps what the one before used", writes, "REPORTED", ("progress",)),
    _compared("compare-and-set ignores the lease", writes, "_unchanged", _ignore_lease),
    _compared(
        "a question's transaction ignores the chat's owner",
        ChatWrites,
        "next_question",
        _unconditional(ChatWrites.next_question, "user_id = :user"),
    ),
    _compared(
        "a question's transaction ignores a thinking turn",
        ChatWrites,
        "next_question",
        _unconditional(ChatWrites.next_question, "turn_state IN (:answered, :failed, :cancelled)"),
    ),
    _compared(
        "a question's transaction ignores the order of message ids",
        ChatWrites,
        "next_question",
        _unconditional(ChatWrites.next_question, "last_message_id < :message_id"),
    ),
    _compared(
        "an idempotency key can be used twice",
        ChatWrites,
        "idempotency_key",
        _unconditional(ChatWrites.idempotency_key),
    ),
    _compared("an idempotency key never expires", ChatWrites, "idempotency_key", _never_expire_keys),
    _compared(
        "a repeated write takes its own idempotency record for another's",
        repository,
        "idempotency_record_from",
        _never_recognise_own_key,
    ),
    _compared("acquire ignores the limit", SlotShard, "acquire", _unconditional(SlotShard.acquire)),
    _compared("acquire counts in no budget", SlotShard, "acquire", _acquire_without_budgets),
    _compared("acquire ignores the budgets", SlotShard, "acquire", _acquire_over_budget),
    _compared("a refused acquire ignores the budgets", SlotShard, "acquire_again", _acquire_again_without_budgets),
    _compared("a window goes on from an old counter", SlotShard, "acquire", _go_on_from_an_old_counter),
    _compared("old counters stay", turn_slots._Update, "set_counter", _keep_old_counters),
    _compared("release does nothing", SlotShard, "release", _release_nothing),
    _compared("release leaves the workspace's slot taken", TurnSlots, "shards_for", _keep_workspace_slot),
    _compared(
        "a stopped turn frees its slots at once",
        DynamoDbChatRepository,
        "compare_and_set_turn",
        _every_end(by_worker=True),
    ),
    _compared(
        "a worker's end keeps the slots", DynamoDbChatRepository, "compare_and_set_turn", _every_end(by_worker=False)
    ),
    _compared(
        "a worker that lets go releases nothing", DynamoDbChatRepository, "release_slots", lambda self, turn: None
    ),
    _compared("acquire ignores the workspace's limit", TurnSlots, "shards_for", lambda *how: _shards_for(*how)[:1]),
    _compared("a repeated compare-and-set counts as refused", repository, "_is", lambda turn, header: False),
    _compared(
        "progress is saved for a turn that does not run",
        ChatWrites,
        "save_progress",
        _unconditional(ChatWrites.save_progress),
    ),
    _compared(
        "the message is saved before the question's transaction",
        DynamoDbChatRepository,
        "save_question",
        _save_message_first,
    ),
    _compared("what is no answer takes feedback", ChatWrites, "feedback", _unconditional(ChatWrites.feedback)),
    Mutant(
        "the answer is saved after the turn has ended",
        Judge.CRASH_POINTS,
        DynamoDbChatRepository,
        "compare_and_set_turn",
        _save_answer_after_turn,
        "a first question",
    ),
    Mutant(
        "a compare-and-set whose reply was lost counts as refused",
        Judge.CRASH_POINTS,
        repository,
        "_is",
        lambda turn, header: False,
        "a first question",
    ),
    Mutant(
        "a write that meets a transaction is not sent again",
        Judge.CRASH_POINTS,
        Retries,
        "pause",
        _give_up_at_once,
        "a first question",
    ),
    Mutant(
        "half a refusal is believed",
        Judge.CRASH_POINTS,
        writer,
        "_decided",
        lambda codes: writer._REFUSED in codes,
        "a further question",
    ),
    Mutant("a write in a race is not sent again", Judge.RACES, Retries, "pause", _give_up_at_once),
    Mutant(
        "half a refusal is believed in a race", Judge.RACES, writer, "_decided", lambda codes: writer._REFUSED in codes
    ),
    _compared(
        "half a refusal is believed by the repository", writer, "_decided", lambda codes: writer._REFUSED in codes
    ),
    _compared("an older question stored again is refused", repository, "_is_stored", _recognise_only_the_turn),
    _compared("a look at a chat sees no steps", repository, "version_from", _see_no_steps),
    Mutant(
        "a page shows messages newer than its header",
        Judge.TORN_READS,
        repository,
        "_page",
        _show_messages_newer_than_header,
    ),
    Mutant(
        "a page shows a header newer than its messages",
        Judge.TORN_READS,
        repository,
        "_page",
        _show_header_newer_than_messages,
    ),
)
