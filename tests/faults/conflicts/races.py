"""Requests of the same moment behind the conflict proxy. Each race counts outcomes, and yields what is wrong."""

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial
from typing import Final

from tests.faults.conflicts.world import CAPACITY, TAKES, TURNS_PER_USER, World

Race = Callable[[World], Iterator[str]]
#: After the POST: its worker begins within 40 ms.
_AROUND_THE_ANSWER: Final = tuple(TAKES + timedelta(milliseconds=5 * step) for step in range(16))


def _answered_chat(world: World, question: str = "The first one") -> str:
    """A chat whose turn has ended; the race begins now."""
    world.together(lambda: world.post(question))
    chat_id = str(world.answers[0][1].body["chat_id"])
    world.answers.clear()
    world.agent.runs.clear()
    world.events.clear()
    return chat_id


def _codes(world: World, route: str = "POST /memories/chat") -> Counter[str]:
    """How often each outcome came: a status below 400, or an error code."""
    answers = [answer for at, answer in world.answers if at == route]
    return Counter(str(answer.status) if answer.status < 400 else answer.body["code"] for answer in answers)


def _one_turn(world: World, chat_id: str, questions: int) -> Iterator[str]:
    """One question was accepted, run once and answered."""
    if len(world.agent.runs) != 1:
        yield f"the agent ran {len(world.agent.runs)} times: {world.agent.runs}"
    world.together(lambda: world.poll(chat_id))
    body = world.answers[-1][1].body
    if (body["status"], len(body["messages"])) != ("answered", 2 * questions):
        yield f"{body['status']} with {len(body['messages'])} messages: {body['turn']['error']}"


def same_key_at_once(world: World) -> Iterator[str]:
    chat_id = _answered_chat(world)
    world.together(*[partial(world.post, "The same", chat_id)] * 6)
    if (codes := _codes(world)) != {"200": 6}:
        yield f"six POSTs with one key were answered {codes}"
    yield from _one_turn(world, chat_id, 2)


def double_tap(world: World) -> Iterator[str]:
    chat_id = _answered_chat(world)
    world.together(*[partial(world.post, "The same", chat_id)] * 4, within=30)
    if (codes := _codes(world)) != {"200": 4}:
        yield f"four POSTs with one key, within 30 ms, were answered {codes}"
    yield from _one_turn(world, chat_id, 2)


def different_questions_in_one_chat(world: World) -> Iterator[str]:
    chat_id = _answered_chat(world)
    world.together(*(partial(world.post, f"Question {number}", chat_id) for number in range(8)))
    if (codes := _codes(world)) != {"200": 1, "chat_busy": 7}:
        yield f"eight questions in one chat were answered {codes}"
    yield from _one_turn(world, chat_id, 2)


def cancel_against_answer(world: World) -> Iterator[str]:
    def ask_and_cancel(number: int) -> None:
        chat_id = world.post(f"To be stopped, {number}").body["chat_id"]
        world.clock.sleep(world.random.choice(_AROUND_THE_ANSWER))
        world.call("POST /chats/{chat_id}/cancel", path={"chat_id": chat_id})

    world.together(*(partial(ask_and_cancel, number) for number in range(TURNS_PER_USER)))
    if (codes := _codes(world, "POST /chats/{chat_id}/cancel")) != {"200": TURNS_PER_USER}:
        yield f"{TURNS_PER_USER} cancellations were answered {codes}"
    asked = [answer.body["chat_id"] for at, answer in world.answers if at == "POST /memories/chat"]
    for chat_id in asked:
        world.together(partial(world.poll, chat_id))
        body = world.answers[-1][1].body
        if (body["status"], len(body["messages"])) not in {("answered", 2), ("cancelled", 1)}:
            yield f"{body['status']} with {len(body['messages'])} messages: {body['turn']['error']}"


