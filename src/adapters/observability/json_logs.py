"""Structured logs: one JSON object per line.

A formatter of our own: python-json-logger drops fields that start with an underscore, and EMF needs `_aws`.

Lambda filters lines by their field `level`. It knows six words and takes any other for INFO; Python's WARNING and
CRITICAL are not among them: https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-log-level.html
"""

import json
import logging
from collections.abc import Mapping
from contextvars import ContextVar
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Final

from adapters.observability.emf_metrics import METRICS_LOG

#: The ids of the request or invocation that the function handles, and of its turn; every line carries them.
IDS: Final[ContextVar[Mapping[str, str]]] = ContextVar("ids", default=MappingProxyType({}))

#: The attributes of every log record; all others came in by `extra`.
_STANDARD: Final = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime"}


#: Lambda's words, each from this number of Python's on.
_LEVELS: Final = (
    (logging.CRITICAL, "FATAL"),
    (logging.ERROR, "ERROR"),
    (logging.WARNING, "WARN"),
    (logging.INFO, "INFO"),
    (logging.DEBUG, "DEBUG"),
)


def level_word(level: int) -> str:
    """Lambda's word for a level of Python's, also for levels between the named ones."""
    return next((word for number, word in _LEVELS if level >= number), "TRACE")


class JsonFormatter(logging.Formatter):
    """Timestamp, level, logger, message, the fields `every_line`, the ids, and the record's `extra`."""

    def __init__(self, **every_line: str) -> None:
        super().__init__()
        self._every_line = every_line

    def format(self, record: logging.LogRecord) -> str:
        fields: dict[str, object] = {
            "timestamp": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": level_word(record.levelno),
            "logger": record.name,
            "message": record.getMessage(),
            **self._every_line,
            **IDS.get(),
            **{name: value for name, value in vars(record).items() if name not in _STANDARD and value is not None},
        }
        if record.exc_info:
            fields["traceback"] = self.formatException(record.exc_info)
        return _JSON.encode(fields)


#: Made once: `json.dumps` with options makes an encoder per call.
_JSON: Final = json.JSONEncoder(default=str, separators=(",", ":"))


def start_logging(level: str, workspace: str, version: str) -> logging.Handler:
    """Replace the handlers of the root logger, which the Lambda runtime set, by one with the JSON formatter.

    Lines that carry metrics are written at every `level`: they have a logger of their own.
    """
    handler = logging.StreamHandler()
    handler.setFormatter(JsonFormatter(workspace=workspace, version=version))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    # Its own handler, too: an agent's library may replace those of the root logger.
    METRICS_LOG.handlers[:] = [handler]
    METRICS_LOG.setLevel(logging.INFO)
    METRICS_LOG.propagate = False
    # botocore at DEBUG logs whole requests: questions, answers and tokens.
    logging.getLogger("botocore").setLevel(logging.WARNING)
    logging.getLogger("urllib3").setLevel(logging.WARNING)
    # Not None: dependency-injector treats a None singleton as not made, and would call this on every request.
    return handler
