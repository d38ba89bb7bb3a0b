"""The API's routes in memory."""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import format_datetime
from hashlib import sha256
from itertools import count
from typing import Any, TypeAlias

import httpx

from async_chat_client.testing._fake_chat import FakeChat, Json, ScriptedTurn, message, rfc3339

LONGEST_WAIT = 20
LOOK_EVERY = 0.25
GATHER = timedelta(seconds=1)


class Refusal(Exception):
    """An error of the contract."""

    def __init__(self, status: int, code: str, retry_after: int | None = None) -> None:
        super().__init__(code)
        self.status = status
        self.code = code
        self.retry_after = retry_after


@dataclass(frozen=True, slots=True)
class Call:
    """One request as the routes see it. `part` is the id in the path, `second` the one after it."""

    request: httpx.Request
    user: str
    part: str = ""
    second: str = ""

    @property
    def body(self) -> Json:
        found: Json = json.loads(self.request.content)
        return found

    @property
    def query(self) -> httpx.QueryParams:
        return self.request.url.params


Route: TypeAlias = Callable[[Call], httpx.Response]


class FakeApi:
    """All users' chats and memories at the time `now()`. `sleep` takes seconds."""

    def __init__(self, now: Callable[[], datetime], sleep: Callable[[float], None]) -> None:
        self.scripts: list[ScriptedTurn] = []
        self.first_hint = 2
        self.hints: list[int | None] = [2000]
        self.holds = False
        self.turns_run = 0
        self._now = now
        self._sleep = sleep
        self._ids = count(1)
        self._chats: dict[str, FakeChat] = {}
        self._memories: dict[str, tuple[str, Json]] = {}
        self._keys: dict[tuple[str, str], tuple[Json, str]] = {}
        self._memory_keys: dict[tuple[str, str], tuple[Json, list[str]]] = {}
        self._routes: dict[str, Route] = {
            r"POST /memories/chat": self._ask,
            r"GET /chats/messages": self._poll,
            r"GET /chats/messages/held": self._hold,
            r"GET /chats": self._list_chats,
            r"POST /chats/([^/]+)/retry": self._retry,
            r"POST /chats/([^/]+)/cancel": self._cancel,
            r"POST /chats/([^/]+)/read": self._mark_read,
            r"PUT /chats/([^/]+)/messages/([^/]+)/feedback": self._rate,
            r"DELETE /chats/([^/]+)": self._delete,
            r"POST /memories": self._remember,
            r"GET /memories": self._list_memories,
            r"DELETE /memories/([^/]+)": self._forget,
        }

    def answer(self, request: httpx.Request) -> httpx.Response:
        """Answer one request, after ending every turn that is due."""
        self._settle()
        try:
            response = self._find(request)
        except Refusal as refusal:
            response = _problem(refusal)
        response.headers["Date"] = format_datetime(self._now(), usegmt=True)
        return response

    def _settle(self) -> None:
        for chat in self._chats.values():
            chat.settle(self._now(), self._new_id())

    def _find(self, request: httpx.Request) -> httpx.Response:
        asked = f"{request.method} {request.url.path}"
        if asked == "GET /health":
            return httpx.Response(200, json={"status": "ok", "version": "0.1.0", "workspace": "test"})
        user = request.headers.get("authorization", "").removeprefix("Bearer ")
        if user in {"", "expired"}:
            return httpx.Response(401, json={"message": "Unauthorized"})
        for pattern, route in self._routes.items():
            if found := re.fullmatch(pattern, asked):
                return route(Call(request, user, *found.groups()))
        raise Refusal(404, "route_not_found")

    def _ask(self, call: Call) -> httpx.Response:
        key = (call.user, call.request.headers.get("idempotency-key", self._new_id()))
        if key in self._keys:
            body, chat_id = self._keys[key]
            if body != _told(call):
                raise Refusal(422, "idempotency_key_reused")
            return self._thinking(chat_id, {"Idempotency-Replayed": "true"})
        question = str(call.body.get("question", "")).strip()
        if not question:
            raise Refusal(400, "question_missing")
        named = call.body.get("chat_id")
        chat = self._chat(named, call.user) if named else self._new_chat(call.user)
        if chat.messages and chat.status == "thinking":
            raise Refusal(409, "chat_busy", retry_after=5)
        if answers := call.body.get("answers"):
            self._check_answer(chat, answers)
        chat.messages.append(message(self._new_id(), "user", question, self._now()))
        self._begin(chat)
        self._keys[key] = (_told(call), chat.chat_id)
        return self._thinking(chat.chat_id)

    def _check_answer(self, chat: FakeChat, answers: str) -> None:
        if chat.input is None or chat.input["id"] != answers:
            raise Refusal(404, "input_not_found")
        if rfc3339(self._now()) >= chat.input["expires_at"]:
            raise Refusal(409, "input_expired")

    def _retry(self, call: Call) -> httpx.Response:
        chat = self._chat(call.part, call.user)
        if chat.status == "thinking":
            raise Refusal(409, "chat_busy", retry_after=5)
        if chat.status in {"answered", "needs_input"}:
            raise Refusal(409, "nothing_to_retry")
        self._begin(chat)
        return self._thinking(chat.chat_id)

    def _poll(self, call: Call) -> httpx.Response:
        chat = self._chat(call.query["chat_id"], call.user)
        body, wait = _page(chat, call.query, self._now()), _wait(call)
        hold = self.holds and chat.status == "thinking" and bool(wait) and "before" not in call.query
        hint = 0 if hold else self._next_hint() if chat.status == "thinking" else None
        etag = _etag(body)
        headers = {"ETag": etag, **({} if hint is None else {"Retry-After": str(-(-hint // 1000))})}
        if call.request.headers.get("if-none-match") == etag:
            return httpx.Response(304, headers=headers)
        told = {} if wait is None or not self.holds else {"wait": wait if hold else None}
        return httpx.Response(200, json={**body, "poll_after_ms": hint, **told}, headers=headers)

    def _hold(self, call: Call) -> httpx.Response:
        if not self.holds:
            raise Refusal(404, "route_not_found")
        wait = _wait(call)
        if "before" in call.query:
            raise Refusal(400, "invalid_request")
        first = _page(self._chat(call.query["chat_id"], call.user), call.query, self._now())
        seen = call.request.headers.get("if-none-match", "" if first["messages"] else _etag(first))
        end = self._now() + timedelta(seconds=LONGEST_WAIT if wait is None else wait)
        gathered = self._now() + GATHER
        while self._now() < end:
            chat = self._chat(call.query["chat_id"], call.user)
            body = _page(chat, call.query, self._now())
            # Steps and drafts are gathered.
            soon = chat.status != "thinking" or body["messages"] or self._now() >= gathered
            if chat.status != "thinking" or (soon and _etag(body) != seen):
                break
            self._sleep(LOOK_EVERY)
            self._settle()
        return self._poll(call)

    def _list_chats(self, call: Call) -> httpx.Response:
        mine = [chat for chat in self._chats.values() if chat.user == call.user]
        newest = sorted(mine, key=lambda chat: str(chat.messages[-1]["message_id"]), reverse=True)
        return _listed("chats", [chat.summary() for chat in newest], call)

    def _cancel(self, call: Call) -> httpx.Response:
        chat = self._chat(call.part, call.user)
        chat.cancel(self._now())
        return httpx.Response(200, json={"chat_id": chat.chat_id, "status": chat.status})

    def _mark_read(self, call: Call) -> httpx.Response:
        chat = self._chat(call.part, call.user)
        chat.read_up_to = chat.messages[-1]["message_id"]
        return httpx.Response(204)

    def _rate(self, call: Call) -> httpx.Response:
        for found in self._chat(call.part, call.user).messages:
            if found["message_id"] == call.second and found["role"] == "assistant":
                found["feedback"] = {"reason": None, **call.body}
                return httpx.Response(204)
        raise Refusal(404, "answer_not_found")

    def _delete(self, call: Call) -> httpx.Response:
        del self._chats[self._chat(call.part, call.user).chat_id]
        return httpx.Response(204)

    def _remember(self, call: Call) -> httpx.Response:
        key = (call.user, call.request.headers.get("idempotency-key", self._new_id()))
        if key in self._memory_keys:
            body, ids = self._memory_keys[key]
            if body != _told(call):
                raise Refusal(422, "idempotency_key_reused")
            return httpx.Response(201, json={"memory_ids": ids}, headers={"Idempotency-Replayed": "true"})
        ids = []
        for new in call.body.get("memories", [call.body]):
            ids.append(self._new_id())
            self._memories[ids[-1]] = (call.user, _memory(ids[-1], new, self._now()))
        self._memory_keys[key] = (_told(call), ids)
        return httpx.Response(201, json={"memory_ids": ids})

    def _list_memories(self, call: Call) -> httpx.Response:
        words = call.query.get("q", "").lower()
        mine = [memory for owner, memory in reversed(self._memories.values()) if owner == call.user]
        return _listed("memories", [memory for memory in mine if words in memory["text"].lower()], call)

    def _forget(self, call: Call) -> httpx.Response:
        if self._memories.get(call.part, ("", {}))[0] != call.user:
            raise Refusal(404, "memory_not_found")
        del self._memories[call.part]
        return httpx.Response(204)

    def _chat(self, chat_id: str, user: str) -> FakeChat:
        if chat_id not in self._chats:
            raise Refusal(404, "chat_not_found")
        if self._chats[chat_id].user != user:
            raise Refusal(403, "chat_forbidden")
        return self._chats[chat_id]

    def _new_chat(self, user: str) -> FakeChat:
        chat = FakeChat(self._new_id(), user, ScriptedTurn(), self._now())
        self._chats[chat.chat_id] = chat
        return chat

    def _begin(self, chat: FakeChat) -> None:
        self.turns_run += 1
        chat.begin(self.scripts.pop(0) if self.scripts else ScriptedTurn(), self._now())

    def _thinking(self, chat_id: str, headers: dict[str, str] | None = None) -> httpx.Response:
        headers = {"Retry-After": str(self.first_hint), **(headers or {})}
        return httpx.Response(200, json={"chat_id": chat_id, "status": "thinking"}, headers=headers)

    def _next_hint(self) -> int | None:
        return self.hints.pop(0) if len(self.hints) > 1 else self.hints[0]

    def _new_id(self) -> str:
        return f"{next(self._ids):026d}"


def _told(call: Call) -> Json:
    """The body as far as it makes two requests with one key different."""
    memories = call.body.get("memories")
    told = {**call.body, **({"memories": [_without_zone(memory) for memory in memories]} if memories else {})}
    return _without_zone(told)


def _without_zone(body: Json) -> Json:
    return {name: value for name, value in body.items() if name != "time_zone"}


def _memory(memory_id: str, new: Json, now: datetime) -> Json:
    happened = new.get("occurred_at") or rfc3339(now)
    day = happened if "T" not in happened else None
    return {
        "memory_id": memory_id,
        "text": new["text"],
        "occurred_at": f"{day}T12:00:00.000Z" if day else happened,
        "tags": new.get("tags", []),
        "day": day,
        "time_zone": None if day else new.get("time_zone"),
    }


def _page(chat: FakeChat, query: httpx.QueryParams, now: datetime) -> Json:
    after, before, limit = query.get("after"), query.get("before"), int(query.get("limit", 50))
    if after:
        found = [message for message in chat.messages if message["message_id"] > after][:limit]
    else:
        found = [message for message in chat.messages if not before or message["message_id"] < before][-limit:]
    older = found and not after and found[0] is not chat.messages[0]
    return {
        "chat_id": chat.chat_id,
        "status": chat.status,
        "messages": found,
        "turn": chat.turn(now),
        "after": found[-1]["message_id"] if found else after,
        "before": found[0]["message_id"] if older else None,
    }


def _etag(body: Json) -> str:
    return f'"{sha256(json.dumps(body).encode()).hexdigest()[:16]}"'


def _wait(call: Call) -> int | None:
    wait = call.query.get("wait")
    if wait is not None and not (re.fullmatch("[0-9]{1,2}", wait) and int(wait) <= LONGEST_WAIT):
        raise Refusal(400, "invalid_request")
    return None if wait is None else int(wait)


def _listed(name: str, found: list[Json], call: Call) -> httpx.Response:
    limit, start = int(call.query.get("limit", 50)), int(call.query.get("cursor", 0))
    more = start + limit < len(found)
    body: dict[str, Any] = {name: found[start : start + limit], "next": str(start + limit) if more else None}
    return httpx.Response(200, json=body)


def _problem(refusal: Refusal) -> httpx.Response:
    words = refusal.code.replace("_", " ")
    body = {
        "type": "about:blank",
        "title": words.capitalize(),
        "status": refusal.status,
        "detail": f"This is {words}.",
        "code": refusal.code,
        "request_id": "request-1",
    }
    headers = {} if refusal.retry_after is None else {"Retry-After": str(refusal.retry_after)}
    return httpx.Response(refusal.status, json=body, headers={"Content-Type": "application/problem+json", **headers})
