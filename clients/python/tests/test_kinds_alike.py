"""The blocking and the asynchronous client offer the same, under the same names."""

import inspect

import pytest

from async_chat_client import AsyncChat, AsyncChatClient, AsyncTurn, Chat, ChatClient, Turn
from async_chat_client._async_memories import AsyncMemories
from async_chat_client._memories import Memories

PAIRS = [(ChatClient, AsyncChatClient), (Chat, AsyncChat), (Turn, AsyncTurn), (Memories, AsyncMemories)]


def offer(kind: type) -> dict[str, list[str]]:
    """Public methods and properties, with the names of what they take."""
    found = {name: member for name, member in vars(kind).items() if not name.startswith("_")}
    return {
        name: list(inspect.signature(member).parameters) if inspect.isfunction(member) else []
        for name, member in found.items()
    }


@pytest.mark.parametrize(("blocking", "asynchronous"), PAIRS)
def test_both_kinds_offer_the_same(blocking: type, asynchronous: type) -> None:
    assert offer(blocking) == offer(asynchronous)


@pytest.mark.parametrize(("blocking", "asynchronous"), PAIRS)
def test_both_kinds_are_made_the_same_way(blocking: type, asynchronous: type) -> None:
    assert list(inspect.signature(blocking).parameters) == list(inspect.signature(asynchronous).parameters)
