"""The subset of HTTP/1.1 that stubs and measuring clients use: small messages without pipelining."""

from typing import NamedTuple


class Message(NamedTuple):
    """A request or a response; header names in lower case."""

    path_or_status: str
    headers: dict[str, str]
    body: bytes


def take_message(received: bytearray) -> Message | None:
    """The first complete message, removed from the buffer; None until there is one."""
    end = received.find(b"\r\n\r\n")
    if end < 0:
        return None
    first, *lines = received[:end].decode("latin-1").split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    if headers.get("transfer-encoding", "").lower() == "chunked":
        body, after = _chunks(received, end + 4)
    else:
        after = end + 4 + int(headers.get("content-length", 0))
        body = bytes(received[end + 4 : after]) if len(received) >= after else None
    if body is None:
        return None
    del received[:after]
    return Message(first.split(" ")[1], headers, body)


def _chunks(received: bytearray, at: int) -> tuple[bytes | None, int]:
    body = b""
    while (line_end := received.find(b"\r\n", at)) >= 0:
        size = int(received[at:line_end].split(b";")[0], 16)
        after = line_end + 2 + size + 2
        if len(received) < after:
            break
        body += received[line_end + 2 : after - 2]
        at = after
        if size == 0:
            return body, at
    return None, at


def response(status: int, body: bytes, headers: dict[str, str]) -> bytes:
    """A response with keep-alive."""
    lines = [f"HTTP/1.1 {status} -", *(f"{name}: {value}" for name, value in headers.items())]
    return "\r\n".join([*lines, f"Content-Length: {len(body)}", "", ""]).encode("latin-1") + body
