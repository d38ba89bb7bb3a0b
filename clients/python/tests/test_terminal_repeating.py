"""`async-chat` given again after a lost reply: nothing is asked or stored twice."""

import base64
import json
import os
import time
from pathlib import Path

import httpx
import pytest

from async_chat_client import RetryBudget
from async_chat_client._terminal import command
from async_chat_client._terminal.kept_keys import LIFE_SECONDS, KeptKeys
from async_chat_client.testing import Disturbance, Handler, ScriptedTurn, answers, answers_lost
from tests.pseudo_terminal import CTRL_C
from tests.terminal import Project

QUESTION = "Where did I park the car?"
UNSURE = "It may have reached the service."
BEFORE = "without an answer: this repeats it and does nothing twice"
ASK = "/memories/chat"


@pytest.fixture(autouse=True)
def quick(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """A terminal that sends each request once, and an agent that does not think."""
    monkeypatch.setattr(command, "RETRY_BUDGET", RetryBudget(sending=0))
    project.service.next_turns(*[ScriptedTurn(seconds=0)] * 5)


def passed(request: httpx.Request, handle: Handler) -> httpx.Response:
    return handle(request)


def kept(project: Project) -> list[Path]:
    folder = project.home / ".config" / "async-chat" / "keys"
    return list(folder.iterdir()) if folder.exists() else []


def taken_but(disturbance: Disturbance) -> Disturbance:
    """The service takes the request, whatever the client then gets."""

    def disturb(request: httpx.Request, handle: Handler) -> httpx.Response:
        handle(request)
        return disturbance(request, handle)

    return disturb


@pytest.mark.parametrize(
    "lost",
    [
        answers_lost,
        taken_but(answers(500)),
        taken_but(answers(503, {"code": "try_again"})),
        taken_but(answers(200, "<html>")),
    ],
    ids=["nothing", "500", "503", "another page"],
)
def test_question_given_again_after_a_lost_reply_is_asked_once(project: Project, lost: Disturbance) -> None:
    project.service.disturb(lost, on=ASK)
    first = project.run("ask", QUESTION, "--no-wait")
    assert (first.exit_code, first.stdout) == (8, "")
    assert UNSURE in first.stderr
    again = project.run("ask", QUESTION)
    assert (again.exit_code, again.stdout) == (0, "An answer.\n")
    assert BEFORE in again.stderr
    assert project.service.turns_run == 1


def test_question_that_was_taken_is_a_new_one_next_time(project: Project) -> None:
    project.service.disturb(answers_lost, on=ASK)
    for _ in range(3):
        project.run("ask", QUESTION, "--no-wait")
    assert project.service.turns_run == 2
    assert kept(project) == []


@pytest.mark.parametrize(
    ("words", "user"),
    [(["And the bicycle?"], "alice"), ([QUESTION, "--chat", "last"], "alice"), ([QUESTION], "bob")],
    ids=["text", "chat", "user"],
)
def test_another_question_has_another_key(project: Project, words: list[str], user: str) -> None:
    project.run("ask", "Where is the key?")
    project.service.disturb(answers_lost, on=ASK)
    project.run("ask", QUESTION, "--no-wait")
    other = project.run("ask", *words, "--no-wait", "--as", user)
    assert (other.exit_code, BEFORE in other.stderr) == (0, False)
    assert len(kept(project)) == 1


@pytest.mark.parametrize(
    "refusal", [answers(401), answers(429), answers(404, {"code": "chat_not_found"}), answers(413)]
)
def test_question_that_was_refused_leaves_no_key(project: Project, refusal: Disturbance) -> None:
    project.service.disturb(refusal, on=ASK)
    refused = project.run("ask", QUESTION)
    assert UNSURE not in refused.output
    assert kept(project) == []


def test_refused_repetition_keeps_the_key(project: Project) -> None:
    project.service.disturb(answers_lost, answers(401), answers(429), on=ASK)
    assert [project.run("ask", QUESTION, "--no-wait").exit_code for _ in range(4)] == [8, 6, 7, 0]
    assert project.service.turns_run == 1


def test_only_the_user_can_read_the_key_and_the_question_is_not_stored(project: Project) -> None:
    project.service.disturb(answers_lost, on=ASK)
    project.run("ask", QUESTION)
    [file] = kept(project)
    assert (file.stat().st_mode & 0o777, file.parent.stat().st_mode & 0o777) == (0o600, 0o700)
    assert "park" not in file.name + file.read_text()
    assert file.read_text() == project.service.requests[0].headers["idempotency-key"]


def test_memory_given_again_after_a_lost_reply_is_stored_once(project: Project) -> None:
    words = ("remember", "The key is under the pot", "--tag", "key")
    project.service.disturb(answers_lost, on="/memories")
    assert UNSURE in project.run(*words).stderr
    memory_id = project.run(*words).stdout.strip()
    assert [memory["memory_id"] for memory in project.json("memories")["memories"]] == [memory_id]
    assert kept(project) == []


def test_import_given_again_after_a_lost_reply_stores_once(project: Project) -> None:
    lines = "".join(json.dumps({"text": f"memory {number}"}) + "\n" for number in range(120))
    project.service.disturb(passed, answers_lost, on="/memories")
    first = project.run("import", "-", typed=lines)
    assert "100 of 120 memories were stored; continue with --skip 100" in first.stderr
    assert project.run("import", "-", "--skip", "100", typed=lines).exit_code == 0
    assert len(project.json("memories", "--limit", "999")["memories"]) == 120


def test_killed_terminal_leaves_the_key(project: Project) -> None:
    broken = [answers_lost]

    def network(request: httpx.Request, handle: Handler) -> httpx.Response:
        return broken[0](request, handle) if broken else handle(request)

    project.service.disturb(*[network] * 99, on=ASK)
    with project.sit_down("ask", QUESTION) as terminal:
        terminal.expect("sending the question")
        while not project.service.requests:
            time.sleep(0.02)
    broken.clear()
    assert BEFORE in project.run("ask", QUESTION, "--no-wait").stderr
    assert project.service.turns_run == 1


def test_ctrl_c_before_the_reply_says_how_to_go_on(project: Project) -> None:
    project.service.disturb(*[answers_lost] * 99, on=ASK)
    with project.sit_down("ask", QUESTION) as terminal:
        terminal.expect("sending the question")
        while not project.service.requests:
            time.sleep(0.02)
        terminal.press(CTRL_C)
        terminal.expect(UNSURE)
        assert terminal.exit_code() == 130
    assert len(kept(project)) == 1


def test_doubt_in_json(project: Project) -> None:
    project.service.disturb(answers_lost, on=ASK)
    error = json.loads(project.run("ask", QUESTION, "--json").stderr)["error"]
    assert error["code"] == "Unreachable"
    assert error["notes"][0].startswith(UNSURE)


def test_folder_that_cannot_be_written_is_said(project: Project) -> None:
    folder = project.home / ".config" / "async-chat"
    folder.mkdir(parents=True)
    (folder / "keys").write_text("a file")
    project.service.disturb(answers_lost, on=ASK)
    assert "look there" in project.run("ask", QUESTION).stderr
    assert project.run("ask", QUESTION).exit_code == 0


def test_key_is_forgotten_after_the_services_day(tmp_path: Path) -> None:
    first = KeptKeys(tmp_path).keep("ask", QUESTION)
    later = time.time() + LIFE_SECONDS
    assert KeptKeys(tmp_path, lambda: later - 60).keep("ask", QUESTION).key == first.key
    assert KeptKeys(tmp_path, lambda: later + 60).keep("ask", QUESTION).key != first.key


def test_renewed_token_of_the_same_user_finds_the_key(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ASYNC_CHAT_URL", project.service.url)
    project.service.disturb(answers_lost, on=ASK)
    for number in range(2):
        claims = base64.urlsafe_b64encode(json.dumps({"sub": "carol", "n": number}).encode()).decode().rstrip("=")
        again = project.run("ask", QUESTION, "--no-wait", env={**os.environ, "ASYNC_CHAT_TOKEN": f"e30.{claims}.sig"})
    assert BEFORE in again.stderr
