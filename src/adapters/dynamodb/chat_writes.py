"""DynamoDB write requests for chats: what to change, and on which condition.

A condition says "if nothing has changed since the read"; the rules were applied before. The exception is a question,
which is stored without reading the chat first, so that its condition repeats the domain's rules.
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from adapters.dynamodb.items import (
    OPTIONAL_OF_TURN,
    REPORTED,
    feedback_item,
    header_item,
    header_key,
    input_item,
    key_item,
    message_item,
    message_key,
    moment,
    number,
    step_item,
    stored_state,
    text,
    turn_attributes,
    usage_item,
)
from adapters.dynamodb.turn_slots import RETURN_OLD_ITEM, Write
from domain.chat import EXCERPT_LENGTH, THINKING, Chat, Feedback, Message, Role, Step, Turn, TurnState
from domain.records import IdempotencyKey, NewQuestion, SavedInput
from domain.text import excerpt

if TYPE_CHECKING:
    from adapters.dynamodb.items import NewItem

#: The condition that the turn has ended, and its values.
_ENDED_VALUES: "Final[NewItem]" = {
    f":{state}": text(state) for state in map(stored_state, TurnState) if state not in THINKING
}
_ENDED: Final = f"turn_state IN ({', '.join(_ENDED_VALUES)})"
#: The condition that the turn waits for the answer to `:input_id` at `:now`.
_WAITS: Final = "turn_state = :answered AND input_id = :input_id AND last_message_id = :input_id AND input_until > :now"


class ChatWrites:
    """Builds write requests for one table; sends nothing."""

    def __init__(self, table: str) -> None:
        self._table = table

    def message(self, chat_id: str, message: Message) -> Write:
        """Put a message; unconditional, since the header's condition is in the same transaction."""
        return {"Put": {"TableName": self._table, "Item": message_item(chat_id, message)}}

    def question(self, chat_id: str, message: Message) -> Write:
        """Put a question, unless it is there already: it was stored before."""
        write = self.message(chat_id, message)
        write["Put"] |= {"ConditionExpression": "attribute_not_exists(pk)", **RETURN_OLD_ITEM}
        return write

    def idempotency_key(self, key: IdempotencyKey, turn: Turn) -> Write:
        """Put the idempotency record, unless one exists that has not expired."""
        return {
            "Put": {
                "TableName": self._table,
                "Item": key_item(turn.user_id, key, turn),
                "ConditionExpression": "attribute_not_exists(pk) OR expires_at <= :now",
                "ExpressionAttributeValues": {":now": number(int(turn.asked_at.timestamp()))},
                **RETURN_OLD_ITEM,
            }
        }

    def new_chat(self, new: NewQuestion) -> Write:
        """Put the header of a new chat."""
        return {
            "Put": {
                "TableName": self._table,
                "Item": header_item(Chat.begun(new.message, new.turn), new.message.created_at),
                "ConditionExpression": "attribute_not_exists(pk)",
                **RETURN_OLD_ITEM,
            }
        }

    def next_question(self, new: NewQuestion) -> Write:
        """Set the new turn, if the chat belongs to the user, is not thinking, and has no later message."""
        values: NewItem = {
            ":user": text(new.turn.user_id),
            ":message_id": text(new.message.message_id),
            ":now": moment(new.turn.asked_at),
            **_ENDED_VALUES,
        }
        condition = f"user_id = :user AND last_message_id < :message_id AND ({_ENDED} OR deadline <= :now)"
        if new.message.answers:
            condition += f" AND {_WAITS}"
            values |= {":input_id": text(new.message.answers)}
        attributes = {**turn_attributes(new.turn), **_newest(new.message)}
        return self._set(header_key(new.turn.chat_id), attributes, (*OPTIONAL_OF_TURN, *REPORTED), condition, values)

    def compare_and_set_turn(self, expected: Turn, new: Turn, answer: Message | None) -> Write:
        """Compare and set: the header's turn from `expected` to `new`."""
        attributes = turn_attributes(new)
        if answer is not None:
            attributes |= {**_newest(answer), "last_answer_id": text(answer.message_id)}
            if new.reasoning_time is not None and new.state is TurnState.ANSWERED:
                attributes["usual"] = number(round(new.reasoning_time / timedelta(milliseconds=1)))
        gone = [name for name in OPTIONAL_OF_TURN if name not in attributes]
        if expected.turn_id != new.turn_id:
            gone.extend(REPORTED)
        return self._set(header_key(expected.chat_id), attributes, tuple(gone), *_unchanged(expected))

    def saved_input(self, chat_id: str, saved: SavedInput) -> Write:
        """Put what the agent saves; unconditional, as a message is."""
        return {"Put": {"TableName": self._table, "Item": input_item(chat_id, saved)}}

    def save_progress(self, turn: Turn, progress: Sequence[Step], draft: str | None) -> Write:
        """Set progress, draft and usage, if the turn is still `turn`."""
        attributes: NewItem = {"progress": {"L": [step_item(step) for step in progress]}}
        if draft is not None:
            attributes["draft"] = text(draft)
        if turn.usage is not None:
            attributes["usage"] = usage_item(turn.usage)
        return self._set(header_key(turn.chat_id), attributes, (), *_unchanged(turn))

    def mark_read(self, chat_id: str, user_id: str) -> Write:
        """Set the read mark to the newest message, if the chat is the user's."""
        return self._update(chat_id, "SET read_up_to = last_message_id", "user_id = :user", {":user": text(user_id)})

    def feedback(self, chat_id: str, message_id: str, feedback: Feedback) -> Write:
        """Set an answer's feedback, and return the item as it was. Never makes an item of a message that is deleted."""
        return {
            "Update": {
                "TableName": self._table,
                "Key": message_key(chat_id, message_id),
                "UpdateExpression": "SET feedback = :feedback",
                "ConditionExpression": "#role = :assistant",
                "ExpressionAttributeNames": {"#role": "role"},
                "ExpressionAttributeValues": {
                    ":feedback": feedback_item(feedback),
                    ":assistant": text(Role.ASSISTANT.value),
                },
                "ReturnValues": "ALL_OLD",
            }
        }

    def hide(self, chat_id: str, user_id: str, thinking: Turn | None = None) -> Write:
        """Hide a chat that is being deleted, also from the list, whose index needs `user_id`; again has no effect.

        If the chat is the user's, and its turn has ended or still is `thinking`. Without turn id and lease no worker
        can store anything afterwards.
        """
        condition, values = _unchanged(thinking) if thinking else (_ENDED, _ENDED_VALUES)
        return self._update(
            chat_id,
            "SET deleted_by = :user REMOVE user_id, turn_id, lease",
            f"user_id = :user AND {condition} OR deleted_by = :user",
            {":user": text(user_id), **values},
        )

    def _update(self, chat_id: str, update: str, condition: str, values: "NewItem") -> Write:
        return {
            "Update": {
                "TableName": self._table,
                "Key": header_key(chat_id),
                "UpdateExpression": update,
                "ConditionExpression": condition,
                "ExpressionAttributeValues": values,
                **RETURN_OLD_ITEM,
            }
        }

    def _set(
        self, key: "NewItem", attributes: "NewItem", remove: tuple[str, ...], condition: str, values: "NewItem"
    ) -> Write:
        gone = [name for name in remove if name not in attributes]
        sets = ", ".join(f"#{name} = :new_{name}" for name in attributes)
        removes = " REMOVE " + ", ".join(f"#{name}" for name in gone) if gone else ""
        return {
            "Update": {
                "TableName": self._table,
                "Key": key,
                "UpdateExpression": f"SET {sets}{removes}",
                "ConditionExpression": condition,
                "ExpressionAttributeNames": {f"#{name}": name for name in (*attributes, *gone)},
                "ExpressionAttributeValues": {
                    **{f":new_{name}": value for name, value in attributes.items()},
                    **values,
                },
                **RETURN_OLD_ITEM,
            }
        }


def _newest(message: Message) -> "NewItem":
    return {
        "last_message_id": text(message.message_id),
        "activity": text(message.message_id),
        "active_at": moment(message.created_at),
        "last_text": text(excerpt(message.content, EXCERPT_LENGTH)),
    }


def _unchanged(seen: Turn) -> "tuple[str, NewItem]":
    """The condition of every compare-and-set: the turn's id, state and lease are unchanged."""
    values = {":seen_id": text(seen.turn_id), ":seen_state": text(stored_state(seen.state))}
    if seen.lease is None:
        return "turn_id = :seen_id AND turn_state = :seen_state AND attribute_not_exists(lease)", values
    return (
        "turn_id = :seen_id AND turn_state = :seen_state AND lease = :seen_lease",
        values | {":seen_lease": text(seen.lease)},
    )
