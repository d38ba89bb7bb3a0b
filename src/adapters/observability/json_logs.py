"""Structured logs: one JSON object per line.

A formatter of our own: python-json-logger drops fields that start with an underscore, and EMF needs `_aws`.
"""

import json
import logging
from datetime import UTC, datetime
from typing import Final

#: The attributes of every log record; all others came in by `extra`.
_STANDARD: Final = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime"}


class JsonFormatter(logging.Formatter):
    """Timestamp, level, logger, message, the fields `every_line`, and the record's `extra`."""

    def __init__(self, **every_line: str) -> None:
        super().__init__()
        self._every_line = every_line

    def format(self, record: logging.LogRecord) -> str:
        fields: dict[str, object] = {
            "timestamp": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
            **self._every_line,
            **{name: value for name, value in vars(record).items() if name not in _STANDARD and value is not None},
        }
        if record.exc_info:
            fields["traceback"] = self.formatException(record.exc_info)
        return _JSON.encode(fields)


#: Made once: `json.dumps` with options makes an encoder per call.
_JSON: Final = json.JSONEncoder(default=str, separators=(",", ":"))


def start_logging(level: str, workspace: str, version: str) -> logging.Handler:
    """Replace the handlers of the root logger, which the Lambda runtime set, by one with the JSON formatter."""
    handler = logging.StreamHandler()
    handler.setFormatter(JsonFormatter(workspace=workspace, version=version))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    # botocore at DEBUG logs whole requests: questions, answers and tokens.
    logging.getLogger("botocore").setLevel(logging.WARNING)
    logging.getLogger("urllib3").setLevel(logging.WARNING)
    # Not None: dependency-injector treats a None singleton as not made, and would call this on every request.
    return handler
