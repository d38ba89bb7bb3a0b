"""The blocking and the asynchronous client have the same interface."""

import inspect

import pytest

from async_chat_client import AsyncChat, AsyncChatClient, AsyncTurn, Chat, ChatClient, Turn
from async_chat_client._async_memories import AsyncMemories
from async_chat_client._memories import Memories

PAIRS = [(ChatClient, AsyncChatClient), (Chat, AsyncChat), (Turn, AsyncTurn), (Memories, AsyncMemories)]


def offer(kind: type) -> dict[str, list[str]]:
    """Public methods and properties with the names of their parameters."""
    found = {name: member for name, member in vars(kind).items() if not name.startswith("_")}
    return {
        name: list(inspect.signature(member).parameters) if inspect.isfunction(member) else []
        for name, member in found.items()
    }


@pytest.mark.parametrize(("blocking", "asynchronous"), PAIRS)
def test_both_clients_have_the_same_methods(blocking: type, asynchronous: type) -> None:
    assert offer(blocking) == offer(asynchronous)


@pytest.mark.parametrize(("blocking", "asynchronous"), PAIRS)
def test_both_clients_take_the_same_arguments(blocking: type, asynchronous: type) -> None:
    assert list(inspect.signature(blocking).parameters) == list(inspect.signature(asynchronous).parameters)
