"""The functions' logs: read from the embedded AWS, and shown to a person or to a program."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from local.aws import DIRECT, session
from local.emulator import Emulator

PAUSE_SECONDS = 0.5
_PREFIX = "/aws/lambda/"
#: What Lambda itself says of every invocation.
_PLATFORM = re.compile(r"(START|END|REPORT) RequestId: ")
#: The functions in which an agent may run.
_RUN_AGENTS = {"chat", "worker"}
_BAD = {"WARN", "ERROR", "FATAL"}
#: Fields that a person has seen in another form, or does not ask for; the metrics of a line are known by its `_aws`.
_UNSHOWN = {
    *("timestamp", "level", "logger", "message", "workspace", "version", "Workspace", "_aws", "request_id", "turn_id"),
    *("correlation_id", "user", "traceback", "route", "state", "status", "took_ms"),
}


@dataclass(frozen=True)
class Line:
    """A line of a function's log. `fields` is what a JSON line holds, empty for any other."""

    at: datetime
    function: str  # without the workspace's prefix: chat, reads, ...
    text: str
    fields: Mapping[str, Any]

    @classmethod
    def read(cls, millis: int, group: str, text: str) -> Line:
        fields = _fields(text)
        at = datetime.fromtimestamp(millis / 1000, UTC)
        if "timestamp" in fields:  # the emulator stores an invocation's lines together, at its end
            at = datetime.fromisoformat(fields["timestamp"])
        return cls(at, group.rpartition("-")[2], text, fields)

    def for_people(self) -> str:
        """One line with the time in UTC, and below it a traceback if the line carries one."""
        fields = self.fields
        words = [fields.get("message", self.text)]
        if fields.get("level") in _BAD:
            words.insert(0, fields["level"])
        if "route" in fields:
            words = [fields["route"], str(fields.get("status", "")), f"{fields.get('took_ms')} ms"]
        metrics = {one["Name"] for block in _metric_blocks(fields) for one in block["Metrics"]}
        words += [f"{name}={value}" for name, value in fields.items() if name not in _UNSHOWN | metrics]
        below = [f"    {line}" for line in str(fields.get("traceback", "")).splitlines()]
        return "\n".join([f"{self.at:%H:%M:%S} {self.function:8} {' '.join(words)}", *below])

    def for_programs(self) -> str:
        """One JSON object: the line's own fields and the function; `message` is the text of a line that is no JSON."""
        own = self.fields or {"timestamp": self.at.isoformat(timespec="milliseconds"), "message": self.text}
        return json.dumps({**own, "function": self.function})

    @property
    def is_of_lambda(self) -> bool:
        """Said by Lambda of an invocation, not by the function."""
        return bool(_PLATFORM.match(self.text))

    @property
    def is_of_a_turn(self) -> bool:
        """A turn's beginning or end, what its agent does, prints and raises, and any warning or error."""
        if not self.fields:
            return self.function in _RUN_AGENTS and not self.is_of_lambda
        story = self.fields["message"].startswith("turn ") or self.fields.get("logger") == "local_agent"
        return story or self.fields.get("level") in _BAD


class LogReader:
    """Reads lines since `since` (epoch seconds), of the invocations that name `chat`, or of all.

    A line is there once its invocation has ended.
    """

    def __init__(self, emulator: Emulator, region: str, since: float, chat: str | None = None) -> None:
        self._logs = session(region).client("logs", endpoint_url=emulator.endpoint, config=DIRECT)
        self._start = int(since * 1000)
        self._chat = chat
        self._seen: set[str] = set()

    def new_lines(self) -> list[Line]:
        """Lines that were not there before, oldest first."""
        found: list[Line] = []
        # From a second before: an invocation may have written while another group was read.
        upto = int(time.time() * 1000) - 1000
        for group in self._logs.describe_log_groups(logGroupNamePrefix=_PREFIX)["logGroups"]:
            events = self._logs.filter_log_events(logGroupName=group["logGroupName"], startTime=self._start)["events"]
            found += _of_new_invocations(events, group["logGroupName"], self._seen, self._chat)
        self._start = max(self._start, upto)
        return sorted(found, key=lambda line: line.at)

    def follow(self) -> Iterator[Line]:
        """Never ends."""
        while True:
            yield from self.new_lines()
            time.sleep(PAUSE_SECONDS)


def _of_new_invocations(events: Iterable[Any], group: str, seen: set[str], chat: str | None) -> Iterator[Line]:
    """The emulator gives each invocation a log stream of its own, and writes it at once."""
    invocations: dict[str, list[Line]] = {}
    for event in events:
        line = Line.read(event["timestamp"], group, event["message"].rstrip())
        invocations.setdefault(event["logStreamName"], []).append(line)
    for stream, found in invocations.items():
        if stream not in seen and (chat is None or any(line.fields.get("chat_id") == chat for line in found)):
            yield from found
        seen.add(stream)


def _fields(text: str) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _metric_blocks(fields: Mapping[str, Any]) -> list[Any]:
    return list(fields.get("_aws", {}).get("CloudWatchMetrics", []))
