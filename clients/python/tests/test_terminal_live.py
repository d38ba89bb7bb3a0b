"""`async-chat` before a person, in a pseudo-terminal: the live view, Ctrl-C, and what colours do not do."""

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


def test_a_turn_is_seen_from_the_question_to_the_answer(project: Project) -> None:
    project.service.next_turns(CAR)
    with project.sit_down("ask", QUESTION) as terminal:
        terminal.expect("waiting for a worker")
        terminal.expect("Searching 214 memories")
        terminal.expect("Level")
        terminal.expect("thinking · ")
        terminal.expect("Level 3, bay 12.\n")
        terminal.expect("“parked on level 3, bay 12” (memory m-1)")
        terminal.expect("Go on: async-chat ask --chat")
        assert terminal.exit_code() == 0


def test_an_answer_that_was_seen_is_read(project: Project) -> None:
    project.service.next_turns(CAR)
    with project.sit_down("ask", QUESTION) as terminal:
        assert terminal.exit_code() == 0
    assert not project.json("chats")["chats"][0]["unread"]


def test_trouble_is_shown_while_it_lasts(project: Project) -> None:
    project.service.next_turns(CAR)
    project.service.disturb(*[unreachable] * 2, on="/chats/messages")
    with project.sit_down("ask", QUESTION) as terminal:
        terminal.expect("no connection for now, trying again")
        terminal.expect("Level 3, bay 12.\n")
        assert terminal.exit_code() == 0


def test_ctrl_c_can_stop_the_turn(project: Project) -> None:
    project.service.next_turns(SLOW)
    with project.sit_down("ask", QUESTION) as terminal:
        terminal.expect("thinking")
        terminal.press(CTRL_C)
        terminal.expect("[s] stop the turn   [l] leave it, and stop watching   [Enter] go on watching:")
        terminal.press("s\n")
        terminal.expect("The turn was stopped.")
        assert terminal.exit_code() == 3
    assert project.json("show", "last")["status"] == "cancelled"


@pytest.mark.parametrize("keys", ["l\n", CTRL_C, "\x04"], ids=["l", "Ctrl-C again", "Ctrl-D"])
def test_ctrl_c_can_leave_the_turn_alone(project: Project, keys: str) -> None:
    project.service.next_turns(SLOW)
    with project.sit_down("ask", QUESTION) as terminal:
        terminal.expect("thinking")
        terminal.press(CTRL_C)
        terminal.expect("go on watching:")
        terminal.press(keys)
        terminal.expect("The turn goes on: async-chat show --watch")
        assert terminal.exit_code() == 4
    assert project.json("show", "last")["status"] == "thinking"


def test_after_ctrl_c_one_can_go_on_watching(project: Project) -> None:
    project.service.next_turns(CAR)
    with project.sit_down("ask", QUESTION) as terminal:
        terminal.expect("waiting")
        terminal.press(CTRL_C)
        terminal.expect("go on watching:")
        terminal.press("\n")
        terminal.expect("Level 3, bay 12.\n")
        assert terminal.exit_code() == 0


def test_stopping_too_late_shows_the_answer(project: Project) -> None:
    project.service.next_turns(CAR)
    with project.sit_down("ask", QUESTION) as terminal:
        terminal.expect("waiting")
        terminal.press(CTRL_C)
        terminal.expect("go on watching:")
        while project.json("show", "last")["status"] == "thinking":
            pass
        terminal.press("s\n")
        terminal.expect("Level 3, bay 12.\n")
        assert terminal.exit_code() == 0


def test_a_left_turn_is_taken_up_again(project: Project) -> None:
    project.service.next_turns(CAR)
    project.run("ask", QUESTION, "--no-wait")
    with project.sit_down("show", "last", "--watch") as terminal:
        terminal.expect(QUESTION)
        terminal.expect("Level 3, bay 12.\n")
        assert terminal.exit_code() == 0


def test_a_failure_says_what_to_type_next(project: Project) -> None:
    project.service.next_turns(ScriptedTurn(fails="agent_failed", seconds=0))
    with project.sit_down("ask", QUESTION) as terminal:
        terminal.expect("No answer could be made. Try again.")
        terminal.expect("Once more: async-chat retry ")
        assert terminal.exit_code() == 1


def test_an_answer_cannot_steer_the_terminal(project: Project) -> None:
    steering = "\x1b]0;owned\x07\x1b[2J\x1b[999;999H\x9b31m[red]not markup[/red]"
    drafts = [(0, steering)]
    project.service.next_turns(ScriptedTurn(answer=steering, seconds=0.6, steps=[(0, steering)], drafts=drafts))
    with project.sit_down("ask", QUESTION) as terminal:
        terminal.expect("[red]not markup[/red]\n")
        terminal.expect("Go on:")
        assert terminal.exit_code() == 0
        for sequence in ("\x1b]0", "\x07", "\x1b[2J", "\x1b[999", "\x9b"):
            assert sequence not in terminal.raw


def test_the_list_shows_what_is_new(project: Project) -> None:
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


def test_no_colour_means_none(project: Project) -> None:
    project.service.next_turns(ScriptedTurn(seconds=0))
    with project.sit_down("show", "01J", NO_COLOR="1") as terminal:
        assert terminal.exit_code() == 5
        assert "\x1b[3" not in terminal.raw


def test_a_document_on_a_terminal_is_still_one_document(project: Project) -> None:
    project.service.next_turns(CAR)
    with project.sit_down("ask", QUESTION, "--json") as terminal:
        terminal.expect('{"chat_id": ')
        assert terminal.exit_code() == 0
        assert terminal.text.count("Level 3, bay 12.") == 1
