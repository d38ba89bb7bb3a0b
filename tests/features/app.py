"""A client app: asks, polls when the service says, and reads the responses."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from tests.features.driver import Call, Driver, Reply

POLL_TIMEOUT_SECONDS = 100.0


class App:
    """Calls the service for the scenario's users, by name."""

    def __init__(self, driver: Driver) -> None:
        self._driver = driver

    def send(
        self,
        who: str | None,
        method: str,
        path: str,
        query: Mapping[str, str] | None = None,
        *,
        body: object = None,
        text: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Reply:
        """Any call; `body` is sent as JSON, `text` unchanged."""
        sent = text if body is None else json.dumps(body)
        return self._driver.call(Call(who, method, path, query or {}, headers or {}, sent))

    def ask(self, who: str, question: str, chat_id: str | None = None, key: str | None = None) -> Reply:
        body = {"question": question, **({"chat_id": chat_id} if chat_id else {})}
        return self.send(who, "POST", "/memories/chat", body=body, headers={"Idempotency-Key": key} if key else {})

    def answer(self, who: str, words: str, asked: dict[str, Any], key: str | None = None) -> Reply:
        """Answer what the agent asks on the page `asked`."""
        body = {"question": words, "chat_id": asked["chat_id"], "answers": asked["turn"]["input"]["id"]}
        return self.send(who, "POST", "/memories/chat", body=body, headers={"Idempotency-Key": key} if key else {})

    def accepted(self, reply: Reply) -> str:
        """The chat id of an accepted ask."""
        assert reply.status == 200, reply.text
        return str(reply.body["chat_id"])

    def poll(self, who: str, chat_id: str, **query: str) -> Reply:
        return self.send(who, "GET", "/chats/messages", query={"chat_id": chat_id, **query})

    def hold(self, who: str, chat_id: str, **query: str) -> Reply:
        """A poll that is held for up to 20 seconds."""
        return self.send(who, "GET", "/chats/messages/held", query={"chat_id": chat_id, "wait": "20", **query})

    def page(self, who: str, chat_id: str, **query: str) -> dict[str, Any]:
        """The body of a successful poll."""
        reply = self.poll(who, chat_id, **query)
        assert reply.status == 200, reply.text
        return reply.body

    def poll_until_begun(self, who: str, chat_id: str) -> Reply:
        """Poll every second until a worker has reported a step; returns the last poll's reply."""
        for _ in range(20):
            self._driver.wait(1)
            reply = self.poll(who, chat_id)
            if reply.body["turn"]["progress"]:
                return reply
        raise AssertionError("no worker has started")

    def poll_to_the_end(self, who: str, chat_id: str, timeout: float = POLL_TIMEOUT_SECONDS) -> dict[str, Any]:
        """Poll when the service says until the turn has ended; returns the last page."""
        waited = 0.0
        while (page := self.page(who, chat_id))["status"] == "thinking":
            assert waited < timeout, f"still thinking after {waited} s"
            pause = page["poll_after_ms"] / 1000
            self._driver.wait(pause)
            waited += pause
        return page

    def ask_until_answered(self, who: str, question: str, chat_id: str | None = None) -> dict[str, Any]:
        """Ask and poll; returns the page with the answer."""
        page = self.poll_to_the_end(who, self.accepted(self.ask(who, question, chat_id)))
        assert page["status"] == "answered", page
        return page

    def remember(self, who: str, *texts: str) -> list[str]:
        """Store memories; returns their ids."""
        reply = self.send(who, "POST", "/memories", body={"memories": [{"text": text} for text in texts]})
        assert reply.status == 201, reply.text
        return [str(memory_id) for memory_id in reply.body["memory_ids"]]

    def chats(self, who: str) -> list[dict[str, Any]]:
        reply = self.send(who, "GET", "/chats")
        assert reply.status == 200, reply.text
        chats: list[dict[str, Any]] = reply.body["chats"]
        return chats

    def chat_titled(self, who: str, title: str) -> str:
        """The id of a chat in the list, which may lag by about a second."""
        for _ in range(10):
            for chat in self.chats(who):
                if chat["title"] == title:
                    return str(chat["chat_id"])
            self._driver.wait(0.5)
        raise AssertionError(f"{who} has no chat titled {title}")
