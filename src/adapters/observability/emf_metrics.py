"""CloudWatch's embedded metric format (EMF): metrics inside a log line, which CloudWatch extracts.

Alarms and the dashboard use the same names: terraform/modules/service/metrics.tf.
"""

import logging
import time
from collections.abc import Mapping
from typing import Any, Final


class _MetricsLogger(logging.Logger):
    """Makes records without caller, process, thread and task, which no line shows: they took most of a line's time."""

    def findCaller(self, *_: object, **__: object) -> tuple[str, int, str, None]:  # noqa: N802  # as logging calls it
        return "", 0, "", None

    def makeRecord(self, *given: Any) -> logging.LogRecord:  # noqa: N802  # likewise, with all arguments by position
        name, level, _file, _line, message, arguments, exception, _function, extra, _stack = given
        record = logging.LogRecord.__new__(logging.LogRecord)
        what = {"name": name, "levelno": level, "levelname": logging.getLevelName(level), "exc_info": exception}
        vars(record).update(_NOWHERE, **what, msg=message, args=arguments, created=time.time(), **(extra or {}))
        return record


#: What other handlers' formats may name.
_NOWHERE: Final = {"pathname": "", "filename": "", "module": "", "lineno": 0, "funcName": None} | dict.fromkeys(
    ("exc_text", "stack_info")
)


def _made() -> logging.Logger:
    before = logging.getLoggerClass()
    logging.setLoggerClass(_MetricsLogger)
    try:
        return logging.getLogger("async_chat.metrics")
    finally:
        logging.setLoggerClass(before)


#: Writes the lines that carry metrics. Its level does not follow the setting `log_level`: alarms need them.
METRICS_LOG: Final = _made()

NAMESPACE: Final = "AsyncChat"
COUNT: Final = "Count"
MILLISECONDS: Final = "Milliseconds"

ASKS: Final = ("Asks", COUNT)
TURNED_AWAY: Final = ("TurnedAway", COUNT)
USER_OVER_BUDGET: Final = ("UserOverBudget", COUNT)
WORKSPACE_OVER_BUDGET: Final = ("WorkspaceOverBudget", COUNT)
POLLS: Final = ("Polls", COUNT)
ANSWERED: Final = ("TurnsAnswered", COUNT)
FAILED: Final = ("TurnsFailed", COUNT)
CANCELLED: Final = ("TurnsCancelled", COUNT)
#: 1 for a good answer, 0 for a bad one: the sum counts good ratings, the sample count all, the average is their share.
RATED_GOOD: Final = ("AnswersRatedGood", COUNT)
QUEUE_WAIT: Final = ("QueueWait", MILLISECONDS)
REASONING_TIME: Final = ("ReasoningTime", MILLISECONDS)
TIME_TO_ANSWER: Final = ("TimeToAnswer", MILLISECONDS)

#: Name and unit.
Metric = tuple[str, str]


def emf_fields(workspace: str, metrics: Mapping[Metric, int | None]) -> dict[str, object]:
    """The log fields that carry `metrics`; those that are None are left out."""
    known = {metric: value for metric, value in metrics.items() if value is not None}
    if not known:
        return {}
    directive = {
        "Namespace": NAMESPACE,
        "Dimensions": [["Workspace"]],
        "Metrics": [{"Name": name, "Unit": unit} for name, unit in known],
    }
    return {
        "_aws": {"Timestamp": round(time.time() * 1000), "CloudWatchMetrics": [directive]},
        "Workspace": workspace,
        **{name: value for (name, _), value in known.items()},
    }
