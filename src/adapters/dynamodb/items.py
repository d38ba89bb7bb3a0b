"""Items of the chats table: one partition per chat, so that one query reads the header and the messages.

    pk                  sk                  what
    <chat id>           m#<message id>      a message
    <chat id>           ~chat               the header: chat and latest turn; sorts after every message
    input#<chat id>     input               what the agent saved with its last question to the user; expires. Not in the
                                            chat's partition: polls would read it, and pay for its 64 KB
    user#<user id>      turns               the user's turn slots: see turn_slots.py
    places#<number>     turns               a shard of the workspace's turn slots, likewise
    user#<user id>      key#<hash>          an idempotency record; expires

Mapped by hand: boto3's TypeDeserializer would take an eighth of a warm poll.
"""

import hashlib
from base64 import b64decode, b64encode
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from domain.chat import (
    Chat,
    ChatSummary,
    ChatVersion,
    Citation,
    Feedback,
    InputRequest,
    Message,
    Role,
    Step,
    Turn,
    TurnState,
    Usage,
)
from domain.failure_codes import FailureCode
from domain.records import IdempotencyKey, IdempotencyRecord, SavedInput

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.type_defs import AttributeValueTypeDef

    Item = Mapping[str, AttributeValueTypeDef]
    NewItem = dict[str, AttributeValueTypeDef]

HEADER: Final = "~chat"
MESSAGE: Final = "m#"

#: Optional attributes of a turn in the header: every write of a turn sets or removes each of them.
OPTIONAL_OF_TURN: Final = (
    *("lease", "started_at", "ended_at", "failure", "failure_message", "cancel_reason", "draft"),
    *("input_id", "input_question", "input_choices", "input_until"),
)
#: A turn that waits for input is stored as answered, with what the agent asks: an older version of the service, in a
#: gradual release or after a rollback, shows the agent's question as an answer, and takes any text as a new question.
_STORED_STATES: Final = {TurnState.NEEDS_INPUT: TurnState.ANSWERED}
#: How long the agent's state is kept after its expiry: a turn that began before may still read it.
KEPT_AFTER_EXPIRY: Final = timedelta(days=1)
#: Attributes of what the agent reports: they stay through the turn's transitions, and go with a new turn.
REPORTED: Final = ("progress", "usage")
#: The header's attributes that `version_from` needs.
VERSION: Final = ("user_id", "turn_id", "turn_state", "last_message_id", "input_id", "progress", "draft", "usage")


def text(value: str) -> "AttributeValueTypeDef":
    return {"S": value}


def number(value: int) -> "AttributeValueTypeDef":
    return {"N": str(value)}


def moment(value: datetime) -> "AttributeValueTypeDef":
    """A time in milliseconds since 1970."""
    return {"N": str(millis(value))}


def millis(value: datetime) -> int:
    return round(value.timestamp() * 1000)


