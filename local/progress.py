"""Progress lines with the elapsed time."""

from __future__ import annotations

import time
from collections.abc import Callable

Report = Callable[[str], None]


def progress_lines() -> Report:
    """Prints one line a step."""
    start = time.monotonic()

    def report(step: str) -> None:
        print(f"{time.monotonic() - start:6.1f} s  {step}", flush=True)

    return report
