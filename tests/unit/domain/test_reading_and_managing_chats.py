"""ChatService: read, list, cancel, retry, mark read, delete."""

from datetime import timedelta

import pytest

from domain.chat import Feedback, TurnState
from domain.chat_service import ChatService
from domain.errors import (
    AnswerNotFound,
    ChatBusy,
    ChatForbidden,
    ChatNotFound,
    NothingToRetry,
    TooManyTurns,
    UnreadableText,
    WorkerUnreachable,
)
from domain.records import PageRequest
from tests.support.service import Service
from tests.support.story import ALICE, BAY, BOB, PARKING, TURN_LIMIT, UNKNOWN_CHAT, Story, texts

NEWEST = PageRequest(50)


@pytest.fixture
def chats(service: Service) -> ChatService:
    return service.chat_service


# ---- reading


def test_question_is_shown_at_once_and_the_answer_once_saved(chats: ChatService, story: Story) -> None:
    turn = story.asks()
    assert texts(chats.read(ALICE, turn.chat_id, NEWEST)) == [PARKING]
    story.answers(turn)
    assert texts(chats.read(ALICE, turn.chat_id, NEWEST)) == [PARKING, BAY]


def test_reading_another_users_or_an_unknown_chat_is_refused(chats: ChatService, story: Story) -> None:
    chat_id = story.talks(1)
    with pytest.raises(ChatForbidden):
        chats.read(BOB, chat_id, NEWEST)
    with pytest.raises(ChatNotFound):
        chats.read(ALICE, UNKNOWN_CHAT, NEWEST)


@pytest.mark.parametrize("claimed", [False, True], ids=["queued", "running"])
def test_read_at_the_deadline_fails_the_turn_and_stores_it(
    service: Service, chats: ChatService, story: Story, claimed: bool
) -> None:
    turn = story.asks()
    if claimed:
        story.claims(turn)
    story.pass_deadline(turn)
    shown = chats.read(ALICE, turn.chat_id, NEWEST).chat.turn
    assert (shown.state, shown.failure, shown.ended_at) == (TurnState.FAILED, "timed_out", turn.deadline)
    assert story.stored(turn.chat_id) == shown
    assert [turn.failure for turn in service.observer.turns] == ["timed_out"]


def test_read_just_before_the_deadline_does_not_change_the_turn(chats: ChatService, story: Story) -> None:
    turn = story.asks()
    story.clock.move_to(turn.deadline - timedelta(milliseconds=1))
    assert chats.read(ALICE, turn.chat_id, NEWEST).chat.turn == turn


def test_many_reads_fail_an_overdue_turn_once(service: Service, chats: ChatService, story: Story) -> None:
    turn = story.asks()
    story.pass_deadline(turn)
    shown = {chats.read(ALICE, turn.chat_id, NEWEST).chat.turn.ended_at for _ in range(5)}
    assert shown == {turn.deadline}
    assert len(service.observer.turns) == 1


def test_read_by_another_user_does_not_fail_an_overdue_turn(chats: ChatService, story: Story) -> None:
    turn = story.asks()
    story.pass_deadline(turn)
    with pytest.raises(ChatForbidden):
        chats.read(BOB, turn.chat_id, NEWEST)
    assert story.stored(turn.chat_id) == turn


# ---- cancelling


@pytest.mark.parametrize("claimed", [False, True], ids=["queued", "running"])
def test_a_thinking_turn_is_cancelled(chats: ChatService, story: Story, claimed: bool) -> None:
    turn = story.asks()
    if claimed:
        story.claims(turn)
    cancelled = chats.cancel(ALICE, turn.chat_id)
    assert cancelled.state is TurnState.CANCELLED
    assert story.stored(turn.chat_id) == cancelled


def test_worker_does_not_start_a_cancelled_turn(service: Service, chats: ChatService) -> None:
    chat_id = str(service.gateway.ask(PARKING).body["chat_id"])
    chats.cancel(ALICE, chat_id)
    service.run_worker()
    assert service.story.stored(chat_id).state is TurnState.CANCELLED
    assert service.agent.assignments == []


@pytest.mark.parametrize("claimed", [False, True], ids=["queued", "running"])
def test_an_operator_stops_a_thinking_turn_for_a_reason(chats: ChatService, story: Story, claimed: bool) -> None:
    turn = story.asks()
    if claimed:
        story.claims(turn)
    stopped = chats.stop(turn.chat_id, turn.turn_id, "Maintenance.")
    assert (stopped.state, stopped.cancel_reason) == (TurnState.CANCELLED, "Maintenance.")
    assert story.stored(turn.chat_id) == stopped


