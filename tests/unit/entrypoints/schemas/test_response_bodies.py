"""The exact bodies of all responses."""

from dataclasses import replace
from datetime import timedelta
from typing import Final

import pytest

from domain.chat import Citation, Step
from domain.failure_codes import FailureCode
from entrypoints.schemas.poll import FAILURES
from tests.fakes.clock import NOON
from tests.support.service import Service
from tests.support.story import BAY, PARKING, Story

NOON_TEXT = "2026-11-23T12:00:00.000Z"
DEADLINE_TEXT = "2026-11-23T12:01:10.000Z"


def test_ask_response_has_exactly_these_headers_and_body(service: Service) -> None:
    answer = service.gateway.ask(PARKING)
    (chat_id,) = service.chats.chats
    assert answer.status == 200
    assert answer.text == f'{{"chat_id":"{chat_id}","status":"thinking"}}'
    assert answer.headers == {
        "Content-Type": "application/json",
        "Strict-Transport-Security": "max-age=31536000",
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "private, no-store",
        "Location": f"/chats/messages?chat_id={chat_id}",
        "Retry-After": "2",
    }


def test_poll_of_a_queued_turn_has_exactly_this_body(service: Service, story: Story) -> None:
    turn = story.asks()
    assert service.gateway.poll(turn.chat_id).body == {
        "chat_id": turn.chat_id,
        "status": "thinking",
        "messages": [
            {"message_id": turn.question_id, "role": "user", "content": PARKING, "created_at": NOON_TEXT},
        ],
        "turn": {
            "phase": "queued",
            "asked_at": NOON_TEXT,
            "started_at": None,
            "ended_at": None,
            "deadline": DEADLINE_TEXT,
            "progress": [],
            "draft": None,
            "error": None,
            "usage": None,
            "cancel_reason": None,
            "input": None,
        },
        "after": turn.question_id,
        "before": None,
        "poll_after_ms": 2000,
    }


def test_poll_of_a_running_turn_shows_progress_and_draft(service: Service, story: Story) -> None:
    turn = story.asks()
    story.clock.sleep(timedelta(milliseconds=1_234))
    running = story.claims(turn)
    story.chats.save_progress(
        running, (Step(NOON + timedelta(seconds=2), 'Searching 214 memories for "park"'),), "Level"
    )
    body = service.gateway.poll(turn.chat_id).body
    assert body["status"] == "thinking"
    assert body["turn"] == {
        "phase": "running",
        "asked_at": NOON_TEXT,
        "started_at": "2026-11-23T12:00:01.234Z",
        "ended_at": None,
        "deadline": DEADLINE_TEXT,
        "progress": [{"at": "2026-11-23T12:00:02.000Z", "text": 'Searching 214 memories for "park"'}],
        "draft": "Level",
        "error": None,
        "usage": None,
        "cancel_reason": None,
        "input": None,
    }


def test_poll_of_an_answered_turn_shows_answer_and_citations(service: Service, story: Story) -> None:
    turn = story.claims(story.asks())
    story.clock.sleep(timedelta(seconds=56))
    story.answers(turn, BAY, (Citation("01KAMEMORY", "bay 12"),))
    body = service.gateway.poll(turn.chat_id).body
    answer = body["messages"][1]
    assert answer == {
        "message_id": answer["message_id"],
        "role": "assistant",
        "content": BAY,
        "created_at": "2026-11-23T12:00:56.000Z",
        "citations": [{"memory_id": "01KAMEMORY", "quote": "bay 12"}],
        "usage": None,
    }
    assert (body["status"], body["after"], body["poll_after_ms"]) == ("answered", answer["message_id"], None)
    assert (body["turn"]["phase"], body["turn"]["ended_at"]) == ("done", "2026-11-23T12:00:56.000Z")


def test_answer_without_citations_has_an_empty_list(service: Service, story: Story) -> None:
    turn = story.answers(story.asks())
    assert service.gateway.poll(turn.chat_id).body["messages"][1]["citations"] == []


