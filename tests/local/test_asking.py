"""`make ask`: from the question to the end of the turn, whatever the network does in between."""

from __future__ import annotations

from typing import Any

import pytest

from local.asking import ask
from local.failure import StackFailure
from local.people import Person
from local.stack import Stack
from tests.local.api_stub import api_stub

ACCEPTED = (200, {"chat_id": "c1", "status": "thinking"})
UNAVAILABLE = (503, {"detail": "Try again.", "code": "try_again"})


def page(status: str, **turn: Any) -> tuple[int, dict[str, Any]]:
    waiting = 1 if status == "thinking" else None
    answer = {
        "role": "assistant",
        "content": "Level 3.",
        "citations": [{"memory_id": "m1", "quote": "level 3, bay 12"}],
    }
    progress = {"progress": [], "error": None, **turn}
    return 200, {"chat_id": "c1", "status": status, "messages": [answer], "turn": progress, "poll_after_ms": waiting}


def ask_as(name: str, url: str, chat_id: str | None = None) -> tuple[str, list[str]]:
    stack = Stack(url, "eu-central-1", "local", [Person("alice", "sub-of-alice", "token-of-alice")])
    steps: list[str] = []
    return ask(stack, name, "Where is the car?", chat_id, steps.append), steps


def test_the_answer_is_shown_with_its_citations() -> None:
    with api_stub(ACCEPTED, page("thinking"), page("answered")) as api:
        shown, _ = ask_as("alice", api.url)
    assert shown == 'Level 3.\n  [1] "level 3, bay 12"'


def test_each_step_is_shown_once() -> None:
    searching, reading = {"text": "Searching"}, {"text": "Reading"}
    polls = [page("thinking", progress=[searching]), page("thinking", progress=[searching, reading]), page("answered")]
    with api_stub(ACCEPTED, *polls) as api:
        _, steps = ask_as("alice", api.url)
    assert steps == ["thinking; chat c1", "Searching", "Reading", "answered"]


def test_a_chat_goes_on_when_it_is_named() -> None:
    with api_stub(ACCEPTED, page("answered")) as api:
        ask_as("alice", api.url, "c1")
        assert api.received[0] == ("/memories/chat", {"question": "Where is the car?", "chat_id": "c1"})


def test_one_failed_poll_is_not_a_failed_turn() -> None:
    with api_stub(ACCEPTED, UNAVAILABLE, page("answered")) as api:
        shown, _ = ask_as("alice", api.url)
    assert shown.startswith("Level 3.")


def test_a_failed_turn_says_why() -> None:
    failed = page("failed", error={"code": "timed_out", "message": "The answer took too long."})
    with api_stub(ACCEPTED, failed) as api:
        assert ask_as("alice", api.url)[0] == "The answer took too long."


def test_a_refusal_is_said_in_the_api_s_own_words() -> None:
    with (
        api_stub((409, {"detail": "Still thinking.", "code": "chat_busy"})) as api,
        pytest.raises(StackFailure, match=r"^Still thinking\. \(409 chat_busy\)$"),
    ):
        ask_as("alice", api.url)


def test_an_old_token_names_the_command_for_a_fresh_one() -> None:
    with api_stub((401, {"message": "Unauthorized"})) as api, pytest.raises(StackFailure, match="make up"):
        ask_as("alice", api.url)


def test_an_unknown_user_is_told_who_there_is() -> None:
    with pytest.raises(StackFailure, match="There is no user carol; there are alice"):
        ask_as("carol", "http://127.0.0.1:1")
