"""What the chats table holds of a turn, for those who may read it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from botocore.exceptions import ClientError

from adapters.aws.errors import code_of
from adapters.dynamodb.items import from_millis, header_key, message_key
from domain.chat import Role

#: The header's attributes that hold no text of a person. `cancel_reason` is an operator's.
PLAIN: Final = (
    *("turn_id", "question_id", "last_answer_id", "turn_state", "asked_at", "started_at", "ended_at", "deadline"),
    *("failure", "cancel_reason", "usage"),
)
WITH_TEXTS: Final = (*PLAIN, "progress", "draft")


@dataclass(frozen=True)
class StoredTurn:
    """The chat's header, cut to `PLAIN` or `WITH_TEXTS`, and (whose, words) of the question and its answer."""

    header: Mapping[str, Any]
    messages: tuple[tuple[str, str], ...] = ()

    @property
    def turn_id(self) -> str:
        """The chat's latest turn."""
        return str(self.header["turn_id"]["S"])

    def notes(self) -> list[str]:
        """The stored state, in a sentence each."""
        kind = {name: next(iter(value.values())) for name, value in self.header.items()}
        why = kind.get("failure") or kind.get("cancel_reason")
        state = f"In the table: {kind['turn_state']}{f', {why}' if why else ''}"
        return [state, f"Deadline: {_time(kind['deadline']):%Y-%m-%d %H:%M:%S} UTC"]

    def steps(self) -> list[tuple[datetime, str]]:
        """Time and words of the progress steps."""
        steps = self.header.get("progress", {"L": []})["L"]
        return [(_time(step["M"]["at"]["N"]), step["M"]["text"]["S"]) for step in steps]

    def texts(self) -> list[tuple[str, str]]:
        """Question, answer, and draft."""
        draft = self.header.get("draft")
        return [*self.messages, *([("draft", draft["S"])] if draft else [])]


def stored_turn(dynamodb: Any, table: str, chat_id: str, *, with_texts: bool) -> StoredTurn | None:
    """The chat's latest turn; None for an unknown chat. Raises `PermissionError` without the right to read it."""
    header = _item(dynamodb, table, header_key(chat_id), WITH_TEXTS if with_texts else PLAIN)
    if "turn_id" not in header:
        return None
    return StoredTurn(header, _messages(dynamodb, table, chat_id, header) if with_texts else ())


def _messages(dynamodb: Any, table: str, chat_id: str, header: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    wanted = {Role.USER: header["question_id"]["S"]}
    answered = header.get("last_answer_id", {"S": ""})["S"]
    if answered > wanted[Role.USER]:
        wanted[Role.ASSISTANT] = answered
    found = {role: _item(dynamodb, table, message_key(chat_id, id_), ("content",)) for role, id_ in wanted.items()}
    return tuple((role.value, item["content"]["S"]) for role, item in found.items() if item)


def _item(dynamodb: Any, table: str, key: Any, names: tuple[str, ...]) -> Mapping[str, Any]:
    try:
        found = dynamodb.get_item(
            TableName=table,
            Key=key,
            ConsistentRead=True,
            ProjectionExpression=", ".join(f"#{name}" for name in names),
            ExpressionAttributeNames={f"#{name}": name for name in names},
        )
    except ClientError as error:
        if code_of(error) == "AccessDeniedException":
            raise PermissionError("You may not read the chats table") from None
        raise
    item: Mapping[str, Any] = found.get("Item", {})
    return item


def _time(millis: str) -> datetime:
    return from_millis(int(millis))
