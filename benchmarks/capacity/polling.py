"""When an app polls next, by the service's own hint."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from functools import cache

from benchmarks.capacity.plan import Plan
from benchmarks.story import BEGAN
from domain.chat import Chat, Message, Role, Turn, TurnState
from domain.poll_hint import poll_hint
from domain.usual_durations import UsualDurations


def next_poll(
    plan: Plan, elapsed: float, started: float | None, drafting: bool, *, can_hold: bool = False
) -> tuple[float, bool]:
    """Seconds to wait, `elapsed` seconds after the ask, and whether to hold the next poll.

    The worker began `started` seconds after the ask.
    """
    if elapsed >= plan.deadline:
        return 0.1, False
    chat = _chat(plan.deadline, plan.seconds)
    turn = chat.turn
    if started is not None:
        draft = "So far" if drafting else None
        turn = replace(turn, state=TurnState.RUNNING, started_at=BEGAN + timedelta(seconds=started), draft=draft)
    expected = UsualDurations(timedelta(seconds=plan.seconds)).expect(chat)
    hint = poll_hint(replace(chat, turn=turn), BEGAN + timedelta(seconds=elapsed), expected, can_hold=can_hold)
    assert hint.after is not None
    return hint.after.total_seconds(), hint.hold


@cache
def _chat(deadline: float, seconds: float) -> Chat:
    """A chat that knows its agent's duration and is thinking since BEGAN."""
    turn = Turn("chat", "user", "turn", "question", BEGAN, BEGAN + timedelta(seconds=deadline), "token")
    chat = Chat.begun(Message("question", Role.USER, "Where did I park?", BEGAN), turn)
    return replace(chat, last_duration=timedelta(seconds=seconds))
