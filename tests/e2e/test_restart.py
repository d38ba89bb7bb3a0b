"""Restart of the stack."""

from __future__ import annotations

import os

import pytest

from tests.e2e.running_stack import RunningStack
from tests.e2e.stack_controls import StackControls
from tests.features.app import App
from tests.features.http_driver import HttpDriver

pytestmark = pytest.mark.skipif(
    "ASYNC_CHAT_STACK" in os.environ, reason="a stack that was there before the tests is left running"
)


def test_restart_keeps_chats_and_memories_and_ends_an_interrupted_turn(
    stack: RunningStack, stack_controls: StackControls
) -> None:
    before = HttpDriver(stack, stack_controls)
    app = App(before)
    kept = app.ask_until_answered("alice", "Where is the stopcock in the flat?")
    before.agent_takes(56)
    before.turn_may_think_for(30)
    cut_off = app.accepted(app.ask("alice", "And what is behind it?"))
    before.wait(3)
    before.hang_up()

    stack.restart()
    stack_controls.restore()  # Terraform was applied again, so the changes without it are undone

    after = HttpDriver(stack, stack_controls)
    app = App(after)
    assert app.page("alice", kept["chat_id"])["messages"] == kept["messages"]
    page = app.poll_to_the_end("alice", cut_off, timeout=40)
    assert (page["status"], page["turn"]["error"]["code"]) == ("failed", "timed_out")
    assert app.ask_until_answered("alice", "And what is behind it?", cut_off)["status"] == "answered"
    after.close()
