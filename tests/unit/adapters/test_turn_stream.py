"""Which records of the chats table's stream are ends of turns."""

from datetime import timedelta
from typing import Any

import pytest

from adapters.dynamodb.items import HEADER, header_item, text, turn_attributes
from adapters.dynamodb.turn_stream import ended_turns
from domain.chat import Chat, Message, Role, Turn
from domain.failure_codes import FailureCode
from tests.fakes.chat_repository import InMemoryChatRepository
from tests.support.story import Story

story = Story(InMemoryChatRepository())
QUEUED = story.turn()
RUNNING = QUEUED.claimed("lease", story.clock.now() + timedelta(seconds=1))
LATER = story.clock.now() + timedelta(seconds=9)
ANSWERED, FAILED = RUNNING.answered("lease", LATER), QUEUED.failed(FailureCode.NOT_STARTED, LATER)
CANCELLED = RUNNING.cancelled(LATER)
RETRY = story.turn(chat_id=QUEUED.chat_id, question_id=QUEUED.question_id)


def header(turn: Turn, **more: Any) -> dict[str, Any]:
    question = Message(turn.question_id, Role.USER, "Where is hunter2?", turn.asked_at)
    item = {**header_item(Chat.begun(question, turn), turn.asked_at), **turn_attributes(turn), **more}
    return {name: value for name, value in item.items() if value is not None}


def record(before: dict[str, Any] | None, after: dict[str, Any] | None, name: str = "MODIFY") -> dict[str, Any]:
    images = {"OldImage": before, "NewImage": after, "SequenceNumber": "7"}
    return {"eventName": name, "dynamodb": {key: image for key, image in images.items() if image is not None}}


@pytest.mark.parametrize(
    ("before", "after"),
    [(RUNNING, ANSWERED), (QUEUED, FAILED), (RUNNING, CANCELLED), (QUEUED, QUEUED.cancelled(LATER))],
)
def test_a_write_that_ends_a_turn_is_its_end(before: Turn, after: Turn) -> None:
    assert list(ended_turns([record(header(before), header(after))])) == [after]


def test_the_end_of_another_turn_in_the_same_state_is_an_end() -> None:
    """A repair after a restore may write a later turn's end over an earlier one's."""
    again = RETRY.failed(FailureCode.NOT_STARTED, LATER)
    assert list(ended_turns([record(header(FAILED), header(again))])) == [again]


NO_ENDS = {
    "a question": record(None, header(QUEUED), "INSERT"),
    "a claim": record(header(QUEUED), header(RUNNING)),
    "a retry": record(header(FAILED), header(RETRY)),
    "a read mark": record(header(ANSWERED), header(ANSWERED, read_up_to=text("01J"))),
    "a chat put back": record(None, header(ANSWERED), "INSERT"),
    "a chat hidden": record(header(RUNNING), header(RUNNING, user_id=None, turn_id=None, lease=None)),
    "an ended chat hidden": record(header(ANSWERED), header(ANSWERED, user_id=None, turn_id=None, lease=None)),
    "a chat deleted": record(header(ANSWERED), None, "REMOVE"),
    "a message": record(None, {"pk": text("01C"), "sk": text("m#01M")}, "INSERT"),
    "slots": record({"pk": text("places#0"), "sk": text("turns")}, {"pk": text("places#0"), "sk": text("turns")}),
}


@pytest.mark.parametrize("name", NO_ENDS)
def test_no_other_write_is_an_end(name: str) -> None:
    assert list(ended_turns([NO_ENDS[name]])) == []


def test_an_unreadable_end_does_not_hold_back_the_next_one(caplog: pytest.LogCaptureFixture) -> None:
    broken = record(header(RUNNING), header(ANSWERED, asked_at=text("yesterday")))
    assert list(ended_turns([broken, record(header(RUNNING), header(ANSWERED))])) == [ANSWERED]
    assert "end of a turn unreadable" in caplog.text
    assert "hunter2" not in caplog.text


def test_the_header_is_told_by_its_key() -> None:
    other = {**header(ANSWERED), "sk": text("m#01M")}
    assert header(ANSWERED)["sk"] == {"S": HEADER}
    assert list(ended_turns([record(header(RUNNING), other)])) == []