@pytest.mark.parametrize("code", list(FailureCode))
def test_failed_turn_has_its_code_and_message(service: Service, story: Story, code: FailureCode) -> None:
    turn = story.fails(story.asks(), code)
    body = service.gateway.poll(turn.chat_id).body
    assert (body["status"], body["turn"]["phase"]) == ("failed", "done")
    assert body["turn"]["error"] == {"code": code.value, "message": FAILURES[code]}
    assert FAILURES[code].endswith(".")


def test_failed_turn_shows_the_agents_own_sentence(service: Service, story: Story) -> None:
    running = story.claims(story.asks())
    failed = running.failed(FailureCode.AGENT_FAILED, story.clock.now(), "Which of the two Claras?")
    assert story.chats.compare_and_set_turn(running, failed, by_worker=True)
    error = service.gateway.poll(running.chat_id).body["turn"]["error"]
    assert error == {"code": "agent_failed", "message": "Which of the two Claras?"}


def test_unknown_failure_code_has_the_message_of_agent_failed(service: Service, story: Story) -> None:
    queued = story.asks()
    turn = replace(queued.failed(FailureCode.AGENT_FAILED, story.clock.now()), failure="stars_not_aligned")
    assert story.chats.compare_and_set_turn(queued, turn)
    error = service.gateway.poll(turn.chat_id).body["turn"]["error"]
    assert error == {"code": "stars_not_aligned", "message": FAILURES[FailureCode.AGENT_FAILED]}


def test_a_cancelled_turn_has_no_error(service: Service, story: Story) -> None:
    turn = story.cancels(story.asks())
    body = service.gateway.poll(turn.chat_id).body
    assert (body["status"], body["turn"]["error"], body["poll_after_ms"]) == ("cancelled", None, None)


def test_responses_hold_neither_token_nor_lease(service: Service, story: Story) -> None:
    running = story.claims(story.asks())
    for text in (service.gateway.poll(running.chat_id).text, service.gateway.call("GET /chats").text):
        assert text is not None
        assert running.dispatch_token not in text
        assert str(running.lease) not in text


# ---- cursors of a poll


def test_before_cursors_lead_to_older_pages(service: Service, story: Story) -> None:
    chat_id = story.talks(3)
    newest = service.gateway.poll(chat_id, limit="2").body
    assert [message["content"] for message in newest["messages"]] == ["Question 3", "Answer 3"]
    older = service.gateway.poll(chat_id, limit="3", before=newest["before"]).body
    assert [message["content"] for message in older["messages"]] == ["Answer 1", "Question 2", "Answer 2"]
    oldest = service.gateway.poll(chat_id, before=older["before"]).body
    assert ([message["content"] for message in oldest["messages"]], oldest["before"]) == (["Question 1"], None)


def test_cursor_does_not_change_without_new_messages(service: Service, story: Story) -> None:
    turn = story.asks()
    after = service.gateway.poll(turn.chat_id).body["after"]
    again = service.gateway.poll(turn.chat_id, after=after).body
    assert (again["messages"], again["after"]) == ([], after)


def test_full_page_of_new_messages_says_to_poll_at_once(service: Service, story: Story) -> None:
    chat_id = story.talks(3)
    first = service.chats.messages[chat_id]
    body = service.gateway.poll(chat_id, after=min(first), limit="2").body
    assert (len(body["messages"]), body["poll_after_ms"]) == (2, 0)
    assert service.gateway.poll(chat_id, after=body["after"]).body["poll_after_ms"] is None


def test_page_of_older_messages_has_no_poll_hint(service: Service, story: Story) -> None:
    chat_id = story.talks(3)
    newest = service.gateway.poll(chat_id, limit="2")
    older = service.gateway.poll(chat_id, before=newest.body["before"])
    assert older.body["poll_after_ms"] is None
    assert "Retry-After" not in older.headers


RATE: Final = "PUT /chats/{chat_id}/messages/{message_id}/feedback"


