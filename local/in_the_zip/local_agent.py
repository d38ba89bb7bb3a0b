"""The agent of one's own as the local stack runs it. Only that stack's zip has this module."""

from __future__ import annotations

import sysconfig
import traceback
from typing import Final

from adapters.agents.custom_agent import AgentLoadError, import_factory

#: The files of Python itself: what they raise is shown where the agent called them.
_PYTHON: Final = ("<frozen ", sysconfig.get_path("stdlib"))


def complaint(name: str) -> str | None:
    """In one sentence, why the factory `name` cannot be imported; None if it can."""
    try:
        import_factory(name)
    except Exception as error:  # noqa: BLE001  # a module may raise anything when it is imported
        return sentence(name, error)
    return None


def sentence(name: str, error: Exception) -> str:
    """What `error` says, and the file and line that it names or was raised at."""
    if isinstance(error, AgentLoadError):
        return f"{error}."
    if isinstance(error, SyntaxError):
        return f"{name}: {type(error).__name__} in {error.filename}, line {error.lineno}: {error.msg}."
    frames = [one for one in traceback.extract_tb(error.__traceback__) if not one.filename.startswith(_PYTHON)]
    at = f" at {frames[-1].filename}, line {frames[-1].lineno}" if frames else ""
    return f"{name}: {' '.join(traceback.format_exception_only(error)[-1].split())}{at}."
