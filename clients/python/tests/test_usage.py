"""What an answer used reaches the caller."""

from typing import Any

import pytest

from async_chat_client import Usage
from async_chat_client._bodies import message, page
from async_chat_client.testing import FakeService, ScriptedTurn

USED = Usage("some.model-v1:0", 3, 6_000, 4_100, 250)
BODY = {"model": "some.model-v1:0", "requests": 3, "input_tokens": 6_000, "cached_tokens": 4_100, "output_tokens": 250}
MESSAGE = {"message_id": "01KA", "role": "assistant", "content": "Level 3.", "created_at": "2026-11-23T12:00:00.000Z"}
TURN = {"phase": "done", "asked_at": "2026-11-23T12:00:00.000Z", "deadline": "2026-11-23T12:01:10.000Z"}


def test_usage_of_turn_and_answer_is_passed_on() -> None:
    service = FakeService()
    service.next_turns(ScriptedTurn("Level 3.", usage=USED))
    with service.client("alice") as client:
        chat = client.chat()
        answer = chat.ask("Where did I park?").answer()
        assert answer.usage == USED
        assert chat.page().turn.usage == USED


@pytest.mark.parametrize(("body", "usage"), [({}, None), ({"usage": None}, None), ({"usage": BODY}, USED)])
def test_usage_is_none_where_the_service_tells_none(body: dict[str, Any], usage: Usage | None) -> None:
    """Also by a service of before it told."""
    assert message({**MESSAGE, **body}).usage == usage
    polled = {"chat_id": "01KA", "status": "answered", "messages": [], "turn": {**TURN, **body}, "after": "01KA"}
    assert page(polled).turn.usage == usage
