"""`async-chat` in a pseudo-terminal: the live view, Ctrl-C, and colours."""

import pytest

from async_chat_client import Citation
from async_chat_client.testing import ScriptedTurn, unreachable
from tests.pseudo_terminal import CTRL_C
from tests.terminal import Project

QUESTION = "Where did I park the car?"
CAR = ScriptedTurn(
    answer="Level 3, bay 12.",
    seconds=2.5,
    queued=0.5,
    steps=[(0.8, "Searching 214 memories")],
    drafts=[(1.2, "Level"), (1.8, "Level 3,")],
    citations=[Citation("m-1", "parked on level 3, bay 12")],
)
SLOW = ScriptedTurn(seconds=60, queued=0)


def test_live_view_shows_steps_draft_and_answer(project: Project) -> None:
    project.service.next_turns(CAR)
    with project.sit_down("ask", QUESTION) as terminal:
        terminal.expect("waiting for a worker")
        terminal.expect("Searching 214 memories")
        terminal.expect("Level")
        terminal.expect("thinking · ")
        terminal.expect("Level 3, bay 12.\n")
        terminal.expect("“parked on level 3, bay 12” (memory m-1)")
        terminal.expect("Continue: async-chat ask --chat")
        assert terminal.exit_code() == 0


def test_answer_shown_on_a_terminal_is_marked_as_read(project: Project) -> None:
    project.service.next_turns(CAR)
    with project.sit_down("ask", QUESTION) as terminal:
        assert terminal.exit_code() == 0
    assert not project.json("chats")["chats"][0]["unread"]


def test_lost_connection_is_shown_until_it_is_back(project: Project) -> None:
    project.service.next_turns(CAR)
    project.service.disturb(*[unreachable] * 2, on="/chats/messages")
    with project.sit_down("ask", QUESTION) as terminal:
        terminal.expect("connection lost, retrying")
        terminal.expect("Level 3, bay 12.\n")
        assert terminal.exit_code() == 0


def test_ctrl_c_then_s_stops_the_turn(project: Project) -> None:
    project.service.next_turns(SLOW)
    with project.sit_down("ask", QUESTION) as terminal:
        terminal.expect("thinking")
        terminal.press(CTRL_C)
        terminal.expect("[s] stop the turn   [l] leave it running   [Enter] keep watching:")
        terminal.press("s\n")
        terminal.expect("The turn was stopped.")
        assert terminal.exit_code() == 3
    assert project.json("show", "last")["status"] == "cancelled"


@pytest.mark.parametrize("keys", ["l\n", CTRL_C, "\x04"], ids=["l", "Ctrl-C again", "Ctrl-D"])
def test_ctrl_c_can_leave_the_turn_running(project: Project, keys: str) -> None:
    project.service.next_turns(SLOW)
    with project.sit_down("ask", QUESTION) as terminal:
        terminal.expect("thinking")
        terminal.press(CTRL_C)
        terminal.expect("keep watching:")
        terminal.press(keys)
        terminal.expect("The turn continues: async-chat show --watch")
        assert terminal.exit_code() == 4
    assert project.json("show", "last")["status"] == "thinking"


def test_ctrl_c_then_enter_keeps_watching(project: Project) -> None:
    project.service.next_turns(CAR)
    with project.sit_down("ask", QUESTION) as terminal:
        terminal.expect("waiting")
        terminal.press(CTRL_C)
        terminal.expect("keep watching:")
        terminal.press("\n")
        terminal.expect("Level 3, bay 12.\n")
        assert terminal.exit_code() == 0


def test_cancel_after_the_end_shows_the_answer(project: Project) -> None:
    project.service.next_turns(CAR)
    with project.sit_down("ask", QUESTION) as terminal:
        terminal.expect("waiting")
        terminal.press(CTRL_C)
        terminal.expect("keep watching:")
        while project.json("show", "last")["status"] == "thinking":
            pass
        terminal.press("s\n")
        terminal.expect("Level 3, bay 12.\n")
        assert terminal.exit_code() == 0


def test_show_watch_resumes_a_turn(project: Project) -> None:
    project.service.next_turns(CAR)
    project.run("ask", QUESTION, "--no-wait")
    with project.sit_down("show", "last", "--watch") as terminal:
        terminal.expect(QUESTION)
        terminal.expect("Level 3, bay 12.\n")
        assert terminal.exit_code() == 0


def test_failure_names_the_retry_command(project: Project) -> None:
    project.service.next_turns(ScriptedTurn(fails="agent_failed", seconds=0))
    with project.sit_down("ask", QUESTION) as terminal:
        terminal.expect("The question could not be answered. Try again.")
        terminal.expect("Retry: async-chat retry ")
        assert terminal.exit_code() == 1


def test_control_characters_in_an_answer_are_escaped(project: Project) -> None:
    steering = "\x1b]0;owned\x07\x1b[2J\x1b[999;999H\x9b31m[red]not markup[/red]"
    drafts = [(0, steering)]
    project.service.next_turns(ScriptedTurn(answer=steering, seconds=0.6, steps=[(0, steering)], drafts=drafts))
    with project.sit_down("ask", QUESTION) as terminal:
        terminal.expect("[red]not markup[/red]\n")
        terminal.expect("Continue:")
        assert terminal.exit_code() == 0
        for sequence in ("\x1b]0", "\x07", "\x1b[2J", "\x1b[999", "\x9b"):
            assert sequence not in terminal.raw


def test_list_marks_unread_chats(project: Project) -> None:
    project.service.next_turns(ScriptedTurn(seconds=0), ScriptedTurn(fails="agent_failed", seconds=0))
    project.run("ask", QUESTION)
    project.run("ask", "And the bicycle?")
    with project.sit_down("chats") as terminal:
        terminal.expect("failed")
        terminal.expect("And the bicycle?")
        terminal.expect("●")
        terminal.expect("answered")
        terminal.expect(QUESTION)
        assert terminal.exit_code() == 0


def test_no_color_disables_styles(project: Project) -> None:
    project.service.next_turns(ScriptedTurn(seconds=0))
    with project.sit_down("show", "01J", NO_COLOR="1") as terminal:
        assert terminal.exit_code() == 5
        assert "\x1b[3" not in terminal.raw


def test_json_on_a_terminal_is_one_document(project: Project) -> None:
    project.service.next_turns(CAR)
    with project.sit_down("ask", QUESTION, "--json") as terminal:
        terminal.expect('{"chat_id": ')
        assert terminal.exit_code() == 0
        assert terminal.text.count("Level 3, bay 12.") == 1
