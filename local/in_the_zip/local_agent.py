"""The agent of one's own as the local stack runs it: what it does is shown in the log. Only that stack's zip has this.

A deployed workspace runs the agent itself, and logs no text of it.
"""

from __future__ import annotations

import contextlib
import io
import json
import logging
import sysconfig
import traceback
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from adapters.agents.custom_agent import AgentDependencies, AgentLoadError, import_factory, load_agent
from domain.chat import Usage
from domain.errors import AgentFailed, TurnOver
from domain.ports import ProgressReporter, ReasoningAgent
from domain.records import Assignment, Reply

log: Final = logging.getLogger(__name__)

_HERE: Final = Path(__file__).resolve().parent
#: The files of Python itself: what they raise is shown where the agent called them.
_PYTHON: Final = ("<frozen ", sysconfig.get_path("stdlib"))


def agent(dependencies: AgentDependencies) -> ReasoningAgent:
    """The factory that this stack's Terraform names."""
    written = json.loads((_HERE / "local_agent.json").read_text(encoding="utf-8"))
    return LocalAgent(written["agent"], written["folders"], written["debug_port"], dependencies)


class LocalAgent(ReasoningAgent):
    """Loads the agent at its first question, and logs its steps, its prints and what it raises, with the chat's id."""

    def __init__(self, name: str, folders: list[str], debug_port: int | None, dependencies: AgentDependencies) -> None:
        self._name = name
        self._folders = folders
        self._debug_port = debug_port
        self._dependencies = dependencies
        self._agent: ReasoningAgent | None = None

    def reason(self, assignment: Assignment, progress: ProgressReporter) -> Reply:
        if self._debug_port:
            wait_for_debugger(self._debug_port, progress)
        extra = {"chat_id": assignment.chat_id, "turn_id": assignment.turn_id}
        try:
            with contextlib.redirect_stdout(_Printed(extra)):
                self._agent = self._agent or load_agent(self._name, self._dependencies)
                return self._agent.reason(assignment, _LoggedProgress(progress, extra))
        except TurnOver:
            raise
        except AgentFailed as failure:
            log.warning("agent failed: %s", failure.message or failure.code, extra=extra)
            raise
        except Exception as error:
            said = sentence(self._name, error, self._folders)
            # Of a module that cannot be imported, the sentence names the place; above it is only Python's own import.
            shown = None if isinstance(error, SyntaxError | AgentLoadError) else _traceback(error)
            log.error(said, extra={**extra, "traceback": shown})
            raise AgentFailed(message=said) from error


def complaint(name: str) -> str | None:
    """In one sentence, why the factory `name` cannot be imported; None if it can."""
    try:
        import_factory(name)
    except Exception as error:  # noqa: BLE001  # a module may raise anything when it is imported
        return sentence(name, error)
    return None


def sentence(name: str, error: Exception, folders: Sequence[str] = ()) -> str:
    """What `error` says, and the file and line that it names or was raised at, as a file of `folders`."""
    if isinstance(error, AgentLoadError):
        return f"{error}."
    if isinstance(error, SyntaxError):
        file = _original(error.filename or "", folders)
        return f"{name}: {type(error).__name__} in {file}, line {error.lineno}: {error.msg}."
    frames = [one for one in traceback.extract_tb(error.__traceback__) if not one.filename.startswith(_PYTHON)]
    at = f" at {_original(frames[-1].filename, folders)}, line {frames[-1].lineno}" if frames else ""
    return f"{name}: {' '.join(traceback.format_exception_only(error)[-1].split())}{at}."


def _traceback(error: Exception) -> str:
    """Without the frames of this module and of the service, which come first."""
    frames = error.__traceback__
    while frames and frames.tb_next and Path(frames.tb_frame.f_code.co_filename).is_relative_to(_HERE):
        frames = frames.tb_next
    return "".join(traceback.format_exception(type(error), error, frames))


def _original(file: str, folders: Sequence[str]) -> str:
    """The file that is in the zip as `file`: a copy without bytecode is known by its place in the zip."""
    with contextlib.suppress(ValueError):
        name = Path(file).resolve().relative_to(_HERE)
        return next((str(found) for folder in folders if (found := Path(folder, name)).exists()), file)
    return file


def wait_for_debugger(port: int, progress: ProgressReporter) -> None:
    """Wait until a debugger is attached to this process. Only one process can have the port."""
    import debugpy

    if debugpy.is_client_connected():
        return
    if not _LISTENING:
        try:
            debugpy.listen(("127.0.0.1", port))
        except (OSError, RuntimeError):
            progress.step(f"Another worker waits for the debugger on port {port}: this one does not")
            return
        _LISTENING.append(port)
    progress.step(f"Waiting for a debugger on port {port}")
    debugpy.wait_for_client()


_LISTENING: Final[list[int]] = []


class _Printed(io.TextIOBase):
    """A standard output that logs each line."""

    def __init__(self, extra: Mapping[str, str]) -> None:
        self._extra = extra
        self._begun = ""

    def write(self, text: str) -> int:
        *lines, self._begun = (self._begun + text).split("\n")
        for line in lines:
            log.info("print: %s", line, extra=self._extra)
        return len(text)


class _LoggedProgress(ProgressReporter):
    """Logs each step, and passes everything on."""

    def __init__(self, progress: ProgressReporter, extra: Mapping[str, str]) -> None:
        self._progress = progress
        self._extra = extra

    def step(self, text: str) -> None:
        log.info("step: %s", text, extra=self._extra)
        self._progress.step(text)

    def draft(self, text: str) -> None:
        self._progress.draft(text)

    def raise_if_ended(self) -> None:
        self._progress.raise_if_ended()

    def used(self, usage: Usage) -> None:
        self._progress.used(usage)
