"""CloudWatch's embedded metric format (EMF): metrics inside a log line, which CloudWatch extracts.

Alarms and the dashboard use the same names: terraform/modules/service/metrics.tf.
"""

import logging
import time
from collections.abc import Mapping
from typing import Final

#: Writes the lines that carry metrics. Its level does not follow the setting `log_level`: alarms need them.
METRICS_LOG: Final = logging.getLogger("async_chat.metrics")

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
