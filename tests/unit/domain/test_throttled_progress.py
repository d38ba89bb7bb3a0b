"""TurnWatch: what the agent shows reaches its user, paced, and the agent learns when nobody waits any more."""

from datetime import timedelta

import pytest

from domain.chat import Turn
from domain.errors import TurnOver
from domain.throttled_progress import DRAFT_LENGTH, STEP_COUNT, STEP_LENGTH, TurnWatch
from tests.fakes.chat_repository import InMemoryChatRepository
from tests.support.service import Service
from tests.support.story import Story


class CountingChats(InMemoryChatRepository):
    reports = 0

    def report(self, *arguments: object) -> bool:
        self.reports += 1
        return super().report(*arguments)  # type: ignore[arg-type]


@pytest.fixture
def chats() -> CountingChats:
    return CountingChats()


@pytest.fixture
def story(service: Service, chats: CountingChats) -> Story:
    return Story(chats, service.clock, service.ids)


@pytest.fixture
def running(story: Story) -> Turn:
    return story.claims(story.asks())


@pytest.fixture
def watch(story: Story, chats: CountingChats, running: Turn) -> TurnWatch:
    return TurnWatch(chats, story.clock, running)


def shown(story: Story, running: Turn) -> tuple[list[str], str | None]:
    turn = story.stored(running.chat_id)
    return [step.text for step in turn.progress], turn.draft


def test_the_first_step_shows_at_once(story: Story, running: Turn, watch: TurnWatch) -> None:
    watch.step("Searching 214 memories")
    assert shown(story, running) == (["Searching 214 memories"], None)


def test_what_comes_faster_than_once_a_second_waits_for_the_next_write(
    story: Story, running: Turn, watch: TurnWatch, chats: CountingChats
) -> None:
    for number in range(10):
        watch.draft("x" * number)
        watch.step(f"Step {number}")
        story.clock.sleep(timedelta(milliseconds=100))
    assert chats.reports == 1
    watch.check()
    assert chats.reports == 2
    assert shown(story, running) == ([f"Step {number}" for number in range(10)], "x" * 9)


def test_an_agent_with_nothing_new_looks_every_two_seconds(
    story: Story, watch: TurnWatch, chats: CountingChats
) -> None:
    for _ in range(100):
        watch.check()
        story.clock.sleep(timedelta(milliseconds=100))
    assert chats.reports == 5


def test_an_answer_of_a_minute_costs_at_most_a_write_a_second(
    story: Story, watch: TurnWatch, chats: CountingChats
) -> None:
    for _ in range(600):
        watch.draft("growing")
        story.clock.sleep(timedelta(milliseconds=100))
    assert chats.reports == 60


def test_the_agent_learns_that_its_user_has_cancelled(story: Story, running: Turn, watch: TurnWatch) -> None:
    watch.step("Searching")
    story.cancels(running)
    story.clock.sleep(timedelta(seconds=2))
    for look in (watch.check, lambda: watch.step("Reading"), lambda: watch.draft("Level")):
        story.clock.sleep(timedelta(seconds=2))
        with pytest.raises(TurnOver):
            look()
    assert shown(story, running) == (["Searching"], None)


def test_a_store_that_is_down_costs_a_step_not_the_answer(
    story: Story, running: Turn, watch: TurnWatch, chats: CountingChats
) -> None:
    chats.down = True
    watch.step("Searching")
    story.clock.sleep(timedelta(seconds=1))
    watch.draft("Level")
    chats.down = False
    story.clock.sleep(timedelta(seconds=1))
    watch.check()
    assert shown(story, running) == (["Searching"], "Level")


def test_steps_are_short_and_the_last_thirty(story: Story, running: Turn, watch: TurnWatch) -> None:
    for number in range(STEP_COUNT + 10):
        watch.step(f"{number} " + "very " * 50)
    story.clock.sleep(timedelta(seconds=1))
    watch.check()
    steps, _ = shown(story, running)
    assert (len(steps), steps[0].split()[0]) == (STEP_COUNT, "10")
    assert all(len(step) <= STEP_LENGTH for step in steps)


def test_a_draft_is_shown_up_to_a_length(story: Story, running: Turn, watch: TurnWatch) -> None:
    watch.draft("x" * (DRAFT_LENGTH + 1))
    assert shown(story, running) == ([], "x" * DRAFT_LENGTH)


def test_a_step_keeps_the_time_at_which_it_was_done(story: Story, running: Turn, watch: TurnWatch) -> None:
    watch.step("Searching")
    story.clock.sleep(timedelta(milliseconds=300))
    watch.step("Reading")
    story.clock.sleep(timedelta(seconds=1))
    watch.check()
    first, second = story.stored(running.chat_id).progress
    assert second.at - first.at == timedelta(milliseconds=300)
