"""Steps of requests.feature."""

from __future__ import annotations

from pytest_bdd import given, parsers, scenarios, then, when

from domain.records import IdempotencyRecord, NewQuestion
from tests.fakes.chat_repository import InMemoryChatRepository
from tests.features.app import App
from tests.features.driver import Reply
from tests.features.in_process_driver import InProcessDriver

scenarios("requests.feature")


class RaisingChatRepository(InMemoryChatRepository):
    """Raises an error that no port may raise."""

    words = ""

    def save_question(self, new: NewQuestion) -> IdempotencyRecord | None:
        raise KeyError(self.words)


@given(parsers.parse('an unexpected error with the text "{words}"'))
def _(in_process: InProcessDriver, words: str) -> None:
    raising = RaisingChatRepository()
    raising.words = words
    in_process.replace_chats(raising)


@when(parsers.parse('{who:w} sends the ask {body} as "{media_type}"'), target_fixture="reply")
def _(app: App, who: str, body: str, media_type: str) -> Reply:
    return app.send(who, "POST", "/memories/chat", text=body, headers={"Content-Type": media_type})


@when(parsers.parse("{who:w} sends an ask of {size:d} bytes"), target_fixture="reply")
def _(app: App, who: str, size: int) -> Reply:
    empty = '{"question": ""}'
    return app.send(who, "POST", "/memories/chat", body={"question": "w" * (size - len(empty))})


@then(parsers.parse('{who:w} sees a chat whose question is "{question}"'))
def _(app: App, who: str, chat: str, question: str) -> None:
    assert app.page(who, chat)["messages"][0]["content"] == question


@then(parsers.parse('the response allows "{methods}"'))
def _(reply: Reply, methods: str) -> None:
    assert reply.headers["allow"] == methods


@then(parsers.parse('the response contains neither "{first}" nor "{second}"'))
def _(reply: Reply, first: str, second: str) -> None:
    assert first not in reply.text
    assert second not in reply.text
