"""DynamoDB and Lambda with constant responses, in a process of its own. It counts operations.

`python aws.py` reads the responses as JSON from standard input, {"operation": [status, body]}, and prints its port.
`GET /counts` returns the operations since the last time.
"""

import asyncio
import json
import sys
import zlib
from collections import Counter
from typing import Any, Final

from tests.support.http_messages import Message, response, take_message

Answers = dict[str, bytes]
ASIDE: Final = "/counts"


class AwsStub(asyncio.Protocol):
    """One connection. Responses are prepared, so that the stub costs almost nothing."""

    def __init__(self, answers: Answers, counted: Counter[str]) -> None:
        self._answers = answers
        self._counted = counted
        self._received = bytearray()
        self._transport: Any = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._received += data
        while (request := take_message(self._received)) is not None:
            self._transport.write(self._answer(request))

    def _answer(self, request: Message) -> bytes:
        if request.path_or_status == ASIDE:
            counts = json.dumps(self._counted).encode()
            self._counted.clear()
            return response(200, counts, {"Content-Type": "application/json"})
        asked = self._asked(request)
        self._counted[asked] += 1
        return self._answers[asked]

    def _asked(self, request: Message) -> str:
        """The operation: DynamoDB's in a header, Lambda's in the path; with the table if that has its own response."""
        target = request.headers.get("x-amz-target")
        operation = target.rpartition(".")[2] if target else "Invoke"
        tables = (name for name in self._answers if name.startswith(f"{operation}:"))
        return next((name for name in tables if name.partition(":")[2].encode() in request.body), operation)


def _made(status: int, body: str) -> bytes:
    content = body.encode()
    headers = {"Content-Type": "application/x-amz-json-1.0", "x-amzn-RequestId": "REQUEST"}
    # DynamoDB's checksum, which botocore verifies.
    headers["x-amz-crc32"] = str(zlib.crc32(content))
    return response(status, content, headers)


async def _serve(answers: Answers) -> None:
    counted: Counter[str] = Counter()
    server = await asyncio.get_running_loop().create_server(lambda: AwsStub(answers, counted), "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(_serve({name: _made(*answer) for name, answer in json.load(sys.stdin).items()}))
