"""`async-chat` commands about chats in scripts: output and exit codes."""

import httpx
import pytest

from async_chat_client import Citation
from async_chat_client.testing import Disturbance, Handler, ScriptedTurn, answers
from tests.terminal import Project

QUESTION = "Where did I park the car?"
CAR = ScriptedTurn(
    answer="Level 3, bay 12.",
    seconds=0.3,
    queued=0,
    steps=[(0, "Searching 214 memories")],
    citations=[Citation("m-1", "parked on level 3, bay 12")],
)
FAILS = ScriptedTurn(fails="agent_failed", seconds=0.1)
SLOW = ScriptedTurn(seconds=60)


def test_answer_is_on_stdout_and_steps_on_stderr(project: Project) -> None:
    project.service.next_turns(CAR)
    result = project.run("ask", QUESTION)
    assert result.exit_code == 0
    assert result.stdout == "Level 3, bay 12.\n  [1] “parked on level 3, bay 12” (memory m-1)\n"
    assert "Searching 214 memories" in result.stderr


def test_ask_json_prints_one_document(project: Project) -> None:
    project.service.next_turns(CAR)
    answered = project.json("ask", QUESTION)
    assert answered["status"] == "answered"
    assert answered["message"]["content"] == "Level 3, bay 12."
    assert answered["message"]["citations"] == [{"memory_id": "m-1", "quote": "parked on level 3, bay 12"}]


def test_question_is_read_from_stdin(project: Project) -> None:
    project.run("ask", "-", "--no-wait", typed="Where is\nthe car?\n")
    assert project.json("chats")["chats"][0]["title"] == "Where is\nthe car?"


def test_ask_no_wait_prints_the_chat_id(project: Project) -> None:
    project.service.next_turns(CAR)
    chat_id = project.run("ask", QUESTION, "--no-wait").stdout.strip()
    assert project.run("show", chat_id, "--watch").stdout.endswith("(memory m-1)\n")


def test_last_is_the_newest_chat(project: Project) -> None:
    project.service.next_turns(CAR, CAR)
    project.run("ask", QUESTION)
    project.run("ask", "And the bicycle?", "--chat", "last")
    [chat] = project.json("chats")["chats"]
    assert len(project.json("show", "last")["messages"]) == 4
    assert chat["title"] == QUESTION


def test_last_without_a_chat_is_not_found(project: Project) -> None:
    assert project.run("show", "last").exit_code == 5


def test_users_see_only_their_own_chats(project: Project) -> None:
    project.service.next_turns(CAR, CAR)
    project.run("ask", QUESTION, "--as", "bob")
    assert project.json("chats")["chats"] == []
    assert len(project.json("chats", "--as", "bob")["chats"]) == 1


def test_failed_turn_exits_with_1_and_can_be_retried(project: Project) -> None:
    project.service.next_turns(FAILS, CAR)
    failed = project.run("ask", QUESTION)
    assert failed.exit_code == 1
    assert "The question could not be answered" in failed.stderr
    retried = project.run("retry", "last")
    assert (retried.exit_code, retried.stdout.splitlines()[0]) == (0, "Level 3, bay 12.")


def test_failed_turn_as_json(project: Project) -> None:
    project.service.next_turns(FAILS)
    failed = project.json("ask", QUESTION)
    assert (failed["status"], failed["error"]["code"]) == ("failed", "agent_failed")


def test_timeout_leaves_the_turn_running(project: Project) -> None:
    project.service.next_turns(SLOW)
    result = project.run("ask", QUESTION, "--timeout", "0.3")
    assert result.exit_code == 4
    assert "async-chat show --watch" in result.stderr


def test_cancel_stops_the_turn(project: Project) -> None:
    project.service.next_turns(SLOW)
    project.run("ask", QUESTION, "--no-wait")
    assert project.run("cancel", "last").stdout == "cancelled\n"
    assert project.run("show", "last", "--watch").exit_code == 0
    assert "cancelled" in project.run("show", "last").stderr


def stopped_elsewhere(request: httpx.Request, handle: Handler) -> httpx.Response:
    """Another device stops the turn just before this poll."""
    path = f"/chats/{request.url.params['chat_id']}/cancel"
    handle(httpx.Request("POST", request.url.copy_with(path=path, query=None), headers=request.headers))
    return handle(request)


