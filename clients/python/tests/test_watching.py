"""Watching a turn: updates, their order, and the polls that they cost."""

import asyncio
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from async_chat_client import AsyncChatClient, ChatClient, Citation
from async_chat_client.errors import ServiceError, StillThinking, TurnCancelled, TurnFailed
from async_chat_client.testing import Disturbance, FakeService, Handler, ScriptedTurn, answers, unreachable
from async_chat_client.updates import Answered, Cancelled, Draft, Failed, Step, Thinking, Update
from tests.conftest import Clients

QUESTION = "Where did I park the car?"
SEARCH = ScriptedTurn(
    answer="Level 3, bay 12.",
    seconds=14,
    queued=3,
    steps=[(4, 'Searching 214 memories for "park"'), (9, "Reading the three best")],
    drafts=[(9.5, "Level"), (11.5, "Level 3,")],
    citations=[Citation("m-1", "parked on level 3, bay 12")],
)


def story(updates: list[Update]) -> list[str]:
    """Updates as short texts."""
    return [_words(update) for update in updates]


def _words(update: Update) -> str:
    match update:
        case Thinking(phase=phase):
            return phase
        case Step(text=text):
            return f"step: {text}"
        case Draft(text=text):
            return f"draft: {text}"
        case Answered(message=message):
            return f"answer: {message.content}"
        case Failed(code=code):
            return f"failed: {code}"
        case _:
            return type(update).__name__


def test_updates_are_yielded_once_and_in_order(service: FakeService, alice: ChatClient) -> None:
    service.next_turns(SEARCH)
    assert story(list(alice.chat().ask(QUESTION).updates())) == [
        "queued",
        "running",
        'step: Searching 214 memories for "park"',
        "step: Reading the three best",
        "draft: Level",
        "draft: Level 3,",
        "answer: Level 3, bay 12.",
    ]


def test_answer_has_citations(service: FakeService, alice: ChatClient) -> None:
    service.next_turns(SEARCH)
    [citation] = alice.chat().ask(QUESTION).answer().citations
    assert citation == Citation("m-1", "parked on level 3, bay 12")


def test_first_poll_waits_for_the_hint_of_the_ask(service: FakeService, alice: ChatClient) -> None:
    alice.chat().ask(QUESTION).answer()
    assert service.time.waits[0] == 2.0


def test_each_poll_waits_for_the_latest_hint(service: FakeService, alice: ChatClient) -> None:
    every_poll_has_news = [(second / 10, f"draft {second}") for second in range(190)]
    service.next_turns(ScriptedTurn(seconds=19, drafts=every_poll_has_news))
    service.hint(500, 7000, 1250, 9000)
    alice.chat().ask(QUESTION).answer()
    assert service.time.waits == [2.0, 0.5, 7.0, 1.25, 9.0]


def test_unchanged_poll_is_hinted_by_retry_after(service: FakeService, alice: ChatClient) -> None:
    service.next_turns(ScriptedTurn(seconds=9))
    service.hint(1000, 1000, 2500)
    alice.chat().ask(QUESTION).answer()
    assert service.time.waits == [2.0, 1.0, 1.0, 3.0, 3.0]


@pytest.mark.parametrize(("hint", "wait"), [(None, 2.0), (0, 0.2)])
def test_extreme_hint_is_clamped(service: FakeService, alice: ChatClient, hint: int | None, wait: float) -> None:
    service.hint(hint)
    alice.chat().ask(QUESTION).answer()
    assert service.time.waits[1:] == pytest.approx([wait] * (len(service.time.waits) - 1))


def test_jitter_never_polls_earlier_than_hinted(service: FakeService, clients: Clients) -> None:
    service.next_turns(ScriptedTurn(seconds=9))
    clients(jitter=1.0).chat().ask(QUESTION).answer()
    assert service.time.waits == pytest.approx([2.2] * 5)


def test_polls_after_the_first_ask_only_for_what_is_new(service: FakeService, alice: ChatClient) -> None:
    service.next_turns(ScriptedTurn(seconds=20))
    alice.chat().ask(QUESTION).answer()
    first, *others = service.polls()
    assert first.url.params["limit"] == "4"
    assert all("after" in poll.url.params for poll in others)