def retries_settling_late_worker_and_asks(world: World) -> Iterator[str]:
    chat_id = _answered_chat(world, "To fail")
    old = {"_async_worker": True, "version": 1, "chat_id": chat_id, "turn_id": "old", "token": "old"}
    retry = partial(world.call, "POST /chats/{chat_id}/retry", path={"chat_id": chat_id})
    asks = [partial(world.post, f"Instead {number}", chat_id) for number in range(2)]
    late = [partial(world.deliver, old), partial(world.give_up, old)]
    world.together(*[retry] * 3, *asks, *late, within=10)
    codes = _codes(world, "POST /chats/{chat_id}/retry") + _codes(world)
    if codes != {"200": 1, "chat_busy": 4}:
        yield f"three retries and two asks were answered {codes}"
    if len(world.agent.runs) != 1:
        yield f"the agent ran {len(world.agent.runs)} times"


def deletion_read_mark_ask_and_poll(world: World) -> Iterator[str]:
    chat_id = _answered_chat(world)
    path = {"chat_id": chat_id}
    world.together(
        partial(world.call, "DELETE /chats/{chat_id}", path=path),
        partial(world.call, "POST /chats/{chat_id}/read", path=path),
        partial(world.post, "One more", chat_id),
        partial(world.poll, chat_id),
        within=30,
    )
    if (codes := _codes(world, "DELETE /chats/{chat_id}")) != {"204": 1}:
        yield f"a deletion was answered {codes}"
    world.together(lambda: world.poll(chat_id))
    if world.answers[-1][1].status != 404:
        yield f"the deleted chat is answered {world.answers[-1][1].status}"


def same_key_in_a_new_chat(world: World) -> Iterator[str]:
    world.together(*[partial(world.post, "A new one")] * 8)
    chats = {answer.body.get("chat_id") for _, answer in world.answers}
    if (codes := _codes(world)) != {"200": 8} or len(chats) != 1:
        yield f"eight POSTs with one key were answered {codes}, with {len(chats)} chats"
    yield from _one_turn(world, str(chats.pop()), 1)


def slots_of_a_user(world: World) -> Iterator[str]:
    world.together(*(partial(world.post, f"Question {number}") for number in range(8)))
    if (codes := _codes(world)) != {"200": TURNS_PER_USER, "too_many_turns": 3}:
        yield f"eight new chats of one user were answered {codes}"
    if len(world.agent.runs) != TURNS_PER_USER:
        yield f"the agent ran {len(world.agent.runs)} times"


def slots_of_the_workspace(world: World) -> Iterator[str]:
    world.together(*(partial(world.post, f"Of user {number}", user=f"user {number}") for number in range(24)))
    codes = _codes(world)
    # With so many transactions on one item, one or two may not be decided in time: they may be sent again.
    if codes["200"] != CAPACITY or codes["at_capacity"] + codes["try_again"] != 4 or codes["try_again"] > 2:
        yield f"24 new chats of 24 users were answered {codes}"
    if len(world.agent.runs) != CAPACITY:
        yield f"the agent ran {len(world.agent.runs)} times"


RACES: Final[tuple[Race, ...]] = (
    same_key_at_once,
    double_tap,
    different_questions_in_one_chat,
    cancel_against_answer,
    retries_settling_late_worker_and_asks,
    deletion_read_mark_ask_and_poll,
    same_key_in_a_new_chat,
    slots_of_a_user,
    slots_of_the_workspace,
)


def run(race: Race, seed: int) -> tuple[list[str], int]:
    """What is wrong after a round, and how many conflicts there were."""
    world = World(seed)
    try:
        wrong = list(race(world))
        if race is not slots_of_the_workspace:
            wrong += [f"{at} was answered {answer.status}" for at, answer in world.answers if answer.status >= 500]
        wrong += [f"a worker raised {error}" for error in world.raised]
        held = {owner: world.permits(owner) for owner in ("user#alice", "places#0")}
        wrong += [f"{count} slots of {owner} are still held" for owner, count in held.items() if count]
        return wrong, world.proxy.conflicts
    finally:
        world.close()
