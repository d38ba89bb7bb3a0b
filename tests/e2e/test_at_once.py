"""Concurrent asks, as impatient users and retrying proxies send them."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from tests.features.app import App
from tests.features.driver import Reply
from tests.features.http_driver import HttpDriver

TIMES = 10


def test_ten_concurrent_asks_with_one_key_are_one_turn(app: App) -> None:
    app.remember("Alice", "The passports are in the blue folder.")

    def ask(_: int) -> Reply:
        return app.ask("Alice", "Where are the passports?", key="one-tap")

    with ThreadPoolExecutor(TIMES) as phones:
        replies = list(phones.map(ask, range(TIMES)))

    assert {reply.status for reply in replies} == {200}
    (chat,) = {reply.body["chat_id"] for reply in replies}
    assert [reply.headers.get("idempotency-replayed") for reply in replies].count(None) == 1
    messages = app.poll_to_the_end("Alice", chat)["messages"]
    assert [message["role"] for message in messages] == ["user", "assistant"]


def test_one_of_ten_concurrent_questions_in_a_chat_is_accepted(app: App, driver: HttpDriver) -> None:
    chat = app.ask_until_answered("Alice", "Where are the passports?")["chat_id"]
    driver.agent_takes(20)
    with ThreadPoolExecutor(TIMES) as phones:
        replies = list(phones.map(lambda number: app.ask("Alice", f"Question {number}?", chat), range(TIMES)))

    assert sorted(reply.status for reply in replies) == [200] + [409] * (TIMES - 1)
    assert [message["role"] for message in app.page("Alice", chat)["messages"]] == ["user", "assistant", "user"]
