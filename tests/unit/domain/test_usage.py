"""What an answer used is told for every end of its turn."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.chat import MODEL_LENGTH, MOST_USED, Usage
from domain.errors import AgentFailed
from domain.failure_codes import FailureCode
from entrypoints.schemas.poll import UsageBody
from tests.support.service import Service
from tests.support.story import ALICE, PARKING

USED = Usage("some.model-v1:0", 3, 6_000, 4_100, 250)
BODY = {"model": "some.model-v1:0", "requests": 3, "input_tokens": 6_000, "cached_tokens": 4_100, "output_tokens": 250}


@pytest.fixture
def service() -> Service:
    service = Service()
    service.agent.usage = USED
    return service


def asked(service: Service) -> str:
    return str(service.gateway.ask(PARKING).body["chat_id"])


def fails(error: BaseException) -> Callable[[Service, str], None]:
    def end(service: Service, _chat_id: str) -> None:
        service.agent.error = error

    return end


def is_cancelled(service: Service, chat_id: str) -> None:
    soon = service.clock.now() + timedelta(seconds=5)

    def cancel() -> None:
        service.chat_service.cancel(ALICE, chat_id)

    service.clock.at(soon, cancel)


def is_polled_after_the_deadline(service: Service, chat_id: str) -> None:
    service.agent.takes, service.agent.checks = timedelta(seconds=80), False
    late = service.clock.now() + timedelta(seconds=71)

    def poll() -> None:
        service.gateway.poll(chat_id)

    service.clock.at(late, poll)


def answers_too_late(service: Service, _chat_id: str) -> None:
    service.agent.takes, service.agent.checks = timedelta(seconds=80), False


def answers(_service: Service, _chat_id: str) -> None:
    pass


ENDS: dict[str, tuple[Callable[[Service, str], None], str]] = {
    "answered": (answers, "answered"),
    "failed": (fails(AgentFailed(FailureCode.MODEL_BUSY)), "failed"),
    "agent crashed": (fails(ValueError("no idea")), "failed"),
    "cancelled": (is_cancelled, "cancelled"),
    "too late": (answers_too_late, "failed"),
    "timed out": (is_polled_after_the_deadline, "failed"),
}


@pytest.mark.parametrize(("end", "status"), ENDS.values(), ids=ENDS)
def test_usage_is_told_for_every_end(service: Service, end: Callable[[Service, str], None], status: str) -> None:
    chat_id = asked(service)
    end(service, chat_id)
    service.run_worker()
    page = service.gateway.poll(chat_id).body
    assert (page["status"], page["turn"]["usage"]) == (status, BODY)


@pytest.mark.parametrize(("end", "status"), ENDS.values(), ids=ENDS)
def test_usage_is_null_where_no_model_was_used(
    service: Service, end: Callable[[Service, str], None], status: str
) -> None:
    service.agent.usage = None
    chat_id = asked(service)
    end(service, chat_id)
    service.run_worker()
    page = service.gateway.poll(chat_id).body
    assert (page["status"], page["turn"]["usage"]) == (status, None)


def test_usage_is_kept_with_each_answer(service: Service) -> None:
    chat_id = asked(service)
    service.run_worker()
    service.agent.usage = None
    service.gateway.ask("And the bike?", chat_id)
    service.run_worker()
    page = service.gateway.poll(chat_id).body
    answers = [message for message in page["messages"] if message["role"] == "assistant"]
    assert [answer["usage"] for answer in answers] == [BODY, None]
    assert all("usage" not in message for message in page["messages"] if message["role"] == "user")
    assert page["turn"]["usage"] is None, "the new turn does not show what the one before used"


def test_usage_is_shown_while_the_turn_thinks(service: Service) -> None:
    chat_id, seen = asked(service), list[Any]()
    soon = service.clock.now() + timedelta(seconds=9)
    service.clock.at(soon, lambda: seen.append(service.gateway.poll(chat_id).body["turn"]["usage"]))
    service.run_worker()
    assert seen == [BODY]


def test_cancelling_does_not_set_back_a_later_report(service: Service) -> None:
    """The turn that a cancellation read may be older than the worker's last write."""
    story = service.story
    running = story.claims(story.asks())
    read = story.stored(running.chat_id)
    story.chats.save_progress(replace(running, usage=USED), (), None)
    service.chat_service._end(read, read.cancelled(service.clock.now()))
    assert story.stored(running.chat_id).usage == USED


def test_wire_tells_each_field_of_the_domain() -> None:
    assert tuple(UsageBody.model_fields) == Usage.__slots__


GOOD: dict[str, Any] = BODY
BAD: dict[str, dict[str, Any]] = {
    "negative": {"output_tokens": -1},
    "too large": {"input_tokens": MOST_USED + 1},
    "not whole": {"requests": 1.5},
    "text": {"requests": "3"},
    "true": {"requests": True},
    "more cached than read": {"cached_tokens": 6_001},
    "no model": {"model": ""},
    "blank model": {"model": " "},
    "model that cannot be stored": {"model": "some\ud800"},
    "long model": {"model": "m" * (MODEL_LENGTH + 1)},
}


@pytest.mark.parametrize("changes", BAD.values(), ids=BAD)
def test_impossible_usage_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"must be|are a part"):
        Usage(**{**GOOD, **changes})


@given(st.integers(0, MOST_USED), st.integers(0, MOST_USED), st.integers(0, MOST_USED))
def test_any_possible_usage_is_accepted(requests: int, one: int, other: int) -> None:
    usage = Usage("m", requests, max(one, other), min(one, other), one)
    assert usage.cached_tokens <= usage.input_tokens
