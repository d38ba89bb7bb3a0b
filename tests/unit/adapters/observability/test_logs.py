"""The logs: one JSON object per line, with ids to join them and without users' texts."""

import contextlib
import io
import json
import logging
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from dependency_injector import providers
from hypothesis import given
from hypothesis import strategies as st

from adapters.observability.emf_metrics import METRICS_LOG
from adapters.observability.json_logs import IDS, level_word, start_logging
from adapters.observability.redaction import UserHash
from adapters.observability.turn_observer import LoggingTurnObserver
from domain.chat import Citation
from domain.errors import AgentFailed
from domain.limits import WorkspaceLimits
from domain.records import Answer
from entrypoints.container import Container
from tests.support.gateway import worker_event
from tests.support.service import SETTINGS, Service
from tests.support.story import ALICE, BOB, UNKNOWN_CHAT

SECRET = "hunter2"
QUESTION = f"Where is the box with {SECRET}?"
IDENTITY = "sub-of-alice-4711"
user_hash = UserHash(SETTINGS.log_key)


@pytest.fixture
def standard_error() -> Iterator[io.StringIO]:
    """Logging as in production, to a standard error of the test."""
    loggers = (logging.getLogger(), METRICS_LOG)
    before = [(logger.handlers[:], logger.level, logger.propagate) for logger in loggers]
    written = io.StringIO()
    with contextlib.redirect_stderr(written):
        start_logging("INFO", "test", "1.2.3")
    yield written
    for logger, (handlers, level, propagates) in zip(loggers, before, strict=True):
        logger.handlers[:], logger.propagate = handlers, propagates
        logger.setLevel(level)


@pytest.fixture
def logged(standard_error: io.StringIO) -> Callable[[], list[dict[str, Any]]]:
    return lambda: [json.loads(line) for line in standard_error.getvalue().splitlines()]


Logged = Callable[[], list[dict[str, Any]]]


@pytest.fixture
def service() -> Service:
    """The service with the observer that logs."""
    service = Service()
    service.container.observer.override(LoggingTurnObserver("test", user_hash))
    service.container.chat_service.reset()
    return service


def use_every_route(service: Service) -> str:
    """Use every route, with successes, rejections and failures; all texts hold SECRET."""
    gateway = service.gateway
    service.agent.answer = Answer(f"{SECRET} is in the attic.", (Citation("01KAMEMORY", SECRET),))
    chat_id = str(gateway.ask(QUESTION, user=IDENTITY, headers={"Idempotency-Key": SECRET}).body["chat_id"])
    gateway.ask(QUESTION, chat_id, user=IDENTITY)
    gateway.ask(SECRET * 2_000, user=IDENTITY)
    gateway.call("POST /memories/chat", raw_body=f'{{"question": "{SECRET}')
    gateway.call("POST /memories/chat", body={"question": [SECRET], "chat_id": SECRET})
    for user in (IDENTITY, BOB):
        gateway.poll(chat_id, user=user)
    service.run_worker()
    gateway.poll(chat_id, user=IDENTITY, after=SECRET)
    rate = "PUT /chats/{chat_id}/messages/{message_id}/feedback"
    path = {"chat_id": chat_id, "message_id": gateway.poll(chat_id, user=IDENTITY).body["after"]}
    gateway.call(rate, user=IDENTITY, path=path, body={"rating": 1, "reason": SECRET})
    gateway.call(rate, user=IDENTITY, path=path, body={"rating": SECRET})
    gateway.call("GET /chats", user=IDENTITY, query={"cursor": SECRET})
    gateway.call("POST /memories", user=IDENTITY, body={"text": SECRET, "tags": [SECRET]})
    gateway.call("GET /memories", user=IDENTITY, query={"q": SECRET})
    for error in (AgentFailed(SECRET), AgentFailed(message=SECRET), ValueError(SECRET)):
        service.agent.error = error
        gateway.ask(QUESTION, chat_id, user=IDENTITY)
        service.run_worker()
    gateway.call("POST /chats/{chat_id}/retry", user=IDENTITY, path={"chat_id": chat_id})
    gateway.fail(SECRET, json.dumps({"requestPayload": worker_event(service.invoker.waiting.pop())}))
    gateway.work({"_async_worker": True, "chat_id": SECRET})
    gateway.call("DELETE /chats/{chat_id}", user=IDENTITY, path={"chat_id": chat_id})
    gateway.call(f"GET /{SECRET}")
    break_the_store(service, SECRET)
    gateway.ask(QUESTION, user=IDENTITY)
    return chat_id


def break_the_store(service: Service, text: str) -> None:
    def raise_error(_new: object) -> None:
        raise RuntimeError(text)

    service.chats.save_question = raise_error  # type: ignore[method-assign,assignment]  # no further call is made