def test_cancelled_turn_exits_with_3(project: Project) -> None:
    project.service.next_turns(SLOW)
    project.service.disturb(stopped_elsewhere, on="/chats/messages")
    result = project.run("ask", QUESTION)
    assert (result.exit_code, result.stdout) == (3, "")
    assert "The turn was stopped." in result.stderr


def test_the_terminal_shows_why_an_operator_stopped_a_turn(project: Project) -> None:
    project.service.next_turns(ScriptedTurn(stopped="Maintenance."))
    result = project.run("ask", QUESTION)
    assert result.exit_code == 3
    assert "The turn was stopped: Maintenance." in result.stderr


def test_busy_chat_exits_with_7(project: Project) -> None:
    project.service.next_turns(SLOW)
    project.run("ask", QUESTION, "--no-wait")
    result = project.run("retry", "last")
    assert result.exit_code == 7


def test_piped_list_has_one_line_per_chat(project: Project) -> None:
    project.service.next_turns(CAR)
    project.run("ask", QUESTION)
    [line] = project.run("chats").stdout.splitlines()
    assert line.split("\t")[1:] == ["answered", "unread", QUESTION]


def test_piped_show_does_not_mark_as_read(project: Project) -> None:
    project.service.next_turns(CAR)
    project.run("ask", QUESTION)
    project.run("show", "last")
    assert project.json("chats")["chats"][0]["unread"]


def test_rated_answer_shows_its_feedback(project: Project) -> None:
    project.service.next_turns(CAR)
    project.run("ask", QUESTION)
    assert project.run("rate", "last", "bad", "--reason", "Last week's level.").exit_code == 0
    assert project.json("show", "last")["messages"][-1]["feedback"] == {"rating": -1, "reason": "Last week's level."}
    project.run("rate", "last", "good")
    assert project.json("show", "last")["messages"][-1]["feedback"] == {"rating": 1, "reason": None}


def test_chat_without_an_answer_cannot_be_rated(project: Project) -> None:
    chat_id = project.run("ask", QUESTION, "--no-wait").stdout.strip()
    assert project.run("rate", chat_id, "good").exit_code == 2


def test_deleted_chat_is_not_found(project: Project) -> None:
    chat_id = project.run("ask", QUESTION, "--no-wait").stdout.strip()
    assert project.run("delete", chat_id).exit_code == 0
    assert project.run("show", chat_id).exit_code == 5


@pytest.mark.parametrize(
    ("refusal", "code"),
    [
        (answers(401, {"message": "Unauthorized"}), 6),
        (answers(403, {"code": "chat_forbidden"}), 5),
        (answers(404, {"code": "chat_not_found"}), 5),
        (answers(200, "<html>"), 8),
    ],
)
def test_each_refusal_has_its_exit_code(project: Project, refusal: Disturbance, code: int) -> None:
    project.service.disturb(refusal)
    result = project.run("show", "01J")
    assert (result.exit_code, result.stdout) == (code, "")
    assert "Traceback" not in result.stderr


def test_refusal_as_json(project: Project) -> None:
    refused = project.run("show", "01J", "--json")
    assert refused.stdout == ""
    assert '"code": "chat_not_found"' in refused.stderr


def test_control_characters_in_an_answer_are_escaped(project: Project) -> None:
    steering = "\x1b]0;owned\x07 \x1b[2J \x9b31m \u202etxt.exe [red]markup[/red] [link=https://evil.test]x[/link]"
    project.service.next_turns(ScriptedTurn(answer=steering, seconds=0, steps=[(0, steering)]))
    result = project.run("ask", QUESTION)
    assert not set("\x1b\x07\x9b\u202e") & set(result.output)
    assert "[red]markup[/red] [link=https://evil.test]x[/link]" in result.stdout
    assert not set("\x1b\x07\x9b\u202e") & set(project.run("show", "last", "--json").output)
    assert project.json("show", "last")["messages"][1]["content"] == steering


def test_help_lists_the_exit_codes(project: Project) -> None:
    shown = project.run("--help").output
    assert "Exit codes:" in shown
    assert all(f"\n    {code}" in shown for code in (0, 1, 2, 3, 4, 5, 6, 7, 8, 130))
