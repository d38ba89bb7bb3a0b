"""The live display of a thinking turn: steps, elapsed time, and the draft."""

import time
from collections.abc import Callable
from types import TracebackType
from typing import Self

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.spinner import Spinner
from rich.text import Text

from async_chat_client._models import Step
from async_chat_client._plain_text import plain
from async_chat_client.updates import Draft, PollFailed, Thinking, Update

WORDS = {"asking": "sending the question", "queued": "waiting for a worker", "running": "thinking"}
DRAFT_LINES = 12


class LiveTurn:
    """Shows updates on standard error. Without a terminal, it prints only the steps, one a line."""

    def __init__(self, console: Console, now: Callable[[], float] = time.monotonic) -> None:
        self._console = console
        self._now = now
        self._began = now()
        self._phase = "asking"
        self._draft = ""
        self._trouble = ""
        self._spinner = Spinner("dots")
        self._live: Live | None = None

    def __enter__(self) -> Self:
        if self._console.is_terminal:
            self._live = Live(self, console=self._console, transient=True, refresh_per_second=8)
            self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._live:
            self._live.stop()

    def phase(self, phase: str) -> None:
        self._phase = phase

    def take(self, update: Update) -> None:
        """Show an update, except an end."""
        self._trouble = ""
        match update:
            case Thinking(phase=phase):
                self._phase = phase
            case Step(text=text):
                self._console.print(Text(f"· {plain(text)}", "dim"), soft_wrap=True)
            case Draft(text=text):
                self._draft = plain(text)
            case PollFailed():
                self._trouble = "connection lost, retrying"

    def __rich__(self) -> RenderableType:
        seconds = f"{self._now() - self._began:.0f} s"
        self._spinner.update(text=Text(" · ".join(filter(None, [WORDS[self._phase], seconds, self._trouble])), "cyan"))
        draft = "\n".join(self._draft.splitlines()[-DRAFT_LINES:])
        return Group(Text(draft), self._spinner) if draft else self._spinner
