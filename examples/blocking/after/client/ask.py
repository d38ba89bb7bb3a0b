"""A program that asks."""

from async_chat_client import ChatClient


def ask(question: str, base_url: str, token: str) -> str:
    with ChatClient(base_url, token) as client:
        return str(client.chat().ask(question).answer())
