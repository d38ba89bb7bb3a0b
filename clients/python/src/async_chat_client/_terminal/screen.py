"""What is shown: results on standard output, everything else on standard error; as JSON when scripts ask for it."""

import json
import re
import sys
from collections.abc import Mapping
from dataclasses import asdict, is_dataclass
from datetime import datetime
from typing import Final

from rich.console import Console
from rich.text import Text

from async_chat_client._models import Citation, Message
from async_chat_client.errors import ServiceError

#: Characters that steer a terminal or turn text around: answers and memories are text, and stay text.
_STEERING: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def plain(text: str) -> str:
    """`text` with nothing in it but text, line ends and tabs."""
    return _STEERING.sub("\N{REPLACEMENT CHARACTER}", text.replace("\r\n", "\n"))


class Screen:
    """Standard output and standard error of one command."""

    def __init__(self, *, as_json: bool) -> None:
        self.as_json = as_json
        self.out = Console(highlight=False)
        self.err = Console(stderr=True, highlight=False)

    @property
    def interactive(self) -> bool:
        """Whether a person can be asked."""
        return sys.stdin.isatty() and self.err.is_terminal

    def result(self, value: object) -> None:
        """One JSON document."""
        text = json.dumps(value, default=_jsonable, ensure_ascii=False)
        self.out.file.write(_STEERING.sub(_escaped, text) + "\n")

    def say(self, text: str, style: str = "") -> None:
        """A line of the result; into a pipe as it is, on a terminal with its style."""
        if self.out.is_terminal:
            self.out.print(Text(plain(text), style))
        else:
            self.out.file.write(plain(text) + "\n")

    def note(self, text: str, style: str = "dim") -> None:
        """A line beside the result."""
        self.err.print(Text(plain(text), style), soft_wrap=True)

    def message(self, message: Message) -> None:
        """What was said, and what it rests on."""
        self.say(message.content)
        for number, cited in enumerate(message.citations, 1):
            self.say(_citation(number, cited), "dim")

    def complain(self, error: Exception) -> None:
        """What went wrong, in one line."""
        code = error.code if isinstance(error, ServiceError) else type(error).__name__
        request_id = error.request_id if isinstance(error, ServiceError) else None
        if self.as_json:
            problem = {"code": code, "message": str(error), "request_id": request_id}
            self.err.file.write(json.dumps({"error": problem}) + "\n")
        else:
            self.note(f"{error}{f' (request {request_id})' if request_id else ''}", "red")


def local_time(moment: datetime) -> str:
    """As people here read it."""
    return moment.astimezone().strftime("%Y-%m-%d %H:%M")


def _citation(number: int, cited: Citation) -> str:
    return f"  [{number}] “{cited.quote}” (memory {cited.memory_id})"


def _jsonable(value: object) -> object:
    if isinstance(value, datetime):
        return value.isoformat()
    if is_dataclass(value) and not isinstance(value, type):
        found: Mapping[str, object] = asdict(value)
        return found
    raise TypeError(type(value).__name__)


def _escaped(found: re.Match[str]) -> str:
    return f"\\u{ord(found.group()):04x}"