def test_stopping_an_ended_turn_changes_nothing(chats: ChatService, story: Story) -> None:
    ended = story.cancels(story.asks())
    assert chats.stop(ended.chat_id, ended.turn_id, "Maintenance.") == ended


def test_stopping_finds_only_the_latest_turn_of_a_known_chat(chats: ChatService, story: Story) -> None:
    earlier = story.fails(story.asks())
    latest = story.asks(chat_id=earlier.chat_id)
    for chat_id in (earlier.chat_id, UNKNOWN_CHAT):
        with pytest.raises(ChatNotFound):
            chats.stop(chat_id, earlier.turn_id, "Maintenance.")
    assert story.stored(latest.chat_id) == latest


@pytest.mark.parametrize("end", ["answers", "fails", "cancels"])
def test_cancelling_an_ended_turn_changes_nothing(chats: ChatService, story: Story, end: str) -> None:
    ended = getattr(story, end)(story.asks())
    story.clock.sleep(timedelta(seconds=1))
    assert chats.cancel(ALICE, ended.chat_id) == ended
    assert story.stored(ended.chat_id) == ended


def test_cancelling_an_overdue_turn_finds_it_timed_out(chats: ChatService, story: Story) -> None:
    turn = story.asks()
    story.pass_deadline(turn)
    assert chats.cancel(ALICE, turn.chat_id).failure == "timed_out"


def test_cancelling_another_users_or_an_unknown_chat_is_refused(chats: ChatService, story: Story) -> None:
    turn = story.asks()
    with pytest.raises(ChatForbidden):
        chats.cancel(BOB, turn.chat_id)
    with pytest.raises(ChatNotFound):
        chats.cancel(ALICE, UNKNOWN_CHAT)
    assert story.stored(turn.chat_id) == turn


# ---- retrying


@pytest.mark.parametrize("end", ["fails", "cancels"])
def test_a_retry_runs_the_same_question_again(service: Service, chats: ChatService, story: Story, end: str) -> None:
    ended = getattr(story, end)(story.asks())
    chats.retry(ALICE, ended.chat_id)
    service.run_worker()
    assert [assignment.question for assignment in service.agent.assignments] == [PARKING]
    assert texts(story.newest(ended.chat_id)) == [PARKING, BAY]


def test_retry_is_a_new_turn_with_a_new_deadline(chats: ChatService, story: Story) -> None:
    failed = story.fails(story.asks())
    story.clock.sleep(timedelta(hours=1))
    chats.retry(ALICE, failed.chat_id)
    again = story.stored(failed.chat_id)
    assert (again.turn_id != failed.turn_id, again.question_id) == (True, failed.question_id)
    assert again.dispatch_token != failed.dispatch_token
    assert again.deadline == story.clock.now() + timedelta(seconds=70)


def test_an_overdue_turn_may_be_retried(service: Service, chats: ChatService, story: Story) -> None:
    turn = story.asks()
    story.pass_deadline(turn)
    chats.retry(ALICE, turn.chat_id)
    assert [turn.state for turn in service.observer.turns] == [TurnState.FAILED, TurnState.QUEUED]


def test_retry_after_an_answer_is_refused(chats: ChatService, story: Story) -> None:
    answered = story.answers(story.asks())
    with pytest.raises(NothingToRetry):
        chats.retry(ALICE, answered.chat_id)


def test_retry_of_a_thinking_turn_is_refused(service: Service, chats: ChatService, story: Story) -> None:
    turn = story.asks()
    with pytest.raises(ChatBusy):
        chats.retry(ALICE, turn.chat_id)
    assert service.invoker.waiting == []