def test_unchanged_poll_has_no_body(service: FakeService, alice: ChatClient) -> None:
    service.next_turns(ScriptedTurn(seconds=21))
    alice.chat().ask(QUESTION).answer()
    tagged = [poll for poll in service.polls() if "if-none-match" in poll.headers]
    assert len(tagged) == len(service.polls()) - 2
    assert len(service.polls()) == 11


def test_first_poll_reads_few_messages_of_a_long_chat(service: FakeService, alice: ChatClient) -> None:
    chat = alice.chat()
    for number in range(10):
        chat.ask(f"Question {number}").answer()
    assert chat.ask(QUESTION).answer().content == "An answer."
    assert {poll.url.params.get("limit") for poll in service.polls()} == {"4", None}


@pytest.mark.parametrize("code", ["agent_failed", "timed_out", "a_code_of_next_year"])
def test_failed_turn_raises_turn_failed_with_its_code(service: FakeService, alice: ChatClient, code: str) -> None:
    service.next_turns(ScriptedTurn(fails=code))
    turn = alice.chat().ask(QUESTION)
    with pytest.raises(TurnFailed, match="Try again") as failed:
        turn.answer()
    assert failed.value.code == code


def test_cancel_is_seen_at_once(service: FakeService, alice: ChatClient) -> None:
    service.next_turns(ScriptedTurn(seconds=60))
    turn = alice.chat().ask(QUESTION)
    assert turn.cancel() == "cancelled"
    assert list(turn.updates()) == [Cancelled()]
    assert service.time.seconds == 0
    with pytest.raises(TurnCancelled):
        turn.answer()


def test_a_turn_that_an_operator_stopped_tells_why(service: FakeService, alice: ChatClient) -> None:
    service.next_turns(ScriptedTurn(stopped="Maintenance."))
    turn = alice.chat().ask(QUESTION)
    with pytest.raises(TurnCancelled, match="was stopped: Maintenance") as cancelled:
        turn.answer()
    assert cancelled.value.reason == "Maintenance."
    assert turn.end == Cancelled("Maintenance.")


def test_cancel_after_the_answer_returns_the_answer(service: FakeService, alice: ChatClient) -> None:
    turn = alice.chat().ask(QUESTION)
    service.time.seconds = 30
    assert turn.cancel() == "answered"
    assert turn.answer().content == "An answer."


#: Seconds; shorter than the hint.
HANGS = 5.0
CANCELS = {
    "the turn": lambda client, turn: turn.cancel(),
    "the chat": lambda client, turn: client.chat(turn.chat_id).cancel(),
}


@pytest.mark.parametrize("cancel", CANCELS.values(), ids=CANCELS)
@pytest.mark.parametrize(("after", "status", "polls"), [(1, "cancelled", 1), (30, "answered", 2)])
def test_cancel_ends_the_sleep_between_polls_of_another_thread(
    service: FakeService, cancel: Callable[..., str], after: float, status: str, polls: int
) -> None:
    service.hint(14_000, first_seconds=0)
    client = ChatClient("https://chat.test", "alice", transport=service.transport())
    turn = client.chat().ask(QUESTION)
    updates = turn.updates()
    assert next(updates) == Thinking("queued")
    with ThreadPoolExecutor(1) as other:
        rest = other.submit(lambda: story(list(updates)))
        service.time.seconds = after
        assert cancel(client, turn) == status
        assert rest.result(HANGS) == ["Cancelled" if status == "cancelled" else "answer: An answer."]
    assert len(service.polls()) == polls


@pytest.mark.parametrize("cancel", CANCELS.values(), ids=CANCELS)
@pytest.mark.parametrize(("after", "status", "polls"), [(1, "cancelled", 1), (30, "answered", 2)])
def test_cancel_ends_the_sleep_between_polls_of_another_task(
    service: FakeService, cancel: Callable[..., Any], after: float, status: str, polls: int
) -> None:
    async def watch() -> list[Update]:
        client = AsyncChatClient("https://chat.test", "alice", transport=service.transport())
        turn = await client.chat().ask(QUESTION)
        updates = turn.updates()
        assert await anext(updates) == Thinking("queued")
        rest = asyncio.create_task(_all(updates))
        await asyncio.sleep(0)
        service.time.seconds = after
        assert await cancel(client, turn) == status
        return await asyncio.wait_for(rest, HANGS)

    service.hint(14_000, first_seconds=0)
    assert story(asyncio.run(watch())) == ["Cancelled" if status == "cancelled" else "answer: An answer."]
    assert len(service.polls()) == polls


