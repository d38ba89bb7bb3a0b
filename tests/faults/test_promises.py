"""The promises' rules find each breach in a history that was tampered with."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from domain.chat import Role
from tests.faults.history import ForeignCall, History, Listed, ReasoningOutcome, Shown, ShownMessage, TurnedAway
from tests.faults.promises import breaches
from tests.faults.simulation.runner import simulate

#: A calm run.
SEED = 28


def _end_of_first_turn(history: History) -> Shown:
    return next(shown for shown in history.shown if shown.status == "answered")


def _also_show(history: History, **changes: object) -> None:
    """One more poll of the first answered turn, a second later."""
    shown = _end_of_first_turn(history)
    later = shown.returned_at + timedelta(seconds=1)
    history.shown.append(replace(shown, received_at=later, returned_at=later, **changes))  # type: ignore[arg-type]  # by field


def lose_a_question(history: History) -> None:
    _also_show(history, messages=(), status="thinking", phase="queued")


def answer_twice(history: History) -> None:
    messages = _end_of_first_turn(history).messages
    _also_show(history, messages=(*messages, replace(messages[-1], message_id="z")))


def change_the_end(history: History) -> None:
    messages = _end_of_first_turn(history).messages
    _also_show(history, status="failed", failure="timed_out", messages=messages[:-1])


def think_past_the_deadline(history: History) -> None:
    shown = _end_of_first_turn(history)
    late = replace(shown, status="thinking", phase="running", messages=shown.messages[:-1], received_at=shown.deadline)
    history.shown.append(late)


def answer_past_the_deadline(history: History) -> None:
    _also_show(history, ended_at=_end_of_first_turn(history).deadline)


def swap_messages(history: History) -> None:
    _also_show(history, messages=_end_of_first_turn(history).messages[::-1])


def give_an_end_another_sentence(history: History) -> None:
    _also_show(history, sentence="Sorry, not: this")


def explain_an_end_that_is_no_operators(history: History) -> None:
    _also_show(history, explained=True)


def show_anothers_message(history: History) -> None:
    _also_show(
        history, messages=(ShownMessage("0", Role.USER, "carol asks no. 1"), *_end_of_first_turn(history).messages)
    )


def run_the_agent_twice(history: History) -> None:
    history.reasoned.extend([replace(history.reasoned[0])])


def make_two_chats_of_one_key(history: History) -> None:
    history.acknowledged.append(replace(history.acknowledged[0], chat_id="another"))


def forget_to_invoke(history: History) -> None:
    question = history.acknowledged[0].question
    history.accepted[:] = [event for event in history.accepted if event.question != question]


def refuse_a_stored_question_as_busy(history: History) -> None:
    asked = next(asked for asked in history.acknowledged if asked.key)
    call = (asked.user, asked.chat_id, asked.returned_at, asked.returned_at + timedelta(seconds=1))
    history.turned_away.append(TurnedAway(*call, question=asked.question, code="chat_busy"))


def let_a_stranger_in(history: History) -> None:
    asked = history.acknowledged[0]
    history.foreign_calls.append(
        ForeignCall("carol", asked.chat_id, asked.received_at, asked.returned_at, refusal=None)
    )


def list_anothers_chat(history: History) -> None:
    history.listed.append(Listed("carol", (history.acknowledged[0].chat_id,)))


def let_the_agent_hear_others(history: History) -> None:
    run = history.reasoned[0]
    history.reasoned[0] = ReasoningOutcome(run.at, run.user, run.question, ("carol asks no. 1",))


def run_an_ended_turn(history: History) -> None:
    last = history.stored[-1]
    history.stored.append(replace(last, state="running"))


def block_the_chat(history: History) -> None:
    history.afterwards.append(replace(_end_of_first_turn(history), status="failed"))


def accept_a_forged_event(history: History) -> None:
    history.forged = 1


def keep_a_slot(history: History) -> None:
    history.kept.append(history.stored[0].turn)


def work_without_a_slot(history: History) -> None:
    seen = next(seen for seen in history.work if seen.at_work)
    history.work.append(replace(seen, held=()))


def hold_a_third_slot_of_a_user(history: History) -> None:
    seen = next(seen for seen in history.work if seen.held)
    history.work.append(replace(seen, held=seen.held[:1] * (history.limits.turns + 1)))


def hold_more_slots_than_workers(history: History) -> None:
    history.capacity = 2
    seen = next(seen for seen in history.work if seen.held)
    others = tuple(replace(seen.held[0], user=user) for user in ("dan", "eve", "fay"))
    history.work.append(replace(seen, held=others))


def begin_too_many_turns_in_a_minute(history: History) -> None:
    first = next(stored for stored in history.stored if stored.state == "queued")
    history.stored.extend(replace(first, turn=f"{first.turn}-{number}", chat_id=f"c-{number}") for number in range(4))


def miscount(history: History) -> None:
    history.miscounted.append("alice")


def forget_an_event(history: History) -> None:
    history.ended.add("a-turn.answered")


def tell_what_is_not_stored(history: History) -> None:
    history.told.append("a-turn.answered")


TAMPERED = [
    forget_an_event,
    tell_what_is_not_stored,
    lose_a_question,
    answer_twice,
    change_the_end,
    think_past_the_deadline,
    answer_past_the_deadline,
    swap_messages,
    explain_an_end_that_is_no_operators,
    give_an_end_another_sentence,
    show_anothers_message,
    run_the_agent_twice,
    make_two_chats_of_one_key,
    forget_to_invoke,
    refuse_a_stored_question_as_busy,
    let_a_stranger_in,
    list_anothers_chat,
    let_the_agent_hear_others,
    run_an_ended_turn,
    block_the_chat,
    accept_a_forged_event,
    keep_a_slot,
    work_without_a_slot,
    hold_a_third_slot_of_a_user,
    hold_more_slots_than_workers,
    begin_too_many_turns_in_a_minute,
    miscount,
]


#: Runs in which a question was refused while another one was thinking, and its repetition was stored before the refusal
#: came back.
OVERTAKEN = (3643, 4188, 4499)


@pytest.mark.parametrize("seed", [SEED, *OVERTAKEN])
def test_a_consistent_history_passes(seed: int) -> None:
    assert breaches(simulate(seed)) == []


@pytest.mark.parametrize("tamper", TAMPERED, ids=lambda tamper: tamper.__name__)
def test_a_tampered_history_fails(tamper: Callable[[History], None]) -> None:
    history = simulate(SEED)
    tamper(history)
    assert breaches(history)