def test_a_rated_answer_has_feedback_and_every_other_message_is_as_before(service: Service, story: Story) -> None:
    chat_id = story.talks(1)
    before = service.gateway.poll(chat_id)
    question, answer = before.body["messages"]
    path = {"chat_id": chat_id, "message_id": answer["message_id"]}
    rated = service.gateway.call(RATE, path=path, body={"rating": -1, "reason": " Last week's. "})
    assert (rated.status, rated.text) == (204, None)
    feedback = {"rating": -1, "reason": "Last week's."}
    after = service.gateway.poll(chat_id)
    assert after.body["messages"] == [question, {**answer, "feedback": feedback}]
    assert '"feedback"' not in (before.text or "")
    assert after.headers["ETag"] != before.headers["ETag"]


@pytest.mark.parametrize(
    "body",
    [{}, {"rating": 0}, {"rating": 2}, {"rating": "1"}, {"rating": True}, {"rating": 1, "reason": "x" * 1_001}],
)
def test_no_other_feedback_is_taken(service: Service, story: Story, body: dict[str, object]) -> None:
    chat_id = story.talks(1)
    path = {"chat_id": chat_id, "message_id": story.newest(chat_id).messages[-1].message_id}
    assert service.gateway.call(RATE, path=path, body=body).code == "invalid_request"
    assert story.newest(chat_id).messages[-1].feedback is None


# ---- the other bodies


def test_cancel_response_has_the_turns_status(service: Service, story: Story) -> None:
    turn = story.asks()
    path = {"chat_id": turn.chat_id}
    assert service.gateway.call("POST /chats/{chat_id}/cancel", path=path).body == {**path, "status": "cancelled"}
    story.answers(story.asks("And when?", chat_id=turn.chat_id))
    assert service.gateway.call("POST /chats/{chat_id}/cancel", path=path).body == {**path, "status": "answered"}


def test_retry_response_equals_an_ask_response(service: Service, story: Story) -> None:
    failed = story.fails(story.asks())
    answer = service.gateway.call("POST /chats/{chat_id}/retry", path={"chat_id": failed.chat_id})
    assert answer.body == {"chat_id": failed.chat_id, "status": "thinking"}
    assert (answer.headers["Location"], answer.headers["Retry-After"]) == (
        f"/chats/messages?chat_id={failed.chat_id}",
        "2",
    )


@pytest.mark.parametrize("route", ["POST /chats/{chat_id}/read", "DELETE /chats/{chat_id}"])
def test_mark_read_and_delete_have_no_body(service: Service, story: Story, route: str) -> None:
    answer = service.gateway.call(route, path={"chat_id": story.talks(1)})
    assert (answer.status, answer.text) == (204, None)
    assert "Content-Type" not in answer.headers


def test_list_has_exactly_this_body(service: Service, story: Story) -> None:
    turn = story.answers(story.asks())
    last = story.newest(turn.chat_id).chat.last_message_id
    assert service.gateway.call("GET /chats").body == {
        "chats": [
            {
                "chat_id": turn.chat_id,
                "title": PARKING,
                "status": "answered",
                "last_message": {"message_id": last, "role": "assistant", "content": BAY, "created_at": NOON_TEXT},
                "unread": True,
            }
        ],
        "next": None,
    }


def test_overdue_turn_is_listed_as_failed(service: Service, story: Story) -> None:
    turn = story.asks()
    story.pass_deadline(turn)
    (chat,) = service.gateway.call("GET /chats").body["chats"]
    assert (chat["status"], chat["last_message"]["role"]) == ("failed", "user")


def test_list_continues_from_its_cursor(service: Service, story: Story) -> None:
    asked = [story.asks(f"Question {number}").chat_id for number in range(5)]
    first = service.gateway.call("GET /chats", query={"limit": "3"}).body
    rest = service.gateway.call("GET /chats", query={"limit": "3", "cursor": first["next"]}).body
    assert [chat["chat_id"] for chat in first["chats"] + rest["chats"]] == asked[::-1]
    assert rest["next"] is None


