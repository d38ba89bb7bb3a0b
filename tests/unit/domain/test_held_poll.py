"""ChatService.hold: a poll that waits for news."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from domain.chat import Step, Turn, TurnState
from domain.errors import ChatForbidden, ChatNotFound, StoreUnavailable
from domain.records import ChatPage, PageRequest
from tests.support.service import SETTINGS, Service
from tests.support.story import ALICE, BAY, BOB, Story, texts

SECOND = timedelta(seconds=1)
WAIT = 20 * SECOND


@pytest.fixture
def service() -> Service:
    return Service(settings=SETTINGS.model_copy(update={"hold_polls": True}))


@pytest.fixture
def held(service: Service) -> Callable[..., tuple[ChatPage, float]]:
    """Hold a poll for what is newer than the question; returns the page, and how many seconds it was held."""

    def hold(turn: Turn, *, wait: timedelta = WAIT, user: str = ALICE, news: bool = False) -> tuple[ChatPage, float]:
        began, wanted = service.clock.now(), PageRequest(50, after=turn.question_id)
        page = service.chat_service.hold(user, turn.chat_id, wanted, wait, lambda page: news or bool(page.messages))
        return page, (service.clock.now() - began).total_seconds()

    return hold


Held = Callable[..., tuple[ChatPage, float]]


def later(story: Story, seconds: float, event: Callable[[], object]) -> None:
    """Let `event` happen while a poll is held."""
    story.clock.at(story.clock.now() + seconds * SECOND, lambda: (event(), None)[1])


def shows(story: Story, turn: Turn, draft: str | None = None) -> None:
    """The agent reports two steps at once, and its draft if it has one."""
    assert story.chats.save_progress(turn, (Step(story.clock.now(), "Searching"),) * 2, draft)


@pytest.mark.parametrize("end", ["answers", "fails", "cancels"])
def test_an_end_is_shown_within_a_quarter_of_a_second(story: Story, held: Held, end: str) -> None:
    turn = story.claims(story.asks())
    later(story, 5.1, lambda: getattr(story, end)(turn))
    page, seconds = held(turn)
    assert not page.chat.turn.thinking
    assert seconds == 5.25


def test_the_answer_comes_with_the_end(story: Story, held: Held) -> None:
    turn = story.asks()
    later(story, 1, lambda: story.answers(turn))
    page, _ = held(turn)
    assert (texts(page), page.chat.turn.state) == ([BAY], TurnState.ANSWERED)


def test_a_turn_that_has_ended_is_not_waited_for(story: Story, held: Held) -> None:
    turn = story.cancels(story.asks())
    assert held(turn)[1] == 0


def test_messages_that_the_caller_has_not_seen_are_shown_at_once(story: Story, held: Held) -> None:
    first = story.answers(story.asks())
    story.asks("And the key?", chat_id=first.chat_id)
    page, seconds = held(first)
    assert (texts(page), seconds) == ([BAY, "And the key?"], 0)


def test_without_news_the_page_is_answered_unchanged(story: Story, held: Held) -> None:
    turn = story.asks()
    page, seconds = held(turn)
    assert (page.chat.turn, page.messages, seconds) == (turn, (), 20)


def test_a_claim_is_news_at_once(story: Story, held: Held) -> None:
    turn = story.asks()
    later(story, 0.4, lambda: story.claims(turn))
    page, seconds = held(turn)
    assert (page.chat.turn.state, seconds) == (TurnState.RUNNING, 0.5)


def test_steps_are_gathered_for_two_seconds(story: Story, held: Held) -> None:
    turn = story.claims(story.asks())
    for seconds in (0.1, 0.9, 1.7):
        later(story, seconds, lambda: shows(story, turn))
    page, seconds = held(turn)
    assert (page.chat.turn.progress[-1].at - turn.asked_at, seconds) == (1.7 * SECOND, 2)


def test_a_draft_is_gathered_for_one_second(story: Story, held: Held) -> None:
    turn = story.claims(story.asks())
    later(story, 0.1, lambda: shows(story, turn, "Level"))
    page, seconds = held(turn)
    assert (page.chat.turn.draft, seconds) == ("Level", 1)


def test_a_long_draft_is_gathered_for_two_seconds(story: Story, held: Held) -> None:
    turn = story.claims(story.asks())
    later(story, 0.1, lambda: shows(story, turn, "Level " * 100))
    assert held(turn)[1] == 2


def test_a_step_that_comes_later_is_shown_as_soon_as_it_is_seen(story: Story, held: Held) -> None:
    turn = story.claims(story.asks())
    later(story, 5.1, lambda: shows(story, turn))
    assert held(turn)[1] == 5.25


def test_steps_that_the_caller_has_not_seen_are_gathered_too(story: Story, held: Held) -> None:
    turn = story.claims(story.asks())
    shows(story, turn)
    assert held(turn, news=True)[1] == 2
    assert held(turn, news=True, wait=SECOND)[1] == 1


def test_an_end_is_shown_while_steps_are_gathered(story: Story, held: Held) -> None:
    turn = story.claims(story.asks())
    shows(story, turn)
    later(story, 0.3, lambda: story.answers(turn))
    page, seconds = held(turn, news=True)
    assert (texts(page), seconds) == ([BAY], 0.5)


def test_a_held_poll_ends_its_turn_at_the_deadline(story: Story, held: Held) -> None:
    turn = story.claims(story.asks())
    story.clock.move_to(turn.deadline - 3.1 * SECOND)
    page, seconds = held(turn)
    assert (page.chat.turn.failure, seconds) == ("timed_out", 3.1)
    assert story.stored(turn.chat_id) == page.chat.turn


def test_before_an_answer_is_likely_a_poll_is_not_held(story: Story, held: Held) -> None:
    turn = story.claims(story.asks())
    story.clock.sleep(40 * SECOND)
    story.answers(turn)
    again = story.claims(story.asks("And now?", chat_id=turn.chat_id))
    assert held(again)[1] == 0
    shows(story, again)
    assert held(again)[1] == 5, "as long as the steps are new"
    story.clock.move_to(again.asked_at + 32 * SECOND)
    assert held(again)[1] == 20


def test_a_service_that_holds_no_polls_answers_at_once(service: Service, story: Story) -> None:
    plain = Service(clock=service.clock, ids=service.ids, chats=service.chats)
    turn = story.asks()
    page = plain.chat_service.hold(ALICE, turn.chat_id, PageRequest(50), WAIT, lambda _: False)
    assert (page.chat.turn, service.clock.now()) == (turn, turn.asked_at)


def test_another_users_chat_is_not_waited_for(story: Story, held: Held) -> None:
    turn = story.asks()
    with pytest.raises(ChatForbidden):
        held(turn, user=BOB)
    assert story.clock.now() == turn.asked_at


def test_a_chat_that_is_deleted_meanwhile_is_not_found(story: Story, held: Held) -> None:
    turn = story.asks()
    later(story, 3, lambda: story.chats.delete(turn.chat_id, ALICE))
    with pytest.raises(ChatNotFound):
        held(turn)


def test_a_store_that_cannot_be_reached_ends_the_wait(service: Service, story: Story, held: Held) -> None:
    turn = story.asks()
    later(story, 3, lambda: setattr(service.chats, "down", True))
    with pytest.raises(StoreUnavailable):
        held(turn)


def test_a_held_poll_reads_the_page_once_and_otherwise_only_looks(
    service: Service, story: Story, held: Held, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[str] = []

    def counted(name: str) -> Callable[..., object]:
        call: Callable[..., object] = getattr(service.chats, name)

        def count(*given: object) -> object:
            calls.append(name)
            return call(*given)

        return count

    for name in ("read", "version"):
        monkeypatch.setattr(service.chats, name, counted(name))
    held(story.asks())
    assert (calls.count("read"), calls.count("version")) == (1, 80)
