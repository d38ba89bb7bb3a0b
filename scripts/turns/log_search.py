"""Finds log lines by an id, over all log groups of a workspace.

A turn's id holds its time, so its lines are in a narrow window, which FilterLogEvents reads at once. For any other id
the window is hours long: there CloudWatch Logs Insights is faster, which reads a log group in parallel; it costs by the
bytes read.

FilterLogEvents allows five calls a second in an account: https://repost.aws/knowledge-center/cloudwatch-logs-throttling.
Hence one call for each group that can hold the id, side by side, and the SDK's retries.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

#: Log lines may arrive late, and clocks differ.
MARGIN: Final = timedelta(seconds=5)
#: As long after a turn's deadline, polls that see its end are looked for.
AFTERWARDS: Final = timedelta(minutes=2)
#: Of a query of CloudWatch Logs Insights.
MOST_LINES: Final = 10_000
QUERY_PAUSE_SECONDS: Final = 0.2
QUERY_TIMEOUT_SECONDS: Final = 30


@dataclass(frozen=True)
class Line:
    """One log line. `source` is the function's key, or `api`; `fields` is empty for a line that is no JSON object."""

    at: datetime
    source: str
    text: str
    fields: Mapping[str, Any]

    def mentions(self, id_: str) -> bool:
        """Whether a field of the line is the id. An id within a text would be a person's."""
        return id_ in self.fields.values()


@dataclass(frozen=True)
class Window:
    """From when until when to search."""

    start: datetime
    end: datetime

    @classmethod
    def of_turn(cls, asked_at: datetime, deadline: timedelta) -> Window:
        """The time in which lines of a turn can have been written."""
        return cls(asked_at - MARGIN, asked_at + deadline + AFTERWARDS)

    @classmethod
    def last(cls, hours: float) -> Window:
        now = datetime.now(UTC)
        return cls(now - timedelta(hours=hours), now + MARGIN)


class LogSearch:
    """`groups` maps a source to its log group's name; `logs` is boto3's client."""

    def __init__(self, logs: Any, groups: Mapping[str, str]) -> None:
        self._logs = logs
        self._groups = groups

    def lines_with(self, id_: str, window: Window, sources: Iterable[str] | None = None) -> list[Line]:
        """All lines that hold the id anywhere, oldest first."""
        wanted = [source for source in sources or self._groups if source in self._groups]
        with ThreadPoolExecutor(max(1, len(wanted))) as threads:
            found = list(threads.map(lambda source: list(self._filtered(source, id_, window)), wanted))
        return sorted((line for lines in found for line in lines), key=lambda line: line.at)

    def _filtered(self, source: str, id_: str, window: Window) -> Iterator[Line]:
        pages = self._logs.get_paginator("filter_log_events").paginate(
            logGroupName=self._groups[source],
            startTime=_millis(window.start),
            endTime=_millis(window.end),
            filterPattern=f'"{id_}"',
        )
        for page in pages:
            for event in page["events"]:
                yield line_of(source, event["message"], _time(event["timestamp"]))

    def newest_with(self, id_: str, window: Window) -> list[Line]:
        """The newest lines that hold the id anywhere, newest first, by CloudWatch Logs Insights."""
        query = f'fields @timestamp, @log, @message | filter @message like "{id_}" | sort @timestamp desc'
        started = self._logs.start_query(
            logGroupNames=list(self._groups.values()),
            startTime=int(window.start.timestamp()),
            endTime=int(window.end.timestamp()) + 1,
            queryString=f"{query} | limit {MOST_LINES}",
        )
        # The embedded AWS ignores the filter.
        return [line for line in map(self._line_of_row, self._rows(started["queryId"])) if id_ in line.text]

    def _rows(self, query_id: str) -> list[dict[str, str]]:
        give_up = time.monotonic() + QUERY_TIMEOUT_SECONDS
        while (reply := self._logs.get_query_results(queryId=query_id))["status"] in {"Scheduled", "Running"}:
            if time.monotonic() > give_up:
                raise TimeoutError(
                    f"The query of the logs took more than {QUERY_TIMEOUT_SECONDS} s: give fewer --hours"
                )
            time.sleep(QUERY_PAUSE_SECONDS)
        return [{field["field"]: field["value"] for field in row} for row in reply["results"]]

    def _line_of_row(self, row: Mapping[str, str]) -> Line:
        at = datetime.fromisoformat(row["@timestamp"]).replace(tzinfo=UTC)
        # AWS puts the account's id and a colon before the name.
        group = row.get("@log", "").rpartition(":")[2]
        source = next((key for key, name in self._groups.items() if name == group), "")
        return line_of(source, row["@message"], at)


def line_of(source: str, text: str, at: datetime) -> Line:
    """The line, with its own time where it has one: `at` is when the group received it."""
    try:
        found = json.loads(text)
    except ValueError:
        found = None
    fields = found if isinstance(found, dict) else {}
    own = fields.get("timestamp") or fields.get("time")
    with suppress(ValueError):  # API Gateway writes the time in a format of its own
        at = datetime.fromisoformat(own) if isinstance(own, str) else at
    return Line(at if at.tzinfo else at.replace(tzinfo=UTC), source, text.strip(), fields)


def _millis(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)


def _time(millis: int) -> datetime:
    return datetime.fromtimestamp(millis / 1000, UTC)