def test_logs_hold_no_question_answer_memory_or_user_id(service: Service, logged: Logged) -> None:
    use_every_route(service)
    text = json.dumps(logged())
    assert text.count('"message"') > 25
    assert SECRET not in text
    assert IDENTITY not in text


def test_every_line_has_level_logger_workspace_and_version(service: Service, logged: Logged) -> None:
    use_every_route(service)
    for line in logged():
        assert {"timestamp", "level", "logger", "message", "workspace", "version"} <= set(line)
        assert (line["workspace"], line["version"]) == ("test", "1.2.3")


def test_lines_of_one_turn_share_its_ids(service: Service, logged: Logged) -> None:
    chat_id = str(service.gateway.ask(QUESTION).body["chat_id"])
    service.run_worker()
    service.gateway.poll(chat_id)
    lines = [line for line in logged() if line.get("chat_id") == chat_id]
    assert [line["message"] for line in lines] == [
        "turn queued",
        "request",
        "turn running",
        "step",
        "turn answered",
        "worker done",
        "request",
    ]
    turn_id = service.story.stored(chat_id).turn_id
    assert {line["turn_id"] for line in lines if "turn_id" in line} == {turn_id}
    (asked, worked) = (lines[1], lines[5])
    assert asked["request_id"] == worked["correlation_id"] == "request-7"
    assert [line["request_id"] for line in lines] == [*["request-7"] * 2, *["invocation-7"] * 4, "request-7"]
    assert {line["user"] for line in lines if "user" in line} == {user_hash(ALICE)}


def test_request_is_logged_in_one_line(service: Service, logged: Logged) -> None:
    service.gateway.poll(UNKNOWN_CHAT)
    (line,) = logged()
    assert (line["message"], line["level"], line["route"]) == ("request", "INFO", "GET /chats/messages")
    assert (line["status"], line["code"], line["request_id"]) == (404, "chat_not_found", "request-7")
    assert line["took_ms"] >= 0


def test_unexpected_error_is_logged_with_its_type_and_source_line(service: Service, logged: Logged) -> None:
    break_the_store(service, SECRET)
    service.gateway.ask(QUESTION)
    (line,) = logged()
    assert (line["level"], line["status"], line["error"]) == ("ERROR", 500, "RuntimeError")
    assert "test_logs.py:" in line["at"]


def test_agents_error_is_logged_with_its_type_and_source_line(service: Service, logged: Logged) -> None:
    service.agent.error = ValueError(SECRET)
    service.gateway.ask(QUESTION)
    service.run_worker()
    (line,) = [line for line in logged() if line["message"] == "agent broke"]
    assert (line["level"], line["error"]) == ("ERROR", "ValueError")
    assert "agent.py:" in line["at"]


def test_answered_turn_is_logged_with_its_durations(service: Service, logged: Logged) -> None:
    service.gateway.ask(QUESTION)
    service.run_worker()
    (line,) = [line for line in logged() if line["message"] == "turn answered"]
    assert (line["queued_ms"], line["reasoned_ms"], line["total_ms"]) == (0, 56_000, 56_000)
    assert line["_aws"]["CloudWatchMetrics"][0]["Dimensions"] == [["Workspace"]]
    assert (line["TurnsAnswered"], line["TimeToAnswer"], line["Workspace"]) == (1, 56_000, "test")


def test_rating_is_logged_and_counted_without_its_reason(service: Service, logged: Logged) -> None:
    chat_id = str(service.gateway.ask(QUESTION).body["chat_id"])
    service.run_worker()
    path = {"chat_id": chat_id, "message_id": service.gateway.poll(chat_id).body["after"]}
    service.gateway.call(
        "PUT /chats/{chat_id}/messages/{message_id}/feedback", path=path, body={"rating": -1, "reason": SECRET}
    )
    (line,) = [line for line in logged() if line["message"] == "answer rated"]
    assert (line["AnswersRatedGood"], line["chat_id"]) == (0, chat_id)
    assert SECRET not in str(logged())


def test_user_hash_differs_by_user_and_does_not_hold_the_id() -> None:
    assert user_hash(ALICE) == user_hash(ALICE) != user_hash(BOB)
    assert ALICE not in user_hash(ALICE)


def test_user_hash_of_another_workspace_is_another() -> None:
    """So that nobody without the workspace's key can compute the hash of an address or an id that they know."""
    assert len({UserHash(key)(ALICE) for key in ("", "one", "another")}) == 3


def test_client_libraries_log_nothing_at_debug_level(standard_error: io.StringIO) -> None:
    with contextlib.redirect_stderr(standard_error):
        start_logging("DEBUG", "test", "1.2.3")
    for library in ("botocore.endpoint", "urllib3.connectionpool"):
        logging.getLogger(library).debug("Sending %s", SECRET)
    assert standard_error.getvalue() == ""


