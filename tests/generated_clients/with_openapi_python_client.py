"""The same on the client that openapi-python-client makes."""

import json
import sys

from async_chat_api_client import AuthenticatedClient
from async_chat_api_client.api.chats import ask, poll
from async_chat_api_client.api.memories import remember
from async_chat_api_client.models import (
    AskRequest,
    AskResponse,
    MemoryBatch,
    NewMemoryBody,
    PollResponse,
    Problem,
)

client = AuthenticatedClient(base_url=sys.argv[1], token="alice")
asked = ask.sync(client=client, body=AskRequest(question="Where did I park the car?"))
assert isinstance(asked, AskResponse)
polled = poll.sync(client=client, chat_id=asked.chat_id)
assert isinstance(polled, PollResponse)
refused = remember.sync(client=client, body=MemoryBatch(memories=[NewMemoryBody(text="x"), NewMemoryBody(text=" ")]))
assert isinstance(refused, Problem)
seen = {
    "status": polled.status,
    "texts": [f"{message.role}: {message.content}" for message in polled.messages],
    "code": refused.code,
    "pointers": [fault.pointer for fault in refused.errors or []],
}
sys.stdout.write(json.dumps(seen))
