"""The functions' logs."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime

from local.aws import DIRECT, session
from local.emulator import Emulator

PAUSE_SECONDS = 1.0


def lines(emulator: Emulator, region: str, since: float, *, follow: bool) -> Iterator[str]:
    """Log lines since `since` (epoch seconds), oldest first; with `follow` it never ends."""
    logs = session(region).client("logs", endpoint_url=emulator.endpoint, config=DIRECT)
    start = int(since * 1000)
    while True:
        events = []
        for group in logs.describe_log_groups(logGroupNamePrefix="/aws/lambda/")["logGroups"]:
            name = group["logGroupName"]
            found = logs.filter_log_events(logGroupName=name, startTime=start)["events"]
            events += [(event["timestamp"], name.rpartition("/")[2], event["message"].rstrip()) for event in found]
        for timestamp, function, message in sorted(events):
            yield f"{datetime.fromtimestamp(timestamp / 1000, UTC):%H:%M:%S} {function}: {message}"
            start = timestamp + 1
        if not follow:
            return
        time.sleep(PAUSE_SECONDS)