def test_two_concurrent_retries_make_one_turn(
    service: Service, chats: ChatService, story: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    failed = story.fails(story.asks())
    compare_and_set, first = service.chats.compare_and_set_turn, iter([True])

    def retry_concurrently(*arguments: object, **named: object) -> bool:
        if next(first, False):
            chats.retry(ALICE, failed.chat_id)
        return compare_and_set(*arguments, **named)  # type: ignore[arg-type]  # passed on

    monkeypatch.setattr(service.chats, "compare_and_set_turn", retry_concurrently)
    with pytest.raises(ChatBusy):
        chats.retry(ALICE, failed.chat_id)
    assert len(service.invoker.waiting) == 1


def test_retry_fails_when_its_worker_cannot_be_started(service: Service, chats: ChatService, story: Story) -> None:
    failed = story.fails(story.asks())
    service.invoker.unreachable = True
    with pytest.raises(WorkerUnreachable):
        chats.retry(ALICE, failed.chat_id)
    assert story.stored(failed.chat_id).failure == "not_started"


def test_retry_needs_a_free_slot(chats: ChatService, story: Story) -> None:
    failed = story.fails(story.asks())
    for _ in range(TURN_LIMIT):
        story.asks()
    with pytest.raises(TooManyTurns):
        chats.retry(ALICE, failed.chat_id)
    assert story.stored(failed.chat_id) == failed


def test_retrying_another_users_turn_is_refused(chats: ChatService, story: Story) -> None:
    failed = story.fails(story.asks())
    with pytest.raises(ChatForbidden):
        chats.retry(BOB, failed.chat_id)
    assert story.stored(failed.chat_id) == failed


# ---- marking and deleting


def test_the_list_shows_what_is_unread(chats: ChatService, story: Story) -> None:
    chat_id = story.talks(1)
    assert [chat.unread for chat in chats.list_chats(ALICE, 50).chats] == [True]
    chats.mark_read(ALICE, chat_id)
    assert [chat.unread for chat in chats.list_chats(ALICE, 50).chats] == [False]
    assert chats.list_chats(BOB, 50).chats == ()


# ---- feedback


def rated(chats: ChatService, chat_id: str) -> Feedback | None:
    return chats.read(ALICE, chat_id, PageRequest(50)).messages[-1].feedback


def test_each_new_rating_counts_once_and_a_new_reason_does_not(
    service: Service, chats: ChatService, story: Story
) -> None:
    chat_id = story.talks(1)
    answer_id = story.newest(chat_id).messages[-1].message_id
    said = [Feedback(-1), Feedback(-1), Feedback(-1, "Last week's level."), Feedback(1), Feedback(1)]
    for feedback in said:
        chats.rate(ALICE, chat_id, answer_id, feedback)
    assert [feedback.rating for feedback in service.observer.feedback] == [-1, 1]
    assert rated(chats, chat_id) == Feedback(1)


def test_only_the_owner_can_rate_an_answer(service: Service, chats: ChatService, story: Story) -> None:
    chat_id = story.talks(1)
    answer_id = story.newest(chat_id).messages[-1].message_id
    with pytest.raises(ChatForbidden):
        chats.rate(BOB, chat_id, answer_id, Feedback(-1))
    assert (rated(chats, chat_id), service.observer.feedback) == (None, [])


def test_an_answer_of_another_chat_is_not_found(chats: ChatService, story: Story) -> None:
    own, others = story.talks(1), story.talks(1, user=BOB)
    answer_id = story.newest(others).messages[-1].message_id
    with pytest.raises(AnswerNotFound):
        chats.rate(ALICE, own, answer_id, Feedback(1))


def test_a_reason_that_cannot_be_stored_is_refused(chats: ChatService, story: Story) -> None:
    chat_id = story.talks(1)
    with pytest.raises(UnreadableText):
        chats.rate(ALICE, chat_id, story.newest(chat_id).messages[-1].message_id, Feedback(1, "\x00"))
    assert rated(chats, chat_id) is None


def test_deleting_cancels_the_running_turn_first(service: Service, chats: ChatService, story: Story) -> None:
    running = story.claims(story.asks())
    chats.delete(ALICE, running.chat_id)
    assert [turn.state for turn in service.observer.turns] == [TurnState.CANCELLED]
    assert story.chats.load(running.chat_id) is None


def test_deleting_a_thinking_chat_releases_its_slot(chats: ChatService, story: Story) -> None:
    turns = [story.asks() for _ in range(TURN_LIMIT)]
    chats.delete(ALICE, turns[0].chat_id)
    story.asks()


def test_only_the_owner_can_delete_a_chat_and_only_once(chats: ChatService, story: Story) -> None:
    turn = story.asks()
    with pytest.raises(ChatForbidden):
        chats.delete(BOB, turn.chat_id)
    assert story.stored(turn.chat_id) == turn
    chats.delete(ALICE, turn.chat_id)
    with pytest.raises(ChatNotFound):
        chats.delete(ALICE, turn.chat_id)
