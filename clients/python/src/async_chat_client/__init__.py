"""Ask an Async Chat service, and see the answer come.

    with ChatClient("https://chat.example.com", token) as client:
        turn = client.chat().ask("Where did I park the car?")
        print(turn.answer())

`AsyncChatClient` is the same with `await`. Errors stand in `async_chat_client.errors`, the updates of a turn in
`async_chat_client.updates`, a service for your own tests in `async_chat_client.testing`.
"""

from async_chat_client.async_chat import AsyncChat, AsyncTurn
from async_chat_client.async_client import AsyncChatClient
from async_chat_client.chat import Chat, Turn
from async_chat_client.client import ChatClient
from async_chat_client.flows import Patience, Timing
from async_chat_client.models import (
    ChatSummary,
    Citation,
    Health,
    Memory,
    Message,
    NewMemory,
    Page,
    Step,
    TurnState,
)

__all__ = [
    "AsyncChat",
    "AsyncChatClient",
    "AsyncTurn",
    "Chat",
    "ChatClient",
    "ChatSummary",
    "Citation",
    "Health",
    "Memory",
    "Message",
    "NewMemory",
    "Page",
    "Patience",
    "Step",
    "Timing",
    "Turn",
    "TurnState",
]