async def _all(updates: AsyncIterator[Update]) -> list[Update]:
    return [update async for update in updates]


def test_cancel_does_not_end_an_earlier_turn_that_nobody_watched(service: FakeService, alice: ChatClient) -> None:
    service.next_turns(ScriptedTurn(answer="Level 3.", seconds=1), ScriptedTurn(seconds=60))
    chat = alice.chat()
    first = chat.ask(QUESTION)
    service.time.seconds = 2
    second = chat.ask("And the bicycle?")
    assert second.cancel() == "cancelled"
    assert first.answer().content == "Level 3."
    assert second.end == Cancelled()


def test_poll_that_was_sent_before_the_stop_does_not_take_the_end_back(service: FakeService) -> None:
    service.next_turns(ScriptedTurn(seconds=60))
    turn = service.client("alice").chat().ask(QUESTION)

    def stopped_meanwhile(request: httpx.Request, handle: Handler) -> httpx.Response:
        reply = handle(request)
        turn.cancel()
        return reply

    service.disturb(stopped_meanwhile, on="/chats/messages")
    assert story(list(turn.updates())) == ["running", "Cancelled"]
    assert len(service.polls()) == 1


def test_callers_timeout_is_respected(service: FakeService, alice: ChatClient) -> None:
    service.next_turns(ScriptedTurn(seconds=30))
    turn = alice.chat().ask(QUESTION)
    with pytest.raises(TimeoutError):
        turn.answer(timeout=10)
    assert service.time.seconds == 10
    assert turn.answer(timeout=90).content == "An answer."


def test_zero_timeout_polls_once(service: FakeService, alice: ChatClient) -> None:
    turn = alice.chat().ask(QUESTION)
    with pytest.raises(StillThinking):
        turn.answer(timeout=0)
    assert len(service.polls()) == 1


def test_left_loop_continues_where_it_stopped(service: FakeService, alice: ChatClient) -> None:
    service.next_turns(SEARCH)
    turn = alice.chat().ask(QUESTION)
    told: list[Update] = []
    while turn.end is None:
        told.append(next(iter(turn.updates())))
    assert story(told) == [
        "queued",
        "running",
        'step: Searching 214 memories for "park"',
        "step: Reading the three best",
        "draft: Level",
        "draft: Level 3,",
        "answer: Level 3, bay 12.",
    ]


def test_ended_turn_yields_its_end_without_a_poll(service: FakeService, alice: ChatClient) -> None:
    turn = alice.chat().ask(QUESTION)
    answer = turn.answer()
    service.requests.clear()
    assert list(turn.updates()) == [Answered(answer)]
    assert service.requests == []


def test_another_process_resumes_the_turn(clients: Clients, service: FakeService) -> None:
    service.next_turns(SEARCH)
    chat_id = clients().chat().ask(QUESTION).chat_id
    service.time.seconds = 9
    assert story(list(clients().resume(chat_id).updates()))[-1] == "answer: Level 3, bay 12."


def test_resume_of_an_answered_turn_yields_its_answer(clients: Clients, service: FakeService) -> None:
    chat_id = clients().chat().ask(QUESTION).chat_id
    service.time.seconds = 9000
    assert clients().resume(chat_id).answer().content == "An answer."
    assert service.time.waits == []


def test_answer_after_56_seconds_is_seen_soon_and_with_few_polls(service: FakeService, alice: ChatClient) -> None:
    service.next_turns(ScriptedTurn(seconds=56))
    service.hint(8000, 8000, 8000, 8000, 8000, 8000, 2000)
    alice.chat().ask(QUESTION).answer()
    assert len(service.polls()) <= 10
    assert service.time.seconds - 56 <= 2


