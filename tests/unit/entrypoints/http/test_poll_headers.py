"""A poll's headers: ETag and Retry-After."""

from datetime import timedelta
from math import ceil

import pytest

from domain.chat import Step
from tests.support.service import Service
from tests.support.story import BOB, Story


def test_unchanged_page_has_the_same_etag_and_is_not_sent_again(service: Service, story: Story) -> None:
    turn = story.asks()
    first = service.gateway.poll(turn.chat_id)
    again = service.gateway.poll(turn.chat_id, headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status, again.text) == (304, None)
    assert again.headers["ETag"] == first.headers["ETag"]
    assert again.headers["Cache-Control"] == "private, no-store"


def test_etag_does_not_depend_on_the_poll_hint(service: Service, story: Story) -> None:
    turn = story.asks()
    first = service.gateway.poll(turn.chat_id)
    story.clock.sleep(timedelta(seconds=60))
    again = service.gateway.poll(turn.chat_id)
    assert again.body["poll_after_ms"] != first.body["poll_after_ms"]
    assert again.headers["ETag"] == first.headers["ETag"]
    unchanged = service.gateway.poll(turn.chat_id, headers={"If-None-Match": first.headers["ETag"]})
    assert (unchanged.status, unchanged.headers["Retry-After"]) == (304, again.headers["Retry-After"])


@pytest.mark.parametrize("change", ["claims", "progress", "answers", "fails", "cancels", "passes its deadline"])
def test_every_change_of_a_turn_changes_the_etag(service: Service, story: Story, change: str) -> None:
    turn = story.asks()
    seen = {"If-None-Match": service.gateway.poll(turn.chat_id).headers["ETag"]}
    match change:
        case "progress":
            story.chats.save_progress(turn, (Step(story.clock.now(), "Searching"),), None)
        case "passes its deadline":
            story.pass_deadline(turn)
        case _:
            getattr(story, change)(turn)
    assert service.gateway.poll(turn.chat_id, headers=seen).status == 200


@pytest.mark.parametrize("header", ["W/{etag}", '"other", {etag}', "*", "{etag},{etag}"])
def test_etag_matches_in_every_form_of_if_none_match(service: Service, story: Story, header: str) -> None:
    turn = story.asks()
    etag = service.gateway.poll(turn.chat_id).headers["ETag"]
    assert etag.strip('"') != etag, "an ETag is a quoted string"
    assert service.gateway.poll(turn.chat_id, headers={"IF-NONE-MATCH": header.format(etag=etag)}).status == 304


@pytest.mark.parametrize("header", ["", '"other"', "etag", '"", W/""'])
def test_poll_with_another_etag_gets_the_whole_page(service: Service, story: Story, header: str) -> None:
    turn = story.asks()
    assert service.gateway.poll(turn.chat_id, headers={"If-None-Match": header}).status == 200


def test_different_pages_have_different_etags(service: Service, story: Story) -> None:
    chat_id = story.talks(2)
    assert len({service.gateway.poll(chat_id, limit=limit).headers["ETag"] for limit in ("1", "2", "3")}) == 3


def test_poll_of_another_users_chat_with_its_etag_is_forbidden(service: Service, story: Story) -> None:
    turn = story.asks()
    etag = service.gateway.poll(turn.chat_id).headers["ETag"]
    for seen in (etag, "*"):
        assert service.gateway.poll(turn.chat_id, user=BOB, headers={"If-None-Match": seen}).status == 403


def test_retry_after_is_the_hint_in_whole_seconds(service: Service, story: Story) -> None:
    turn = story.claims(story.asks())
    while story.clock.now() < turn.deadline:
        answer = service.gateway.poll(turn.chat_id)
        hint = answer.body["poll_after_ms"]
        assert int(answer.headers["Retry-After"]) == ceil(hint / 1000)
        assert story.clock.now() + timedelta(milliseconds=hint) <= turn.deadline + timedelta(milliseconds=100)
        story.clock.sleep(timedelta(milliseconds=hint))
    assert "Retry-After" not in service.gateway.poll(turn.chat_id).headers


@pytest.mark.parametrize("end", ["answers", "fails", "cancels"])
def test_poll_of_an_ended_turn_has_no_poll_hint(service: Service, story: Story, end: str) -> None:
    turn = getattr(story, end)(story.asks())
    answer = service.gateway.poll(turn.chat_id)
    assert answer.body["poll_after_ms"] is None
    assert "Retry-After" not in answer.headers


def test_a_poll_that_fails_has_no_etag(service: Service, story: Story) -> None:
    turn = story.asks()
    service.chats.down = True
    answer = service.gateway.poll(turn.chat_id)
    assert (answer.status, answer.code, answer.headers["Retry-After"]) == (503, "try_again", "2")
    assert "ETag" not in answer.headers
