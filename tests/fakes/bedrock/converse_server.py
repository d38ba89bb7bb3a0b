"""Bedrock's ConverseStream on loopback: plays replies in order and records the requests."""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from threading import Event
from typing import Any

from tests.fakes.bedrock.event_stream import event, exception
from tests.fakes.loopback import JsonHandler, loopback_server


@dataclass(frozen=True)
class Reply:
    """A stream of events with `pause` seconds before each, or an error instead of a stream.

    `closes` announces that the connection will not be used again, as some proxies do.
    """

    frames: Sequence[bytes] = ()
    pause: float = 0
    closes: bool = False
    status: int = 200
    error: str = ""
    message: str = ""


@dataclass
class ConverseServer:
    """Repeats the last reply for further requests."""

    replies: Sequence[Reply]
    asked: list[dict[str, Any]] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)
    url: str = ""
    stopped: Event = field(default_factory=Event)

    def next_reply(self, path: str, body: dict[str, Any]) -> Reply:
        self.asked.append(body)
        self.paths.append(path)
        return self.replies[min(len(self.asked), len(self.replies)) - 1]


@contextmanager
def converse_server(*replies: Reply) -> Iterator[ConverseServer]:
    script = ConverseServer(replies)
    with loopback_server(_handler(script), script.stopped) as url:
        script.url = url
        yield script


def _handler(script: ConverseServer) -> type[BaseHTTPRequestHandler]:
    class Handler(JsonHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:  # noqa: N802  # as http.server calls it
            reply = script.next_reply(self.path, self.read_json())
            if reply.status != 200:
                self.send_json(reply.status, {"message": reply.message}, {"x-amzn-ErrorType": reply.error})
                return
            self.send_response(200)
            self.send_header("Content-Type", "application/vnd.amazon.eventstream")
            self.send_header("Transfer-Encoding", "chunked")
            if reply.closes:
                self.send_header("Connection", "close")
            self.end_headers()
            with suppress(OSError):  # the client has closed the connection
                for frame in (*reply.frames, b""):
                    script.stopped.wait(reply.pause)
                    self.wfile.write(b"%x\r\n%b\r\n" % (len(frame), frame))
                    self.wfile.flush()

    return Handler


# ---- Bedrock's replies


def stream(*blocks: Sequence[bytes], stop: str, pause: float = 0) -> Reply:
    usage = {"inputTokens": 1200, "outputTokens": 80, "totalTokens": 1280}
    frames = [event("messageStart", {"role": "assistant"})]
    for block in blocks:
        frames.extend(block)
    frames.append(event("messageStop", {"stopReason": stop}))
    frames.append(event("metadata", {"usage": usage, "metrics": {"latencyMs": 900}}))
    return Reply(frames, pause)


def tool_use(index: int, name: str, arguments: Mapping[str, Any] | str, piece: int = 24) -> list[bytes]:
    """A tool call, its arguments in pieces of JSON."""
    text = arguments if isinstance(arguments, str) else json.dumps(arguments)
    tool = {"toolUse": {"toolUseId": f"tooluse_{index}{name}", "name": name}}
    return [
        event("contentBlockStart", {"contentBlockIndex": index, "start": tool}),
        *(
            event(
                "contentBlockDelta",
                {"contentBlockIndex": index, "delta": {"toolUse": {"input": text[start : start + piece]}}},
            )
            for start in range(0, len(text), piece)
        ),
        event("contentBlockStop", {"contentBlockIndex": index}),
    ]


def text(index: int, words: str, piece: int = 24) -> list[bytes]:
    return [
        *(
            event("contentBlockDelta", {"contentBlockIndex": index, "delta": {"text": words[start : start + piece]}})
            for start in range(0, len(words), piece)
        ),
        event("contentBlockStop", {"contentBlockIndex": index}),
    ]


def searches(*phrasings: str, pause: float = 0) -> Reply:
    return stream(tool_use(0, "search_memories", {"phrasings": list(phrasings)}), stop="tool_use", pause=pause)


def answers(words: str, *citations: tuple[str, str], pause: float = 0) -> Reply:
    cited = [{"memory": label, "quote": quote} for label, quote in citations]
    return stream(tool_use(0, "answer", {"text": words, "citations": cited}), stop="tool_use", pause=pause)


def says(words: str, stop: str = "end_turn", pause: float = 0) -> Reply:
    return stream(text(0, words), stop=stop, pause=pause)


def refused(status: int, error: str, message: str = "no") -> Reply:
    return Reply(status=status, error=error, message=message)


def breaks_off(kind: str) -> Reply:
    """A stream that ends in an exception after its first words."""
    return Reply([event("messageStart", {"role": "assistant"}), *text(0, "Let me")[:-1], exception(kind, "later")])
