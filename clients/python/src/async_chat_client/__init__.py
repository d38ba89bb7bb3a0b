"""Ask an Async Chat service and follow the turn until its answer.

    with ChatClient("https://chat.example.com", token) as client:
        turn = client.chat().ask("Where did I park the car?")
        print(turn.answer())

`AsyncChatClient` is the same with `await`. Errors are in `async_chat_client.errors`, a turn's updates in
`async_chat_client.updates`, a service for your own tests in `async_chat_client.testing`.
"""

from async_chat_client._async_chat import AsyncChat, AsyncTurn
from async_chat_client._async_client import AsyncChatClient
from async_chat_client._chat import Chat, Turn
from async_chat_client._client import ChatClient
from async_chat_client._models import (
    ChatSummary,
    Citation,
    Feedback,
    Health,
    InputRequest,
    Memory,
    Message,
    NewMemory,
    Page,
    Step,
    TurnState,
    Usage,
)
from async_chat_client._plain_text import plain
from async_chat_client._sansio import RetryBudget, Timing

__all__ = [
    "AsyncChat",
    "AsyncChatClient",
    "AsyncTurn",
    "Chat",
    "ChatClient",
    "ChatSummary",
    "Citation",
    "Feedback",
    "Health",
    "InputRequest",
    "Memory",
    "Message",
    "NewMemory",
    "Page",
    "RetryBudget",
    "Step",
    "Timing",
    "Turn",
    "TurnState",
    "Usage",
    "plain",
]
