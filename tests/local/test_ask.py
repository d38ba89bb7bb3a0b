from __future__ import annotations

from pathlib import Path
from unicodedata import category

import pytest
from async_chat_client import ChatClient, Citation
from async_chat_client.testing import Disturbance, FakeService, ScriptedTurn, answers, unreachable

from local import cli, stack
from local.ask import RETRY_BUDGET, ask, client_for
from local.failure import StackFailure
from local.people import Person
from local.stack import Stack

QUESTION = "Where is the car?"


@pytest.fixture
def service() -> FakeService:
    return FakeService()


@pytest.fixture
def alice(service: FakeService) -> ChatClient:
    return service.client("alice", RETRY_BUDGET)


def test_steps_are_reported_and_the_answer_is_shown_with_its_citations(service: FakeService, alice: ChatClient) -> None:
    cited = (Citation("m1", "level 3, bay 12"),)
    service.next_turns(ScriptedTurn(answer="Level 3.", citations=cited, seconds=9, steps=[(1, "Searching")]))
    reported: list[str] = []
    assert ask(alice, QUESTION, None, reported.append) == 'Level 3.\n  [1] "level 3, bay 12"'
    began, *steps, ended = reported
    assert (began[:15], steps, ended) == ("thinking; chat ", ["Searching"], "answered")


def test_question_goes_to_the_named_chat(alice: ChatClient) -> None:
    chat = alice.chat()
    chat.ask(QUESTION).answer()
    ask(alice, "And the bike?", chat.chat_id, lambda _: None)
    assert [found.chat_id for found in alice.chats()] == [chat.chat_id]


def test_a_failed_turn_fails_the_command_with_its_message(service: FakeService, alice: ChatClient) -> None:
    service.next_turns(ScriptedTurn(fails="timed_out"))
    reported: list[str] = []
    with pytest.raises(StackFailure, match=r"^The question could not be answered\. Try again\.$"):
        ask(alice, QUESTION, None, reported.append)
    assert reported[-1] == "failed"


@pytest.mark.parametrize(
    ("disturbance", "sentence"),
    [
        (answers(409, {"code": "chat_busy", "detail": "Still thinking."}), r"^Still thinking\. \(409 chat_busy\)$"),
        (answers(401), "make up"),
        (unreachable, "^The API is unreachable: "),
    ],
)
def test_errors_become_one_sentence(
    service: FakeService, alice: ChatClient, disturbance: Disturbance, sentence: str
) -> None:
    service.disturb(disturbance)
    with pytest.raises(StackFailure, match=sentence):
        ask(alice, QUESTION, None, lambda _: None)


def test_unknown_user_is_rejected_with_the_known_ones() -> None:
    stack = Stack("http://127.0.0.1:1", "eu-central-1", "local", [Person("alice", "sub-of-alice", "token-of-alice")])
    with pytest.raises(StackFailure, match="There is no user carol; the users are alice"):
        client_for(stack, "carol")


STEERING = "\x1b]52;c;ZXZpbA==\x07\x1b]0;x\x07\x1b[2J\x9b2J\u202e\u2028\u200b\U000e0041"


def test_nothing_that_others_wrote_steers_the_terminal(
    service: FakeService, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(stack, "read", lambda _: None)
    monkeypatch.setattr(cli, "client_for", lambda *_: service.client("alice", RETRY_BUDGET))
    cited = (Citation("m1", f"quote{STEERING}"),)
    script = ScriptedTurn(answer=f"answer{STEERING}", citations=cited, seconds=9, steps=[(1, f"step{STEERING}")])
    service.next_turns(script, ScriptedTurn(fails="timed_out"))
    refused = answers(409, {"code": f"busy{STEERING}", "detail": f"detail{STEERING}"})
    command = ["ask", "--home", str(tmp_path), "--", QUESTION]
    assert cli.main(command) == 0
    assert cli.main(command) == 1
    service.disturb(refused)
    assert cli.main(command) == 1
    shown = "".join(capfd.readouterr())
    assert all(word in shown for word in ("answer", "quote", "step", "detail"))
    assert {found for found in shown if category(found) in {"Cc", "Cf", "Zl", "Zp"}} == {"\n"}