def test_stored_memories_are_listed_newest_first(service: Service) -> None:
    remembered = {"text": "Parked on level 3, bay 12.", "occurred_at": "2026-11-20T18:20:00+01:00", "tags": ["car"]}
    one = service.gateway.call("POST /memories", body=remembered)
    many = service.gateway.call("POST /memories", body={"memories": [{"text": "One"}, {"text": "Two"}]})
    assert (one.status, len(one.body["memory_ids"])) == (201, 1)
    assert (many.status, len(many.body["memory_ids"])) == (201, 2)
    listed = service.gateway.call("GET /memories").body
    assert [memory["text"] for memory in listed["memories"]] == ["Two", "One", "Parked on level 3, bay 12."]
    assert listed["memories"][2] == {
        "memory_id": one.body["memory_ids"][0],
        "text": "Parked on level 3, bay 12.",
        "occurred_at": "2026-11-20T17:20:00.000Z",
        "tags": ["car"],
        "day": None,
        "time_zone": None,
    }
    assert listed["next"] is None


def test_day_without_a_time_and_the_zone_of_a_time_are_told(service: Service) -> None:
    museum = {"text": "Visited the glass museum", "occurred_at": "2026-08-05", "time_zone": "Asia/Tokyo"}
    owl = {"text": "Saw an owl", "occurred_at": "2026-08-04T22:30:00Z", "time_zone": "Europe/Berlin"}
    service.gateway.call("POST /memories", body={"memories": [museum, owl]})
    seen, visited = service.gateway.call("GET /memories").body["memories"]
    assert (seen["occurred_at"], seen["day"], seen["time_zone"]) == ("2026-08-04T22:30:00.000Z", None, "Europe/Berlin")
    assert (visited["occurred_at"], visited["day"], visited["time_zone"]) == (
        "2026-08-05T12:00:00.000Z",
        "2026-08-05",
        None,
    )


@pytest.mark.parametrize(("zone", "found"), [("UTC", 0), ("Europe/Berlin", 1), ("America/New_York", 0)])
def test_search_reads_days_in_the_zone_of_its_query(service: Service, zone: str, found: int) -> None:
    service.gateway.call("POST /memories", body={"text": "Saw an owl", "occurred_at": "2026-08-04T22:30:00Z"})
    query = {"q": "5 August 2026", "time_zone": zone}
    assert len(service.gateway.call("GET /memories", query=query).body["memories"]) == found


def test_memories_continue_from_their_cursor(service: Service) -> None:
    body = {"memories": [{"text": f"Memory {number}"} for number in range(5)]}
    service.gateway.call("POST /memories", body=body)
    first = service.gateway.call("GET /memories", query={"limit": "3"}).body
    rest = service.gateway.call("GET /memories", query={"limit": "3", "cursor": first["next"]}).body
    texts = [memory["text"] for memory in first["memories"] + rest["memories"]]
    assert texts == [f"Memory {number}" for number in range(4, -1, -1)]


def test_search_returns_matching_memories(service: Service) -> None:
    service.gateway.call("POST /memories", body={"memories": [{"text": "Parked the car"}, {"text": "Dinner"}]})
    found = service.gateway.call("GET /memories", query={"q": "where is the car"}).body
    assert ([memory["text"] for memory in found["memories"]], found["next"]) == (["Parked the car"], None)


def test_deleting_a_memory_twice_gets_204_and_then_404(service: Service) -> None:
    (memory_id,) = service.gateway.call("POST /memories", body={"text": "Parked"}).body["memory_ids"]
    path = {"memory_id": memory_id}
    assert service.gateway.call("DELETE /memories/{memory_id}", path=path).status == 204
    assert service.gateway.call("DELETE /memories/{memory_id}", path=path).code == "memory_not_found"


def test_health_has_exactly_status_version_and_workspace(service: Service) -> None:
    assert service.gateway.call("GET /health").body == {"status": "ok", "version": "1.2.3", "workspace": "test"}


def test_unknown_fields_of_a_request_are_ignored(service: Service) -> None:
    answer = service.gateway.call("POST /memories/chat", body={"question": PARKING, "mood": "hurried", "user": "bob"})
    assert answer.status == 200
    assert [chat.user_id for chat in service.chats.chats.values()] == ["alice"]
