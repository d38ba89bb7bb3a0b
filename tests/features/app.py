"""The app on somebody's phone: asks, polls as it is told, and shows what came back."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from tests.features.driver import Call, Driver, Reply

PATIENCE_SECONDS = 100.0


class App:
    """Calls the service for the people of a story, by their names."""

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
        """Any call; `body` is sent as JSON, `text` as it is."""
        sent = text if body is None else json.dumps(body)
        return self._driver.call(Call(who, method, path, query or {}, headers or {}, sent))

    def ask(self, who: str, question: str, chat_id: str | None = None, key: str | None = None) -> Reply:
        body = {"question": question, **({"chat_id": chat_id} if chat_id else {})}
        return self.send(who, "POST", "/memories/chat", body=body, headers={"Idempotency-Key": key} if key else {})

    def accepted(self, reply: Reply) -> str:
        """The chat of an ask, which has to have been accepted."""
        assert reply.status == 200, reply.text
        return str(reply.body["chat_id"])

    def poll(self, who: str, chat_id: str, **query: str) -> Reply:
        return self.send(who, "GET", "/chats/messages", query={"chat_id": chat_id, **query})

    def page(self, who: str, chat_id: str, **query: str) -> dict[str, Any]:
        """What a poll shows, which has to succeed."""
        reply = self.poll(who, chat_id, **query)
        assert reply.status == 200, reply.text
        return reply.body

    def poll_until_begun(self, who: str, chat_id: str) -> Reply:
        """Poll every second until a worker has claimed the turn and reported a step; what the last poll got."""
        for _ in range(20):
            self._driver.wait(1)
            reply = self.poll(who, chat_id)
            if reply.body["turn"]["progress"]:
                return reply
        raise AssertionError("no worker has begun")

    def poll_to_the_end(self, who: str, chat_id: str, patience: float = PATIENCE_SECONDS) -> dict[str, Any]:
        """Poll when told to until the turn has ended; what the last poll shows."""
        waited = 0.0
        while (page := self.page(who, chat_id))["status"] == "thinking":
            assert waited < patience, f"still thinking after {waited} s"
            pause = page["poll_after_ms"] / 1000
            self._driver.wait(pause)
            waited += pause
        return page

    def ask_until_answered(self, who: str, question: str, chat_id: str | None = None) -> dict[str, Any]:
        """Ask and poll; what the poll with the answer shows."""
        page = self.poll_to_the_end(who, self.accepted(self.ask(who, question, chat_id)))
        assert page["status"] == "answered", page
        return page

    def remember(self, who: str, *texts: str) -> list[str]:
        """The memories' ids."""
        reply = self.send(who, "POST", "/memories", body={"memories": [{"text": text} for text in texts]})
        assert reply.status == 201, reply.text
        return [str(memory_id) for memory_id in reply.body["memory_ids"]]

    def chats(self, who: str) -> list[dict[str, Any]]:
        """The list of chats as it now is."""
        reply = self.send(who, "GET", "/chats")
        assert reply.status == 200, reply.text
        chats: list[dict[str, Any]] = reply.body["chats"]
        return chats

    def chat_titled(self, who: str, title: str) -> str:
        """The id of a chat in the list, which may lag behind by about a second."""
        for _ in range(10):
            for chat in self.chats(who):
                if chat["title"] == title:
                    return str(chat["chat_id"])
            self._driver.wait(0.5)
        raise AssertionError(f"{who} has no chat titled {title}")
