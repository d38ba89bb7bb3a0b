"""Every call of the API as a flow (see `_sansio.py`)."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from itertools import islice
from typing import Any
from urllib.parse import quote
from uuid import uuid4

from async_chat_client import _bodies
from async_chat_client._models import ChatSummary, Feedback, Health, Memory, NewMemory, Page, Status
from async_chat_client._replies import read, retry_after
from async_chat_client._sansio import Emit, Flow, Reply, Request, RetryBudget, Stream, Timing
from async_chat_client._send import send_with_retries
from async_chat_client._watch import Watch, Watches
from async_chat_client.errors import AsyncChatError, UnreadableReply

#: The service's limit for one request.
BATCH = 100
FIRST_WAIT = 2.0


class NotAnId(ValueError):
    """This text names no chat and no memory."""


@dataclass(frozen=True, slots=True)
class Accepted:
    """The question is stored. `first_wait`: seconds until the first poll."""

    chat_id: str
    first_wait: float


@dataclass(frozen=True, slots=True)
class Calls:
    """The API's calls. A call is retried while it is safe to repeat and `retry_budget` allows.

    `time_zone` is the IANA name of the person's zone. `hold`: polls may be held.
    """

    retry_budget: RetryBudget
    timing: Timing
    time_zone: str | None = None
    hold: bool = True
    watches: Watches = field(default_factory=Watches)

    def watch(self, accepted: Accepted, question: str | None, *, new_turn: bool = True) -> Watch:
        """Watch the turn of an accepted question, or the chat's latest turn if it is not a new one."""
        watch = Watch(accepted.chat_id, question, accepted.first_wait, self.retry_budget, self.timing, hold=self.hold)
        self.watches.add(watch, new_turn=new_turn)
        return watch

    def ask(self, question: str, chat_id: str | None, key: str | None, answers: str | None = None) -> Flow[Accepted]:
        """Ask in a new chat, or in `chat_id`; an empty id is none. Without `key`, a random idempotency key is used."""
        key = key or uuid4().hex
        request = Request(
            "POST",
            "/memories/chat",
            headers={"Idempotency-Key": key},
            body={
                "question": question,
                **({} if chat_id is None else {"chat_id": _chat_id(chat_id)}),
                **({"answers": answers} if answers else {}),
                **self._zone,
            },
            waits_while_busy=True,
        )
        with _repeatable(key):
            reply = yield from self._answered(request)
            return Accepted(read(reply, _bodies.chat_id), _first_wait(reply))

    def retry(self, chat_id: str) -> Flow[Accepted]:
        """Run the last turn again. It has no idempotency key; `done_if` tells the outcome of a lost response."""
        done = frozenset({"chat_busy", "nothing_to_retry"})
        request = Request("POST", f"/chats/{_part(chat_id)}/retry", done_if=done)
        reply = yield from send_with_retries(request, self.retry_budget, self.timing)
        return Accepted(chat_id, _first_wait(reply) if reply else 0.0)

    def cancel(self, chat_id: str) -> Flow[Status]:
        """Stop the running turn, and tell its watches. Returns the last turn's status."""
        reply = yield from self._answered(Request("POST", f"/chats/{_part(chat_id)}/cancel"))
        status = read(reply, _bodies.status)
        self.watches.tell(chat_id, status)
        return status

    def mark_read(self, chat_id: str) -> Flow[None]:
        yield from send_with_retries(Request("POST", f"/chats/{_part(chat_id)}/read"), self.retry_budget, self.timing)

    def rate(self, chat_id: str, message_id: str, feedback: Feedback) -> Flow[None]:
        path = f"/chats/{_part(chat_id)}/messages/{_part(message_id)}/feedback"
        reason = {"reason": feedback.reason} if feedback.reason else {}
        request = Request("PUT", path, body={"rating": feedback.rating, **reason})
        yield from send_with_retries(request, self.retry_budget, self.timing)

    def delete(self, chat_id: str) -> Flow[None]:
        request = Request("DELETE", f"/chats/{_part(chat_id)}", done_if=frozenset({"chat_not_found"}))
        yield from send_with_retries(request, self.retry_budget, self.timing)

    def page(self, chat_id: str, limit: int, before: str | None) -> Flow[Page]:
        """A page of messages: the newest, or those before the cursor `before`."""
        query = {"chat_id": chat_id, "limit": str(limit), **({"before": before} if before else {})}
        reply = yield from self._answered(Request("GET", "/chats/messages", query=query))
        return read(reply, _bodies.page)

    def chats(self) -> Stream[ChatSummary]:
        """The user's chats, newest activity first. Pages are fetched as the stream is consumed."""
        cursor: str | None = ""
        while cursor is not None:
            query = {"cursor": cursor} if cursor else {}
            reply = yield from self._answered(Request("GET", "/chats", query=query))
            found, cursor = read(
                reply, lambda body: ([*map(_bodies.chat_summary, body["chats"])], _bodies.cursor(body["next"]))
            )
            for chat in found:
                yield Emit(chat)

    def memories(self, words: str | None) -> Stream[Memory]:
        """The user's memories, newest first; with `words`, the matching ones, best first."""
        cursor: str | None = ""
        while cursor is not None:
            searched = {} if words is None else {"q": words, **self._zone}
            query = {**searched, **({"cursor": cursor} if cursor else {})}
            reply = yield from self._answered(Request("GET", "/memories", query=query))
            found, cursor = read(
                reply, lambda body: ([*map(_bodies.memory, body["memories"])], _bodies.cursor(body["next"]))
            )
            for memory in found:
                yield Emit(memory)

    def remember(self, memories: Iterable[NewMemory], key: str | None) -> Stream[tuple[str, ...]]:
        """Store memories in batches. Emits the ids of each batch once it is stored.

        Each batch has an idempotency key made of `key`, or of a random one, and its number.
        """
        key = key or uuid4().hex
        for number, batch in enumerate(_batches(memories), 1):
            request = Request(
                "POST",
                "/memories",
                headers={"Idempotency-Key": f"{key}-{number}"},
                body={"memories": [{**self._zone, **_bodies.new_memory(memory)} for memory in batch]},
                timeout=35.0,  # longer than API Gateway's 30 seconds
            )
            with _repeatable(key, begun=number > 1):
                reply = yield from self._answered(request)
                ids = read(reply, partial(_stored, len(batch)))
            yield Emit(ids)

    def forget(self, memory_id: str) -> Flow[None]:
        request = Request("DELETE", f"/memories/{_part(memory_id)}", done_if=frozenset({"memory_not_found"}))
        yield from send_with_retries(request, self.retry_budget, self.timing)

    def health(self) -> Flow[Health]:
        reply = yield from self._answered(Request("GET", "/health"))
        return read(reply, _bodies.health)

    @property
    def _zone(self) -> dict[str, str]:
        return {"time_zone": self.time_zone} if self.time_zone else {}

    def _answered(self, request: Request) -> Flow[Reply]:
        reply = yield from send_with_retries(request, self.retry_budget, self.timing)
        assert reply is not None, "only done_if makes the reply None"
        return reply


@contextmanager
def _repeatable(key: str, *, begun: bool = False) -> Iterator[None]:
    """After an error, say under which key to repeat what may have taken effect, or has `begun` to."""
    try:
        yield
    except AsyncChatError as error:
        if begun or error.idempotency_key or isinstance(error, UnreadableReply):
            error.idempotency_key = key
        raise


def _stored(count: int, body: dict[str, Any]) -> tuple[str, ...]:
    return _bodies.ids(body["memory_ids"], count)


def _first_wait(reply: Reply) -> float:
    hint = retry_after(reply)
    return FIRST_WAIT if hint is None else hint


def _chat_id(value: str) -> str:
    if not value.strip():
        raise NotAnId("not an id: it is empty")
    return value


def _part(value: str) -> str:
    """An id as one segment of a path: a path's "." and ".." are other places, and an empty segment is none."""
    if value in {"", ".", ".."}:
        raise NotAnId(f"not an id: {value!r}")
    try:
        return quote(value, safe="")
    except UnicodeEncodeError:
        raise NotAnId(f"not an id: {value!r}") from None


def _batches(memories: Iterable[NewMemory]) -> Iterator[list[NewMemory]]:
    taken = iter(memories)
    while batch := list(islice(taken, BATCH)):
        yield batch