# ---- held polls


def test_held_polls_show_steps_and_draft_as_they_come(service: FakeService, alice: ChatClient) -> None:
    service.hold_polls()
    service.next_turns(SEARCH)
    seen = [(service.time.seconds, story([update])[0]) for update in alice.chat().ask(QUESTION).updates()]
    assert seen == [
        (2.0, "queued"),
        (3.0, "running"),
        (4.0, 'step: Searching 214 memories for "park"'),
        (9.0, "step: Reading the three best"),
        (10.0, "draft: Level"),
        (11.5, "draft: Level 3,"),
        (14.0, "answer: Level 3, bay 12."),
    ]
    assert len(service.polls()) == 1


def test_answer_after_56_seconds_takes_five_requests_and_is_seen_at_once(
    service: FakeService, alice: ChatClient
) -> None:
    service.hold_polls()
    service.next_turns(ScriptedTurn(seconds=56, queued=0))
    alice.chat().ask(QUESTION).answer()
    assert (len(service.polls()), len(service.held_polls())) == (1, 3)
    assert service.time.seconds - 56 <= 0.25
    assert [poll.url.params["wait"] for poll in service.held_polls()] == ["20"] * 3


def test_poll_is_held_again_after_a_304_though_the_page_before_was_plain(
    service: FakeService, alice: ChatClient
) -> None:
    service.hint(1000)
    service.next_turns(ScriptedTurn(seconds=30, queued=0))

    def likely_from_now_on(request: httpx.Request, handle: Handler) -> httpx.Response:
        service.hold_polls()
        return handle(request)

    def not_yet(request: httpx.Request, handle: Handler) -> httpx.Response:
        page = handle(request)
        return httpx.Response(200, json={**page.json(), "wait": None}, headers=page.headers)

    service.disturb(not_yet, not_yet, likely_from_now_on, on="/chats/messages")
    alice.chat().ask(QUESTION).answer()
    assert service.polls()[-1].headers["if-none-match"]
    assert len(service.held_polls()) == 2


@pytest.mark.parametrize("fault", [answers(429), answers(503), answers(404), answers(200, "<html>"), unreachable])
def test_held_poll_that_fails_is_followed_by_plain_ones(
    service: FakeService, alice: ChatClient, fault: Disturbance
) -> None:
    service.hold_polls()
    service.next_turns(ScriptedTurn(seconds=50, queued=0))
    service.disturb(fault, on="/held")
    updates = list(alice.chat().ask(QUESTION).updates())
    assert story(updates) == ["running", "answer: An answer."], "a failed held poll is no outage"
    waits = [poll.url.params.get("wait") for poll in service.polls()]
    assert waits == ["20", *[None] * 15, "20"], "for thirty seconds"
    assert len(service.held_polls()) == 2


@pytest.mark.parametrize(("status", "code"), [(401, "unauthorized"), (403, "chat_forbidden"), (404, "chat_not_found")])
def test_refusal_of_a_held_poll_ends_the_watch(service: FakeService, alice: ChatClient, status: int, code: str) -> None:
    service.hold_polls()
    service.disturb(answers(status, {"code": code}), on="/held")
    with pytest.raises(ServiceError) as refused:
        alice.chat().ask(QUESTION).answer()
    assert refused.value.code == code
    assert len(service.polls()) == 1


def test_held_poll_ends_with_the_callers_timeout(service: FakeService, alice: ChatClient) -> None:
    service.hold_polls()
    service.next_turns(ScriptedTurn(seconds=30, queued=0))
    with pytest.raises(StillThinking):
        alice.chat().ask(QUESTION).answer(timeout=10)
    assert service.time.seconds == pytest.approx(10, abs=0.5)
    assert service.held_polls()[0].url.params["wait"] == "8"


def test_client_that_does_not_hold_sends_no_wait(service: FakeService) -> None:
    service.hold_polls()
    client = ChatClient(
        "https://chat.test", "alice", hold=False, transport=service.transport(), sleep=service.time.sleep
    )
    assert client.chat().ask(QUESTION).answer().content == "An answer."
    assert service.held_polls() == []
    assert not any("wait" in poll.url.params for poll in service.polls())
