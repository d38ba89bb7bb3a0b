"""Logs every transition of a turn as one structured line with embedded metrics."""

import logging
from dataclasses import asdict
from datetime import datetime

from adapters.observability.emf_metrics import (
    ANSWERED,
    ASKS,
    CANCELLED,
    FAILED,
    METRICS_LOG,
    QUEUE_WAIT,
    RATED_GOOD,
    REASONING_TIME,
    TIME_TO_ANSWER,
    TURNED_AWAY,
    USER_OVER_BUDGET,
    WORKSPACE_OVER_BUDGET,
    Metric,
    emf_fields,
)
from adapters.observability.redaction import UserHash, raised_at
from domain.chat import Feedback, Turn, TurnState
from domain.errors import BudgetUsedUp, Refused, WorkspaceBudgetUsedUp
from domain.failure_codes import FailureCode
from domain.ports import TurnObserver

log = logging.getLogger(__name__)


class LoggingTurnObserver(TurnObserver):
    """Logs ids, states and durations in milliseconds, never the text of a question or an answer."""

    def __init__(self, workspace: str, user_hash: UserHash) -> None:
        self._workspace = workspace
        self._user_hash = user_hash

    def on_transition(self, turn: Turn) -> None:
        metrics = emf_fields(self._workspace, _metrics(turn))
        METRICS_LOG.info("turn %s", turn.state.value, extra={**self._log_fields(turn), **metrics})

    def on_step(self, turn: Turn, number: int) -> None:
        log.info("step", extra={"chat_id": turn.chat_id, "turn_id": turn.turn_id, "step": number})

    def on_rejected(self, user_id: str, refusal: Refused) -> None:
        metrics = emf_fields(self._workspace, {_metric_of(refusal): 1})
        extra = {"user": self._user_hash(user_id), "refusal": type(refusal).__name__, **metrics}
        METRICS_LOG.warning("turned away", extra=extra)

    def on_feedback(self, user_id: str, chat_id: str, feedback: Feedback) -> None:
        # Not the reason: it is in the user's words.
        metrics = emf_fields(self._workspace, {RATED_GOOD: int(feedback.rating > 0)})
        METRICS_LOG.info("answer rated", extra={"user": self._user_hash(user_id), "chat_id": chat_id, **metrics})

    def on_agent_crash(self, turn: Turn, exception: Exception) -> None:
        # Type and location only: the traceback may quote the question.
        log.error(
            "agent broke",
            extra={**self._log_fields(turn), "error": type(exception).__name__, "at": raised_at(exception)},
        )

    def _log_fields(self, turn: Turn) -> dict[str, object]:
        log_fields = {
            "chat_id": turn.chat_id,
            "turn_id": turn.turn_id,
            "user": self._user_hash(turn.user_id),
            "state": turn.state.value,
            "failure": turn.failure,
            "by_operator": True if turn.cancel_reason else None,
            "queued_ms": _between(turn.asked_at, turn.started_at),
            "reasoned_ms": _between(turn.started_at, turn.ended_at),
            "total_ms": _between(turn.asked_at, turn.ended_at),
            "usage": None if turn.thinking or turn.usage is None else asdict(turn.usage),
        }
        return {name: value for name, value in log_fields.items() if value is not None}


def _metric_of(refusal: Refused) -> Metric:
    if isinstance(refusal, WorkspaceBudgetUsedUp):
        return WORKSPACE_OVER_BUDGET
    return USER_OVER_BUDGET if isinstance(refusal, BudgetUsedUp) else TURNED_AWAY


def _metrics(turn: Turn) -> dict[Metric, int | None]:
    match turn.state:
        case TurnState.QUEUED:
            return {ASKS: 1}
        case TurnState.RUNNING:
            return {QUEUE_WAIT: _between(turn.asked_at, turn.started_at)}
        case TurnState.ANSWERED:
            waited = _between(turn.asked_at, turn.ended_at)
            return {ANSWERED: 1, REASONING_TIME: _between(turn.started_at, turn.ended_at), TIME_TO_ANSWER: waited}
        case TurnState.FAILED if turn.failure != FailureCode.INPUT_EXPIRED:
            return {FAILED: 1}
        case TurnState.NEEDS_INPUT | TurnState.FAILED:  # a user who does not answer is no failure of the service
            return {}
        case TurnState.CANCELLED:
            return {CANCELLED: 1}


def _between(start: datetime | None, end: datetime | None) -> int | None:
    return round((end - start).total_seconds() * 1000) if start and end else None