def test_requests_are_logged_once_each(standard_error: io.StringIO) -> None:
    """A second handler would write every line twice."""
    service = Service()
    service.container.logging.reset_override()
    with contextlib.redirect_stderr(standard_error):
        for _ in range(2):
            service.gateway.call("GET /health")
    messages = [json.loads(line)["message"] for line in standard_error.getvalue().splitlines()]
    assert messages == ["request", "request"]


def test_container_sets_up_logging_once(standard_error: io.StringIO) -> None:
    """The container makes a singleton anew at each use if it is None."""
    container = Container()
    container.settings.override(providers.Object(SETTINGS))
    container.logging()
    (handler,) = logging.getLogger().handlers
    container.logging()
    assert logging.getLogger().handlers == [handler]


# ---- levels

#: Lambda's: any other word counts as INFO.
LAMBDAS_WORDS = {"TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL"}
LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")


def start_at(level: str, standard_error: io.StringIO) -> None:
    with contextlib.redirect_stderr(standard_error):
        start_logging(level, "test", "1.2.3")


@pytest.mark.parametrize("level", LEVELS)
def test_metrics_are_written_at_every_level(
    level: str, service: Service, standard_error: io.StringIO, logged: Logged
) -> None:
    start_at(level, standard_error)
    service.chats.limits = WorkspaceLimits(turns=1)
    chat_id = str(service.gateway.ask(QUESTION).body["chat_id"])
    assert service.gateway.ask(QUESTION, user=BOB).code == "at_capacity"
    service.run_worker()
    service.gateway.poll(chat_id)
    figures = [line for line in logged() if "_aws" in line]
    names = [directive["Name"] for line in figures for directive in line["_aws"]["CloudWatchMetrics"][0]["Metrics"]]
    assert names == [
        "Asks",
        "TurnedAway",
        "QueueWait",
        "TurnsAnswered",
        "ReasoningTime",
        "TimeToAnswer",
        "Polls",
    ]
    assert {line["level"] for line in figures} == {"INFO", "WARN"}, "Lambda would drop it, or know no such level"


@pytest.mark.parametrize("level", LEVELS)
def test_every_level_is_a_word_that_lambda_knows(
    level: str, service: Service, standard_error: io.StringIO, logged: Logged
) -> None:
    start_at(level, standard_error)
    use_every_route(service)
    assert {line["level"] for line in logged()} <= LAMBDAS_WORDS
    assert "ERROR" in {line["level"] for line in logged()}


@given(st.integers(min_value=-5, max_value=200))
def test_any_level_of_python_has_a_word_that_lambda_knows(level: int) -> None:
    assert level_word(level) in LAMBDAS_WORDS


def test_levels_of_python_keep_their_meaning() -> None:
    levels = (5, logging.DEBUG, logging.INFO, logging.WARNING, logging.ERROR, logging.CRITICAL)
    assert [level_word(level) for level in levels] == ["TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL"]


def test_warnings_survive_at_level_warning_and_requests_do_not(
    service: Service, standard_error: io.StringIO, logged: Logged
) -> None:
    start_at("WARNING", standard_error)
    service.gateway.ask(QUESTION)
    service.gateway.fail(json.dumps({"requestPayload": worker_event(service.invoker.waiting.pop())}))
    assert [(line["message"], line["level"]) for line in logged()] == [
        ("turn queued", "INFO"),
        ("turn failed", "INFO"),
        ("worker lost", "WARN"),
    ]


def test_metrics_survive_a_library_that_sets_up_logging_itself(
    service: Service, standard_error: io.StringIO, logged: Logged
) -> None:
    logging.basicConfig(force=True, level=logging.CRITICAL, stream=io.StringIO())
    service.gateway.ask(QUESTION)
    (line,) = logged()
    assert line["Asks"] == 1


@pytest.mark.parametrize("readable", [True, False], ids=["a lost worker", "an unreadable record"])
def test_lines_of_the_failures_function_carry_its_request_id(service: Service, logged: Logged, readable: bool) -> None:
    service.gateway.ask(QUESTION)
    before = len(logged())
    record = {"requestPayload": worker_event(service.invoker.waiting.pop())} if readable else {}
    service.gateway.fail(json.dumps(record))
    assert {line["request_id"] for line in logged()[before:]} == {"invocation-7"}


def test_every_line_of_a_worker_carries_its_request_id(service: Service, logged: Logged) -> None:
    service.agent.error = ValueError(SECRET)
    service.gateway.ask(QUESTION)
    service.run_worker()
    lines = {line["message"]: line["request_id"] for line in logged()}
    assert lines["turn queued"] == "request-7"
    for message in ("turn running", "agent broke", "turn failed", "worker done"):
        assert lines[message] == "invocation-7"


def test_lines_outside_of_a_request_have_no_request_id(standard_error: io.StringIO, logged: Logged) -> None:
    IDS.set({})
    logging.getLogger("outside").warning("starting")
    (line,) = logged()
    assert "request_id" not in line
