"""The table of problems covers every error."""

from collections.abc import Iterator
from typing import Any

import pytest

from domain import errors
from domain.errors import AsyncChatError, Refused, StoreUnavailable, TryAgain, WorkerUnreachable
from entrypoints.http import problems
from entrypoints.http.problems import INTERNAL, PROBLEMS, problem_for
from tests.support.service import Service
from tests.support.story import PARKING

#: Arguments of the errors that carry facts.
ARGUMENTS: dict[str, tuple[Any, ...]] = {
    "QuestionTooLong": (8_001, 8_000),
    "MemoryTooLong": (4_001, 4_000),
    "UnreadableText": ("question",),
    "ChatBusy": (12.3,),
    "TooManyTurns": (5, 42.0),
    "AtCapacity": (42.0,),
    "MemoriesFull": (19_990, 3_456_789, 20_000, 10_000_000),
    "BudgetUsedUp": (500, 42.0),
    "TooManyAsks": (30, 42.0),
    "WorkspaceBudgetUsedUp": (100_000, 42.0),
    "OutOfOrder": ("01KA",),
    "AgentFailed": ("agent_failed",),
    "RequestInvalid": ("`limit` takes a number.",),
    "MethodNotAllowed": (("DELETE", "GET"),),
}


def subclasses(root: type[Exception]) -> Iterator[type[Exception]]:
    for kind in root.__subclasses__():
        yield kind
        yield from subclasses(kind)


def made(kind: type[Exception]) -> Exception:
    return kind(*ARGUMENTS.get(kind.__name__, ()))


SHOWN = [*subclasses(Refused), *subclasses(TryAgain)]
HTTP_ERRORS = [kind for kind in vars(problems).values() if isinstance(kind, type) and issubclass(kind, Exception)]


@pytest.mark.parametrize("kind", SHOWN + HTTP_ERRORS, ids=lambda kind: kind.__name__)
def test_every_refusal_and_retryable_error_has_a_problem(kind: type[Exception]) -> None:
    problem = problem_for(made(kind))
    assert problem is not INTERNAL
    assert 400 <= problem.status <= 503
    assert problem.detail(made(kind)).endswith(".")


def test_every_entry_of_the_table_is_an_existing_error() -> None:
    assert set(PROBLEMS) <= {*SHOWN, *HTTP_ERRORS, TryAgain}


def test_internal_error_classes_become_a_500() -> None:
    internal = [kind for kind in subclasses(AsyncChatError) if not issubclass(kind, Refused | TryAgain)]
    assert {kind.__name__ for kind in internal} >= {"OutOfOrder", "TransitionRefused", "TurnOver", "AgentFailed"}
    assert all(problem_for(made(kind)) is INTERNAL for kind in internal)


def test_unlisted_error_has_the_problem_of_its_nearest_ancestor() -> None:
    class ChatArchived(errors.ChatNotFound):
        pass

    assert problem_for(ChatArchived()).code == "chat_not_found"


@pytest.mark.parametrize(
    ("code", "status"),
    [
        ("question_missing", 400),
        ("invalid_request", 400),
        ("chat_forbidden", 403),
        ("subject_missing", 403),
        ("chat_not_found", 404),
        ("memory_not_found", 404),
        ("route_not_found", 404),
        ("method_not_allowed", 405),
        ("unsupported_media_type", 415),
        ("chat_busy", 409),
        ("nothing_to_retry", 409),
        ("memories_full", 409),
        ("question_too_long", 413),
        ("memory_too_long", 413),
        ("body_too_large", 413),
        ("idempotency_key_reused", 422),
        ("too_many_turns", 429),
        ("at_capacity", 429),
        ("too_many_asks", 429),
        ("budget_used_up", 429),
        ("internal_error", 500),
        ("try_again", 503),
    ],
)
def test_every_code_of_the_contract_has_its_status(code: str, status: int) -> None:
    assert {problem.status for problem in [*PROBLEMS.values(), INTERNAL] if problem.code == code} == {status}


@pytest.mark.parametrize(
    ("error", "retry_after"),
    [
        (errors.ChatBusy(0.2), "1"),
        (errors.ChatBusy(3.2), "4"),
        (errors.ChatBusy(69), "5"),
        (errors.TooManyTurns(5, 2.0), "2"),
        (errors.TooManyTurns(5, -3), "1"),
        (errors.AtCapacity(69), "5"),
        (errors.TooManyAsks(30, 40.2), "41"),
        (errors.BudgetUsedUp(500, 43_200), "43200"),
        (errors.WorkspaceBudgetUsedUp(100_000, 0.001), "1"),
        (StoreUnavailable(), "2"),
        (WorkerUnreachable(), "2"),
    ],
)
def test_retryable_problem_has_retry_after(error: Exception, retry_after: str) -> None:
    assert problem_for(error).headers(error) == {"Retry-After": retry_after}


def test_unsupported_method_lists_the_allowed_ones(service: Service) -> None:
    answer = service.gateway.call("PATCH /memories/chat")
    assert (answer.status, answer.code, answer.headers["Allow"]) == (405, "method_not_allowed", "DELETE, POST")


def test_unexpected_error_is_not_shown_in_the_response(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    def raise_error(_new: object) -> None:
        raise RuntimeError("table async-chat-prod-chats, role arn:aws:iam::1, question 'my password is hunter2'")

    monkeypatch.setattr(service.chats, "save_question", raise_error)
    answer = service.gateway.ask(PARKING)
    assert (answer.status, answer.code) == (500, "internal_error")
    assert answer.body["detail"] == "Unexpected error. Include the request id when you report it."
    assert not {"prod", "arn", "hunter2", "RuntimeError"} & set((answer.text or "").replace("-", " ").split())