def from_millis(value: int) -> datetime:
    # Not fromtimestamp(value / 1000): the float would round some milliseconds down. And no keyword of timedelta, which
    # would calculate with fractions: a page has up to a hundred times.
    return _EPOCH + timedelta(0, value // 1000, value % 1000 * 1000)


_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


def header_key(chat_id: str) -> "NewItem":
    return {"pk": text(chat_id), "sk": text(HEADER)}


def stored_state(state: TurnState) -> str:
    """The value of `turn_state`."""
    return _STORED_STATES.get(state, state).value


def input_key(chat_id: str) -> "NewItem":
    return {"pk": text(f"input#{chat_id}"), "sk": text("input")}


def message_key(chat_id: str, message_id: str) -> "NewItem":
    return {"pk": text(chat_id), "sk": text(MESSAGE + message_id)}


def idempotency_key(user_id: str, key: str) -> "NewItem":
    return {"pk": text(f"user#{user_id}"), "sk": text("key#" + hashlib.sha256(key.encode()).hexdigest())}


def turn_attributes(turn: Turn) -> "NewItem":
    """The header's attributes of its turn, without those that are None. Only `save_progress` writes steps and draft."""
    optional = {
        "lease": turn.lease and text(turn.lease),
        "started_at": turn.started_at and moment(turn.started_at),
        "ended_at": turn.ended_at and moment(turn.ended_at),
        "failure": turn.failure and text(turn.failure),
        "failure_message": turn.failure_message and text(turn.failure_message),
        "cancel_reason": turn.cancel_reason and text(turn.cancel_reason),
        "usage": turn.usage and usage_item(turn.usage),
    }
    return {
        "turn_id": text(turn.turn_id),
        "question_id": text(turn.question_id),
        "asked_at": moment(turn.asked_at),
        "deadline": moment(turn.deadline),
        "dispatch_token": text(turn.dispatch_token),
        "turn_state": text(stored_state(turn.state)),
        **{name: value for name, value in optional.items() if value},
        **(_request_item(turn.input) if turn.input else {}),
    }


def header_item(chat: Chat, active_at: datetime) -> "NewItem":
    return {
        **header_key(chat.chat_id),
        "user_id": text(chat.user_id),
        "title": text(chat.title),
        "last_text": text(chat.last_text),
        "last_message_id": text(chat.last_message_id),
        "activity": text(chat.last_message_id),
        "active_at": moment(active_at),
        **turn_attributes(chat.turn),
    }


def chat_from(item: "Item") -> Chat | None:
    """The chat of a header; None for a chat that is being deleted."""
    if "user_id" not in item:
        return None
    usual = item.get("usual")
    return Chat(
        turn=turn_from(item),
        title=item["title"]["S"],
        last_text=item["last_text"]["S"],
        last_message_id=item["last_message_id"]["S"],
        last_answer_id=_text(item, "last_answer_id"),
        read_up_to=_text(item, "read_up_to"),
        last_duration=timedelta(milliseconds=int(usual["N"])) if usual else None,
    )


def version_from(item: "Item") -> ChatVersion | None:
    """The version of a header, read with `VERSION`; None for a chat that is being deleted."""
    if "user_id" not in item:
        return None
    state = (item["turn_id"]["S"], _state_from(item), item["last_message_id"]["S"])
    return ChatVersion(state, _progress_from(item), _text(item, "draft"), _usage_from(item))


def _progress_from(item: "Item") -> tuple[Step, ...]:
    return tuple(_step_from(step["M"]) for step in item.get("progress", {"L": []})["L"])


def turn_from(item: "Item") -> Turn:
    state = _state_from(item)
    return Turn(
        chat_id=item["pk"]["S"],
        user_id=item["user_id"]["S"],
        turn_id=item["turn_id"]["S"],
        question_id=item["question_id"]["S"],
        asked_at=_moment(item, "asked_at") or _EPOCH,
        deadline=_moment(item, "deadline") or _EPOCH,
        dispatch_token=item["dispatch_token"]["S"],
        state=state,
        lease=_text(item, "lease"),
        started_at=_moment(item, "started_at"),
        ended_at=_moment(item, "ended_at"),
        failure=_failure_from(item),
        # A version of the service that does not know these two leaves those of an earlier turn.
        failure_message=_text(item, "failure_message") if state is TurnState.FAILED else None,
        cancel_reason=_text(item, "cancel_reason") if state is TurnState.CANCELLED else None,
        input=_request_from(item) if _asks(item) else None,
        progress=_progress_from(item),
        draft=_text(item, "draft"),
        usage=_usage_from(item),
    )


def summary_from(item: "Item") -> ChatSummary:
    return ChatSummary(
        chat_id=item["pk"]["S"],
        title=item["title"]["S"],
        last_text=item["last_text"]["S"],
        last_message_id=item["last_message_id"]["S"],
        last_answer_id=_text(item, "last_answer_id"),
        read_up_to=_text(item, "read_up_to"),
        active_at=_moment(item, "active_at") or _EPOCH,
        state=TurnState(item["turn_state"]["S"]),
        deadline=_moment(item, "deadline") or _EPOCH,
    )


def message_item(chat_id: str, message: Message) -> "NewItem":
    item: NewItem = {
        **message_key(chat_id, message.message_id),
        "role": text(message.role.value),
        "content": text(message.content),
        "created_at": moment(message.created_at),
    }
    if message.citations:
        item["citations"] = {"L": [_citation_item(citation) for citation in message.citations]}
    if message.usage:
        item["usage"] = usage_item(message.usage)
    if message.time_zone:
        item["time_zone"] = text(message.time_zone)
    if message.feedback:
        item["feedback"] = feedback_item(message.feedback)
    if message.answers:
        item["answers"] = text(message.answers)
    return item


def message_from(item: "Item") -> Message:
    return Message(
        message_id=item["sk"]["S"][len(MESSAGE) :],
        role=_ROLES[item["role"]["S"]],
        content=item["content"]["S"],
        created_at=from_millis(int(item["created_at"]["N"])),
        citations=tuple(map(_citation_from, item["citations"]["L"])) if "citations" in item else (),
        usage=_usage_from(item),
        time_zone=_text(item, "time_zone"),
        feedback=feedback_from(item),
        answers=_text(item, "answers"),
    )


#: Calling the enum took a seventh of the time per message, and a page has up to a hundred.
_ROLES: Final = {role.value: role for role in Role}


def feedback_item(feedback: Feedback) -> "AttributeValueTypeDef":
    reason = {"reason": text(feedback.reason)} if feedback.reason else {}
    return {"M": {"rating": number(feedback.rating), **reason}}


def feedback_from(item: "Item") -> Feedback | None:
    """The feedback of a message's item; None where none was given."""
    found: Any = item.get("feedback")
    return Feedback(int(found["M"]["rating"]["N"]), _text(found["M"], "reason")) if found else None


def key_item(user_id: str, key: IdempotencyKey, turn: Turn) -> "NewItem":
    return {
        **idempotency_key(user_id, key.key),
        "chat_id": text(turn.chat_id),
        "question_id": text(turn.question_id),
        "fingerprint": text(key.fingerprint),
        # In seconds, as DynamoDB's TTL needs it. TTL deletes up to days late, so every use compares this too.
        "expires_at": number(int(key.expires_at.timestamp())),
    }


def idempotency_record_from(item: "Item") -> IdempotencyRecord:
    return IdempotencyRecord(item["chat_id"]["S"], item["question_id"]["S"], item["fingerprint"]["S"])


def input_item(chat_id: str, saved: SavedInput) -> "NewItem":
    """The shape has a number: what a newer version of the service has written in another one is not read."""
    return {
        **input_key(chat_id),
        **_request_item(saved.request),
        # As text: the package's clients take items as JSON documents, which hold no bytes.
        "state": text(b64encode(saved.state).decode()),
        "state_version": number(saved.version),
        "shape": number(INPUT_SHAPE),
        "expires_at": number(int((saved.request.expires_at + KEPT_AFTER_EXPIRY).timestamp())),
    }


def saved_input_from(item: "Item") -> SavedInput | None:
    """None for a shape that is not known."""
    if int(item["shape"]["N"]) != INPUT_SHAPE:
        return None
    return SavedInput(_request_from(item), b64decode(item["state"]["S"]), int(item["state_version"]["N"]))


INPUT_SHAPE: Final = 1


def _request_item(request: InputRequest) -> "NewItem":
    return {
        "input_id": text(request.input_id),
        "input_question": text(request.question),
        "input_choices": {"L": [text(choice) for choice in request.choices]},
        "input_until": moment(request.expires_at),
    }


def _request_from(item: Mapping[str, Any]) -> InputRequest:
    return InputRequest(
        input_id=item["input_id"]["S"],
        question=item["input_question"]["S"],
        choices=tuple(choice["S"] for choice in item["input_choices"]["L"]),
        expires_at=from_millis(int(item["input_until"]["N"])),
    )


def _state_from(item: "Item") -> TurnState:
    state = TurnState(item["turn_state"]["S"])
    return TurnState.NEEDS_INPUT if state is TurnState.ANSWERED and _asks(item) else state


def _asks(item: "Item") -> bool:
    """False for what an older version of the service has left of an earlier turn: a later message is the last then."""
    return "input_id" in item and item["input_id"] == item["last_message_id"]


def step_item(step: Step) -> "AttributeValueTypeDef":
    return {"M": {"at": moment(step.at), "text": text(step.text)}}


def usage_item(usage: Usage) -> "AttributeValueTypeDef":
    counts = {name: number(getattr(usage, name)) for name in _COUNTS}
    return {"M": {"model": text(usage.model), **counts}}


def _usage_from(item: "Item") -> Usage | None:
    found: Any = item.get("usage")
    if found is None:
        return None
    return Usage(found["M"]["model"]["S"], *(int(found["M"][name]["N"]) for name in _COUNTS))


_COUNTS: Final = ("requests", "input_tokens", "cached_tokens", "output_tokens")


def _step_from(value: Mapping[str, Any]) -> Step:
    return Step(from_millis(int(value["at"]["N"])), value["text"]["S"])


def _citation_item(citation: Citation) -> "AttributeValueTypeDef":
    return {"M": {"memory_id": text(citation.memory_id), "quote": text(citation.quote)}}


def _citation_from(value: Mapping[str, Any]) -> Citation:
    return Citation(value["M"]["memory_id"]["S"], value["M"]["quote"]["S"])


def _failure_from(item: "Item") -> FailureCode | str | None:
    code = _text(item, "failure")
    return FailureCode(code) if code in _FAILURE_CODES else code


_FAILURE_CODES: Final = frozenset(FailureCode)


def _text(item: "Item", name: str) -> str | None:
    value = item.get(name)
    return value["S"] if value else None


def _moment(item: "Item", name: str) -> datetime | None:
    value = item.get(name)
    return from_millis(int(value["N"])) if value else None
