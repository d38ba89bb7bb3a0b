"""An OpenAI-compatible server on loopback, like Ollama, llama.cpp and vLLM: plays a script and records the requests."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from threading import Event
from typing import Any

from tests.fakes.loopback import JsonHandler, loopback_server


@dataclass(frozen=True)
class Completion:
    """One reply: the assistant's message and its delay in seconds, or an error's status."""

    message: Mapping[str, Any] = field(default_factory=dict)
    seconds: float = 0
    status: int = 200


Messages = list[dict[str, Any]]


@dataclass
class OpenAiServer:
    """Repeats the last completion for further requests; a completion may be computed from the request's messages."""

    script: Sequence[Completion | Callable[[Messages], Completion]]
    asked: list[dict[str, Any]] = field(default_factory=list)
    url: str = ""
    stopped: Event = field(default_factory=Event)

    def complete(self, request: dict[str, Any]) -> Completion:
        self.asked.append(request)
        turn = self.script[min(len(self.asked), len(self.script)) - 1]
        return turn(request["messages"]) if callable(turn) else turn


@contextmanager
def openai_server(*script: Completion | Callable[[Messages], Completion]) -> Iterator[OpenAiServer]:
    played = OpenAiServer(script)
    with loopback_server(_handler(played), played.stopped) as url:
        played.url = f"{url}/v1"
        yield played


def _handler(played: OpenAiServer) -> type[BaseHTTPRequestHandler]:
    class Handler(JsonHandler):
        def do_POST(self) -> None:  # noqa: N802  # as http.server calls it
            request = self.read_json()
            known = self.path == "/v1/chat/completions"
            completion = played.complete(request) if known else Completion(status=404)
            played.stopped.wait(completion.seconds)
            choice = {"index": 0, "message": {"role": "assistant", "content": None, **completion.message}}
            usage = {"prompt_tokens": 900, "completion_tokens": 40, "total_tokens": 940}
            self.send_json(completion.status, {"object": "chat.completion", "choices": [choice], "usage": usage})

    return Handler


def calls(*tools: tuple[str, Mapping[str, Any]], seconds: float = 0) -> Completion:
    """The model calls tools, in parallel."""
    wanted = [
        {"id": f"call_{number}", "type": "function", "function": {"name": name, "arguments": json.dumps(arguments)}}
        for number, (name, arguments) in enumerate(tools)
    ]
    return Completion({"tool_calls": wanted}, seconds)


def says(text: str, seconds: float = 0) -> Completion:
    return Completion({"content": text}, seconds)
