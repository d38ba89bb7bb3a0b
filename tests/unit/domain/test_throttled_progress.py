"""ThrottledProgressReporter: saves steps and drafts at a limited rate, and raises TurnOver once the turn has ended."""

from datetime import timedelta

import pytest

from domain.chat import ChatVersion, Turn
from domain.errors import TurnOver
from domain.limits import UserLimits
from domain.throttled_progress import DRAFT_LENGTH, STEP_COUNT, STEP_LENGTH, ThrottledProgressReporter
from tests.fakes.chat_repository import InMemoryChatRepository
from tests.fakes.observer import RecordingObserver
from tests.support.service import Service
from tests.support.story import Story


class CountingChats(InMemoryChatRepository):
    saves = 0
    looks = 0

    def version(self, chat_id: str) -> ChatVersion | None:
        self.looks += 1
        return super().version(chat_id)

    def save_progress(self, *arguments: object) -> bool:
        self.saves += 1
        return super().save_progress(*arguments)  # type: ignore[arg-type]


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
def observer() -> RecordingObserver:
    return RecordingObserver()


@pytest.fixture
def progress(
    story: Story, chats: CountingChats, observer: RecordingObserver, running: Turn
) -> ThrottledProgressReporter:
    return ThrottledProgressReporter(chats, story.clock, observer, running)


def shown(story: Story, running: Turn) -> tuple[list[str], str | None]:
    turn = story.stored(running.chat_id)
    return [step.text for step in turn.progress], turn.draft


def test_the_first_step_shows_at_once(story: Story, running: Turn, progress: ThrottledProgressReporter) -> None:
    progress.step("Searching 214 memories")
    assert shown(story, running) == (["Searching 214 memories"], None)


def test_progress_faster_than_once_a_second_is_written_together(
    story: Story, running: Turn, progress: ThrottledProgressReporter, chats: CountingChats
) -> None:
    for number in range(10):
        progress.draft("x" * number)
        progress.step(f"Step {number}")
        story.clock.sleep(timedelta(milliseconds=100))
    assert chats.saves == 1
    progress.raise_if_ended()
    assert chats.saves == 2
    assert shown(story, running) == ([f"Step {number}" for number in range(10)], "x" * 9)


def test_without_progress_the_turn_is_looked_at_every_two_seconds(
    story: Story, progress: ThrottledProgressReporter, chats: CountingChats
) -> None:
    for _ in range(100):
        progress.raise_if_ended()
        story.clock.sleep(timedelta(milliseconds=100))
    assert (chats.looks, chats.saves) == (5, 0)


@pytest.mark.parametrize("end", ["cancelled", "deleted", "retried"])
def test_a_look_raises_turn_over_however_the_turn_ended(
    story: Story, running: Turn, progress: ThrottledProgressReporter, chats: CountingChats, end: str
) -> None:
    progress.raise_if_ended()
    cancelled = story.cancels(running)
    if end == "deleted":
        chats.delete(running.chat_id, running.user_id)
    if end == "retried":
        again = story.turn(chat_id=running.chat_id, question_id=running.question_id)
        assert chats.compare_and_set_turn(cancelled, again, limits=UserLimits(5))
        story.claims(again)
    story.clock.sleep(timedelta(seconds=2))
    with pytest.raises(TurnOver):
        progress.raise_if_ended()
    assert chats.saves == 0


def test_steady_progress_is_written_at_most_once_a_second(
    story: Story, progress: ThrottledProgressReporter, chats: CountingChats
) -> None:
    for _ in range(600):
        progress.draft("growing")
        story.clock.sleep(timedelta(milliseconds=100))
    assert chats.saves == 60


def test_every_call_raises_turn_over_after_the_user_cancelled(
    story: Story, running: Turn, progress: ThrottledProgressReporter
) -> None:
    progress.step("Searching")
    story.cancels(running)
    story.clock.sleep(timedelta(seconds=2))
    for call in (progress.raise_if_ended, lambda: progress.step("Reading"), lambda: progress.draft("Level")):
        story.clock.sleep(timedelta(seconds=2))
        with pytest.raises(TurnOver):
            call()
    assert shown(story, running) == (["Searching"], None)


def test_progress_is_written_after_the_store_was_down(
    story: Story, running: Turn, progress: ThrottledProgressReporter, chats: CountingChats
) -> None:
    chats.down = True
    progress.step("Searching")
    story.clock.sleep(timedelta(seconds=1))
    progress.draft("Level")
    chats.down = False
    story.clock.sleep(timedelta(seconds=1))
    progress.raise_if_ended()
    assert shown(story, running) == (["Searching"], "Level")


def test_steps_are_cut_and_only_the_last_ones_kept(
    story: Story, running: Turn, progress: ThrottledProgressReporter
) -> None:
    for number in range(STEP_COUNT + 10):
        progress.step(f"{number} " + "very " * 50)
    story.clock.sleep(timedelta(seconds=1))
    progress.raise_if_ended()
    steps, _ = shown(story, running)
    assert (len(steps), steps[0].split()[0]) == (STEP_COUNT, "10")
    assert all(len(step) <= STEP_LENGTH for step in steps)


def test_long_draft_is_cut(story: Story, running: Turn, progress: ThrottledProgressReporter) -> None:
    progress.draft("x" * (DRAFT_LENGTH + 1))
    assert shown(story, running) == ([], "x" * DRAFT_LENGTH)


def test_step_keeps_its_own_time(story: Story, running: Turn, progress: ThrottledProgressReporter) -> None:
    progress.step("Searching")
    story.clock.sleep(timedelta(milliseconds=300))
    progress.step("Reading")
    story.clock.sleep(timedelta(seconds=1))
    progress.raise_if_ended()
    first, second = story.stored(running.chat_id).progress
    assert second.at - first.at == timedelta(milliseconds=300)


def test_every_step_is_observed_with_its_number_also_one_that_is_not_kept(
    running: Turn, progress: ThrottledProgressReporter, observer: RecordingObserver
) -> None:
    for _ in range(STEP_COUNT + 2):
        progress.step("Reading")
    assert observer.steps == [(running.turn_id, number) for number in range(1, STEP_COUNT + 3)]
