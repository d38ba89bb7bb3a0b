"""Lines that say what is being done and how long it has taken so far."""

from __future__ import annotations

import time
from collections.abc import Callable

Report = Callable[[str], None]


def progress_lines() -> Report:
    """A report that prints one line a step, with the seconds since the start."""
    start = time.monotonic()

    def report(step: str) -> None:
        print(f"{time.monotonic() - start:6.1f} s  {step}", flush=True)

    return report
