"""API responses written by a test, served in the browser, for tests of what the page displays."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Route

CHAT = "01JZZZZZZZZZZZZZZZZZZZZZZZ"
OPEN = f"#chat={CHAT}"
NOW = datetime.now(UTC)
THEN = (NOW - timedelta(seconds=7)).isoformat(timespec="milliseconds").replace("+00:00", "Z")
LATER = (NOW + timedelta(seconds=63)).isoformat(timespec="milliseconds").replace("+00:00", "Z")

Json = dict[str, Any]


class ScriptedApi:
    """One chat and some memories."""

    def __init__(self) -> None:
        self.messages: list[Json] = []
        self.status = "answered"
        self.turn: Json = {}
        self.title = "Where did I park the car?"
        self.last_text = "Level 3, bay 12."
        self.unread = False
        self.memories: list[Json] = []
        self.found_by_search = True
        #: Whether polls are held; no held poll is answered.
        self.holds = False
        self.held: list[Route] = []

    def asked(self, question: str) -> ScriptedApi:
        return self._said(role="user", content=question)

    def answered(self, answer: str, *quotes: str) -> ScriptedApi:
        citations = [{"memory_id": _id("M", number), "quote": quote} for number, quote in enumerate(quotes)]
        return self._said(role="assistant", content=answer, citations=citations)

    def thinks(self, *steps: str, draft: str | None = None) -> ScriptedApi:
        self.status = "thinking"
        self.turn = {"phase": "running", "progress": [{"at": THEN, "text": step} for step in steps], "draft": draft}
        return self

    def ends(self) -> ScriptedApi:
        self.status, self.turn = "answered", {}
        return self

    def failed(self, sentence: str) -> ScriptedApi:
        self.status = "failed"
        self.turn = {"error": {"code": "worker_died", "message": sentence}}
        return self

    def stopped(self, reason: str) -> ScriptedApi:
        self.status = "cancelled"
        self.turn = {"cancel_reason": reason}
        return self

    def asks_back(self, question: str, *choices: str) -> ScriptedApi:
        self.answered(question)
        self.status = "needs_input"
        asked = {"id": self.messages[-1]["message_id"], "question": question, "expires_at": LATER}
        self.turn = {"input": {**asked, "choices": list(choices)}}
        return self

    def remembers(self, text: str, *tags: str) -> ScriptedApi:
        memory_id = _id("M", len(self.memories))
        self.memories.append({"memory_id": memory_id, "text": text, "occurred_at": THEN, "tags": list(tags)})
        return self

    def take_over(self, context: BrowserContext, url: str) -> None:
        """Answer every API call of this browser here; the page itself still comes from the service."""
        context.route(f"{url}chats/messages/held?*", self._hold)
        for path, answer in {
            r"chats/messages\?": self._poll,
            r"chats(\?|$)": self._chats,
            r"chats/\w+/read": lambda _: None,
            r"chats/\w+/messages/\w+/feedback": lambda _: None,
            r"memories/chat$": lambda _: {"chat_id": CHAT, "status": "thinking"},
            r"memories(\?|$)": self._search,
        }.items():
            context.route(re.compile(f"^{re.escape(url)}{path}"), _answering(answer))

    def _said(self, **message: Any) -> ScriptedApi:
        self.messages.append({"message_id": _id("A", len(self.messages)), "created_at": THEN, **message})
        return self

    def _hold(self, route: Route) -> None:
        self.held.append(route)

    def _poll(self, query: dict[str, list[str]]) -> Json:
        after = query.get("after", [""])[0]
        thinking = self.status == "thinking"
        times = {"asked_at": THEN, "started_at": THEN, "ended_at": None if thinking else LATER, "deadline": LATER}
        return {
            "chat_id": CHAT,
            "status": self.status,
            "messages": [message for message in self.messages if message["message_id"] > after],
            "turn": {"phase": "done", **times, "progress": [], "draft": None, "error": None, **self.turn},
            "after": self.messages[-1]["message_id"],
            "before": None,
            "poll_after_ms": (0 if self.holds else 300) if thinking else None,
            "wait": 20 if thinking and self.holds else None,
        }

    def _chats(self, _query: dict[str, list[str]]) -> Json:
        last = {"message_id": "01J", "role": "assistant", "content": self.last_text, "created_at": THEN}
        state = {"status": self.status, "unread": self.unread}
        return {"chats": [{"chat_id": CHAT, "title": self.title, "last_message": last, **state}], "next": None}

    def _search(self, query: dict[str, list[str]]) -> Json:
        if self.found_by_search:
            return {"memories": self.memories, "next": None}
        if "q" in query:
            return {"memories": [], "next": None}
        at, newest_first = int(query.get("cursor", ["0"])[0]), self.memories[::-1]
        return {"memories": [newest_first[at]], "next": str(at + 1) if newest_first[at + 1 :] else None}


def _id(letter: str, number: int) -> str:
    return f"01J{letter}{number:022}"


def _answering(answer: Any) -> Any:
    def handle(route: Route) -> None:
        body = answer(parse_qs(urlsplit(route.request.url).query))
        route.fulfill(status=204) if body is None else route.fulfill(json=body)

    return handle
