"""Structured logs: one JSON object a line, with what joins the lines of one request.

Our own formatter: python-json-logger drops every field that starts with an underscore, as CloudWatch's `_aws` does.
"""

import json
import logging
from datetime import UTC, datetime
from typing import Final

#: What every record has, whoever made it; the rest of a record came in as `extra`.
_STANDARD: Final = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime"}


class JsonFormatter(logging.Formatter):
    """Time, level, logger and message, the fields that every line has, and the record's `extra`."""

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


#: Made once: `json.dumps` with options of one's own makes one for every line.
_JSON: Final = json.JSONEncoder(default=str, separators=(",", ":"))


def start_logging(level: str, workspace: str, version: str) -> logging.Handler:
    """Give the root logger our one handler, in place of the runtime's."""
    handler = logging.StreamHandler()
    handler.setFormatter(JsonFormatter(workspace=workspace, version=version))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    # botocore at DEBUG logs whole requests: questions, answers and tokens.
    logging.getLogger("botocore").setLevel(logging.WARNING)
    logging.getLogger("urllib3").setLevel(logging.WARNING)
    # Not None: the container would take that for "not made yet", and start the logging with every request.
    return handler
