"""Held polls over HTTP: the parameter and member `wait`, and the route of their own."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from domain.chat import Step
from tests.support.service import SETTINGS, Service
from tests.support.story import BOB, UNKNOWN_CHAT, Story


@pytest.fixture
def service() -> Service:
    return Service(settings=SETTINGS.model_copy(update={"hold_polls": True}))


def seconds(service: Service, since: Any) -> float:
    passed: timedelta = service.clock.now() - since
    return passed.total_seconds()


def later(story: Story, seconds: float, event: Callable[[], object]) -> None:
    """Let `event` happen while a poll is held."""
    story.clock.at(story.clock.now() + timedelta(seconds=seconds), lambda: (event(), None)[1])


# ---- the plain route


def test_a_client_that_never_sends_wait_sees_no_difference(service: Service, story: Story) -> None:
    turn = story.asks()
    plain, able = service.gateway.poll(turn.chat_id), service.gateway.poll(turn.chat_id, wait="20")
    assert "wait" not in plain.body
    assert plain.body["poll_after_ms"] == 2000
    assert able.headers["ETag"] == plain.headers["ETag"]
    assert list(able.body) == [*plain.body, "wait"]


def test_a_client_that_can_hold_is_told_to_do_so_where_news_is_likely(service: Service, story: Story) -> None:
    answer = service.gateway.poll(story.asks().chat_id, wait="15")
    assert (answer.body["poll_after_ms"], answer.body["wait"], answer.headers["Retry-After"]) == (0, 15, "0")


def test_before_an_answer_is_likely_wait_is_null(service: Service, story: Story) -> None:
    turn = story.claims(story.asks())
    story.clock.sleep(timedelta(seconds=40))
    story.answers(turn)
    story.claims(story.asks("And now?", chat_id=turn.chat_id))
    answer = service.gateway.poll(turn.chat_id, wait="20")
    assert (answer.body["poll_after_ms"], answer.body["wait"]) == (2000, None)
    story.clock.sleep(timedelta(seconds=25))
    answer = service.gateway.poll(turn.chat_id, wait="20")
    assert (answer.body["poll_after_ms"], answer.body["wait"], answer.headers["Retry-After"]) == (6200, 20, "7")


def test_wait_is_null_where_nothing_can_be_held(service: Service, story: Story) -> None:
    turn = story.asks()
    assert service.gateway.poll(turn.chat_id, wait="0").body["wait"] is None
    assert service.gateway.poll(turn.chat_id, wait="20", before=UNKNOWN_CHAT).body["wait"] is None


def test_wait_is_null_when_the_turn_has_ended(service: Service, story: Story) -> None:
    turn = story.answers(story.asks())
    for answer in (service.gateway.poll(turn.chat_id, wait="20"), service.gateway.hold(turn.chat_id)):
        assert (answer.body["poll_after_ms"], answer.body["wait"]) == (None, None)
        assert "Retry-After" not in answer.headers


def test_a_page_that_was_cut_is_followed_by_a_plain_poll_at_once(service: Service, story: Story) -> None:
    chat_id = story.talks(2)
    first = story.newest(chat_id).messages[0].message_id
    answer = service.gateway.poll(chat_id, after=first, limit="1", wait="20")
    assert (answer.body["poll_after_ms"], answer.body["wait"]) == (0, None)


def test_a_service_without_held_polls_never_asks_for_one(story: Story, service: Service) -> None:
    turn = story.asks()
    plain = Service(clock=service.clock, ids=service.ids, chats=service.chats)
    answer = plain.gateway.poll(turn.chat_id, wait="20")
    assert (answer.body["poll_after_ms"], answer.body["wait"]) == (2000, None)
    assert plain.gateway.hold(turn.chat_id).body["wait"] is None
    assert service.clock.now() == turn.asked_at


@pytest.mark.parametrize("wait", ["", "-1", "21", "1.5", "ten", "\u0663", "020"])
def test_wait_is_a_whole_number_from_0_to_20(service: Service, story: Story, wait: str) -> None:
    turn = story.asks()
    for answer in (service.gateway.poll(turn.chat_id, wait=wait), service.gateway.hold(turn.chat_id, wait=wait)):
        assert (answer.status, answer.code) == (400, "invalid_request")


# ---- the held route


def test_a_held_poll_has_the_body_and_etag_of_a_plain_one(service: Service, story: Story) -> None:
    turn = story.asks()
    held, plain = service.gateway.hold(turn.chat_id), service.gateway.poll(turn.chat_id, wait="20")
    assert (held.text, held.headers) == (plain.text, plain.headers)


def test_a_held_poll_whose_etag_is_current_is_held(service: Service, story: Story) -> None:
    turn = story.asks()
    seen = {"If-None-Match": service.gateway.poll(turn.chat_id).headers["ETag"]}
    answer = service.gateway.hold(turn.chat_id, headers=seen, wait="3")
    assert (answer.status, answer.text, answer.headers["Retry-After"]) == (304, None, "0")
    assert seconds(service, turn.asked_at) == 3


def test_a_held_poll_with_an_old_etag_is_answered_at_once(service: Service, story: Story) -> None:
    turn = story.asks()
    seen = {"If-None-Match": service.gateway.poll(turn.chat_id).headers["ETag"]}
    story.claims(turn)
    answer = service.gateway.hold(turn.chat_id, headers=seen)
    assert (answer.status, answer.body["turn"]["phase"]) == (200, "running")
    assert service.clock.now() == turn.asked_at


@pytest.mark.parametrize("etag", [True, False], ids=["If-None-Match", "after"])
def test_an_answer_ends_the_wait(service: Service, story: Story, etag: bool) -> None:
    turn = story.asks()
    page = service.gateway.poll(turn.chat_id)
    seen = {"If-None-Match": page.headers["ETag"]} if etag else {}
    query = {} if etag else {"after": page.body["after"]}
    later(story, 7.1, lambda: story.answers(turn))
    answer = service.gateway.hold(turn.chat_id, headers=seen, **query)
    assert (answer.status, answer.body["status"], answer.body["wait"]) == (200, "answered", None)
    assert seconds(service, turn.asked_at) == 7.25


def test_a_step_ends_the_wait_and_the_next_poll_is_held_too(service: Service, story: Story) -> None:
    turn = story.asks()
    step = Step(turn.asked_at + timedelta(seconds=7), "Searching")
    later(story, 7, lambda: story.chats.save_progress(turn, (step,), None))
    answer = service.gateway.hold(turn.chat_id, after=turn.question_id)
    assert [shown["text"] for shown in answer.body["turn"]["progress"]] == ["Searching"]
    assert (answer.body["poll_after_ms"], answer.body["wait"]) == (0, 20)


def test_without_news_a_poll_by_cursor_gets_the_unchanged_page(service: Service, story: Story) -> None:
    turn = story.asks()
    answer = service.gateway.hold(turn.chat_id, after=turn.question_id, wait="4")
    assert (answer.status, answer.body["messages"], answer.body["after"]) == (200, [], turn.question_id)
    assert seconds(service, turn.asked_at) == 4


def test_a_held_poll_may_be_followed_by_a_held_one_later(service: Service, story: Story) -> None:
    turn = story.claims(story.asks())
    story.clock.sleep(timedelta(seconds=40))
    story.answers(turn)
    again = story.claims(story.asks("And now?", chat_id=turn.chat_id))
    answer = service.gateway.hold(turn.chat_id, after=again.question_id)
    assert (answer.body["poll_after_ms"], answer.body["wait"]) == (2000, 20)


def test_older_messages_cannot_be_waited_for(service: Service, story: Story) -> None:
    answer = service.gateway.hold(story.asks().chat_id, before=UNKNOWN_CHAT)
    assert (answer.status, answer.code) == (400, "invalid_request")


def test_another_users_or_an_unknown_chat_is_refused_at_once(service: Service, story: Story) -> None:
    turn = story.asks()
    etag = service.gateway.poll(turn.chat_id).headers["ETag"]
    for seen in (etag, "*"):
        assert service.gateway.hold(turn.chat_id, user=BOB, headers={"If-None-Match": seen}).code == "chat_forbidden"
    assert service.gateway.hold(UNKNOWN_CHAT).code == "chat_not_found"
    assert service.clock.now() == turn.asked_at


def test_a_store_that_cannot_be_reached_ends_the_wait_with_503(service: Service, story: Story) -> None:
    turn = story.asks()
    later(story, 3, lambda: setattr(service.chats, "down", True))
    answer = service.gateway.hold(turn.chat_id, after=turn.question_id)
    assert (answer.status, answer.code) == (503, "try_again")
