"""Output: results on standard output, everything else on standard error; optionally as JSON."""

import io
import json
import sys
from collections.abc import Mapping
from dataclasses import asdict, is_dataclass
from datetime import date, datetime
from typing import IO

from rich.console import Console
from rich.text import Text

from async_chat_client._models import Citation, Memory, Message
from async_chat_client._plain_text import escaped, plain
from async_chat_client._terminal.markdown import STYLES, Answer
from async_chat_client._terminal.time_zone import zone_named
from async_chat_client.errors import ServiceError


class Screen:
    def __init__(self, *, as_json: bool) -> None:
        self.as_json = as_json
        for stream in (sys.stdout, sys.stderr):
            if isinstance(stream, io.TextIOWrapper):
                # In a code page: a stand-in for what it lacks, instead of an error after the turn was paid for.
                stream.reconfigure(errors="replace")
        self.out = Console(highlight=False, theme=STYLES)
        self.err = Console(stderr=True, highlight=False)

    @property
    def interactive(self) -> bool:
        """Whether a person can answer a prompt."""
        return sys.stdin.isatty() and self.err.is_terminal

    def result(self, value: object) -> None:
        """Print the result as one JSON document."""
        text = json.dumps(value, default=_jsonable, ensure_ascii=not _is_unicode(self.out.file))
        self.out.file.write(escaped(text) + "\n")

    def say(self, text: str, style: str = "") -> None:
        """Print a line of the result; styled only on a terminal."""
        if self.out.is_terminal:
            self.out.print(Text(plain(text), style))
        else:
            self.out.file.write(plain(text) + "\n")

    def note(self, text: str, style: str = "dim") -> None:
        """Print a line to standard error."""
        self.err.print(Text(plain(text), style), soft_wrap=True)

    def message(self, message: Message) -> None:
        """Print a message and its citations. On a terminal, an answer's Markdown is drawn; scripts get it as it is."""
        if message.role == "assistant" and self.out.is_terminal and not self.out.is_dumb_terminal:
            self.out.print(Answer(message.content), crop=False)
        else:
            self.say(message.content)
        for number, cited in enumerate(message.citations, 1):
            self.say(_citation(number, cited), "dim")

    def complain(self, error: Exception) -> None:
        """Print an error in one line, and its notes below."""
        notes = getattr(error, "__notes__", [])
        code = error.code if isinstance(error, ServiceError) else type(error).__name__
        request_id = error.request_id if isinstance(error, ServiceError) else None
        if self.as_json:
            problem = {"code": code, "message": str(error), "request_id": request_id, "notes": notes}
            self.err.file.write(json.dumps({"error": problem}) + "\n")
        else:
            self.note(f"{error}{f' (request {request_id})' if request_id else ''}", "red")
            for note in notes:
                self.note(note, "yellow")


def _is_unicode(stream: IO[str]) -> bool:
    return (getattr(stream, "encoding", None) or "").lower().replace("-", "").startswith("utf")


def local_time(moment: datetime) -> str:
    return moment.astimezone().strftime("%Y-%m-%d %H:%M")


def memory_time(memory: Memory) -> str:
    """The memory's day, or its time by the clocks where it was noted."""
    if memory.day:
        return memory.day.isoformat()
    zone = zone_named(memory.time_zone) if memory.time_zone else None
    return memory.occurred_at.astimezone(zone).strftime("%Y-%m-%d %H:%M")


def _citation(number: int, cited: Citation) -> str:
    return f"  [{number}] “{cited.quote}” (memory {cited.memory_id})"


def _jsonable(value: object) -> object:
    if isinstance(value, date):  # a datetime is one
        return value.isoformat()
    if is_dataclass(value) and not isinstance(value, type):
        found: Mapping[str, object] = asdict(value)
        return found
    raise TypeError(type(value).__name__)
