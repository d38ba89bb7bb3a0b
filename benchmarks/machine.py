"""The machine that measured, as far as it explains the figures, without names or paths."""

import os
import platform
import re
import subprocess
from pathlib import Path

from tests.support.lambda_runtime import PYTHON


def machine() -> dict[str, str | int]:
    return {
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 0,
        "processor": _first(Path("/proc/cpuinfo"), r"^model name\s*:\s*(.+)$") or platform.machine(),
        "architecture": platform.machine(),
        "memory_mib": int(_first(Path("/proc/meminfo"), r"^MemTotal:\s*(\d+)") or 0) // 1024,
        "system": platform.system(),
        "python": platform.python_version(),
        "lambda_python": _version(),
    }


def _version() -> str:
    """The Python of Lambda's runtime client, which runs the starts, handlers and turns; empty before `make bench`."""
    if not PYTHON.exists():
        return ""
    return subprocess.run([PYTHON, "--version"], check=True, capture_output=True, text=True).stdout.split()[-1]


def _first(file: Path, pattern: str) -> str:
    found = re.search(pattern, file.read_text(), re.MULTILINE) if file.exists() else None
    return found.group(1) if found else ""
