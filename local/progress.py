"""Progress lines with the elapsed time."""

from __future__ import annotations

import time
from collections.abc import Callable

from async_chat_client import plain

Report = Callable[[str], None]


def progress_lines() -> Report:
    """Prints one line a step, whose words may be an agent's or a service's."""
    start = time.monotonic()

    def report(step: str) -> None:
        print(f"{time.monotonic() - start:6.1f} s  {plain(step)}", flush=True)

    return report
