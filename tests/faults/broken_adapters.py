"""Mutants of the DynamoDB adapter: one condition left out, or one transaction made into two writes."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final

from adapters.dynamodb import chat_repository as repository
from adapters.dynamodb import chat_writes as writes
from adapters.dynamodb import items, turn_slots
from adapters.dynamodb.chat_repository import DynamoDbChatRepository
from adapters.dynamodb.chat_writes import ChatWrites
from adapters.dynamodb.items import text
from adapters.dynamodb.turn_slots import SlotShard, TurnSlots, Write
from domain.chat import Chat, Message, Turn
from domain.records import ChatPage, IdempotencyKey, IdempotencyRecord, NewQuestion, PageRequest
from tests.faults.mutant import Judge, Mutant, MutantUnfit

Build = Callable[..., Write]


def _unconditional(build: Build, part: str = "") -> Build:
    """The same write without its condition, or without `part` of it. What the condition names must still occur."""

    def built(*arguments: Any) -> Write:
        write = build(*arguments)
        ((_, body),) = write.items()
        condition = body["ConditionExpression"]
        left_out = part or condition
        if left_out not in condition:
            raise MutantUnfit(condition)
        true = f"({left_out} OR attribute_exists(pk) OR attribute_not_exists(pk))"
        body["ConditionExpression"] = condition.replace(left_out, true)
        return write

    return built


_unchanged = writes._unchanged
_save_question = DynamoDbChatRepository.save_question
_advance = DynamoDbChatRepository.compare_and_set_turn
_idempotency_key = ChatWrites.idempotency_key
_page = repository._page
_shards_for = TurnSlots.shards_for
_past_ask_from = items.past_ask_from


def _compare_the_turn_only(seen: Turn) -> tuple[str, Any]:
    return "turn_id = :seen_id", {":seen_id": text(seen.turn_id)}


def _compare_no_lease(seen: Turn) -> tuple[str, Any]:
    condition, values = _unchanged(replace(seen, lease=None))
    return condition.removesuffix(" AND attribute_not_exists(lease)"), values


def _keep_keys_for_ever(self: ChatWrites, key: IdempotencyKey, turn: Turn) -> Write:
    write = _idempotency_key(self, key, turn)
    write["Put"]["ConditionExpression"] = "attribute_not_exists(pk) OR expires_at > :now AND expires_at < :now"
    return write


def _keep_the_place(self: SlotShard, turn: Turn) -> Write:
    return self._write("ADD thinking :places", [turn_slots._permit(turn)])


def _keep_the_workspace_s_place(self: TurnSlots, turn: Turn, user_limit: int) -> list[SlotShard]:
    return _shards_for(self, turn, user_limit) if turn.thinking else _shards_for(self, turn, user_limit)[:1]


def _answer_in_two_writes(
    self: DynamoDbChatRepository, seen: Turn, then: Turn, answer: Message | None = None, turn_limit: int | None = None
) -> bool:
    if answer is None:
        return _advance(self, seen, then, answer, turn_limit)
    left = self._slots.shards_for(seen, 1)
    done = (
        self._transact(
            [self._writes.compare_and_set_turn(seen, then, answer), *(place.release(seen) for place in left)]
        )
        is None
    )
    if done:
        self._client.put_item(**self._writes.message(then.chat_id, answer)["Put"])
    return done


def _save_the_message_first(self: DynamoDbChatRepository, new: NewQuestion) -> IdempotencyRecord | None:
    self._client.put_item(**self._writes.message(new.turn.chat_id, new.message)["Put"])
    return _save_question(self, new)


def _forget_whose_key(item: Any) -> IdempotencyRecord:
    return replace(_past_ask_from(item), question_id="")


def _show_beyond_the_header(chat: Chat, messages: list[Message], page: PageRequest, more: bool) -> ChatPage | None:
    newest = max([chat.last_message_id, *(message.message_id for message in messages)])
    found = _page(replace(chat, last_message_id=newest), messages, page, more)
    return found and replace(found, chat=chat)


def _show_what_is_there(chat: Chat, messages: list[Message], page: PageRequest, more: bool) -> ChatPage | None:
    newest = max((m.message_id for m in messages if m.message_id <= chat.last_message_id), default="")
    found = _page(replace(chat, last_message_id=newest), messages, page, more)
    return found and replace(found, chat=chat)


def _seen_by_comparison(name: str, owner: object, attribute: str, instead: object) -> Mutant:
    return Mutant(name, Judge.MODEL_BASED, owner, attribute, instead)


ADAPTER_MUTANTS: Final = (
    _seen_by_comparison("a move compares the turn only", writes, "_unchanged", _compare_the_turn_only),
    _seen_by_comparison("a move does not compare the lease", writes, "_unchanged", _compare_no_lease),
    _seen_by_comparison(
        "a question does not ask whose chat it is",
        ChatWrites,
        "next_question",
        _unconditional(ChatWrites.next_question, "user_id = :user"),
    ),
    _seen_by_comparison(
        "a question does not ask whether the chat is free",
        ChatWrites,
        "next_question",
        _unconditional(ChatWrites.next_question, "turn_state IN (:answered, :failed, :cancelled)"),
    ),
    _seen_by_comparison(
        "a question does not ask for its order",
        ChatWrites,
        "next_question",
        _unconditional(ChatWrites.next_question, "last_message_id < :message_id"),
    ),
    _seen_by_comparison(
        "a key may be taken twice", ChatWrites, "idempotency_key", _unconditional(ChatWrites.idempotency_key)
    ),
    _seen_by_comparison("a key never expires", ChatWrites, "idempotency_key", _keep_keys_for_ever),
    _seen_by_comparison("one's own key is taken for another's", repository, "past_ask_from", _forget_whose_key),
    _seen_by_comparison("there is always a place", SlotShard, "acquire", _unconditional(SlotShard.acquire)),
    _seen_by_comparison("places are not given back", SlotShard, "release", _keep_the_place),
    _seen_by_comparison(
        "the workspace's places are not given back", TurnSlots, "shards_for", _keep_the_workspace_s_place
    ),
    _seen_by_comparison(
        "the workspace has any number of places", TurnSlots, "shards_for", lambda *how: _shards_for(*how)[:1]
    ),
    _seen_by_comparison("a repeated move counts as refused", repository, "_is", lambda turn, header: False),
    _seen_by_comparison(
        "a draft needs no running turn", ChatWrites, "save_progress", _unconditional(ChatWrites.save_progress)
    ),
    _seen_by_comparison(
        "the message is saved before its chat is asked",
        DynamoDbChatRepository,
        "save_question",
        _save_the_message_first,
    ),
    Mutant(
        "the answer is saved after the turn's end",
        Judge.CRASH_POINTS,
        DynamoDbChatRepository,
        "compare_and_set_turn",
        _answer_in_two_writes,
        "a first question",
    ),
    Mutant(
        "a lost reply of a move counts as refusal",
        Judge.CRASH_POINTS,
        repository,
        "_is",
        lambda turn, header: False,
        "a first question",
    ),
    Mutant("messages newer than the header are shown", Judge.TORN_READS, repository, "_page", _show_beyond_the_header),
    Mutant("a header newer than the messages is shown", Judge.TORN_READS, repository, "_page", _show_what_is_there),
)
