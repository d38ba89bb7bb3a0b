"""Every call of the contract, as flows."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from urllib.parse import quote
from uuid import uuid4

from async_chat_client import _bodies
from async_chat_client._models import ChatSummary, Health, Memory, NewMemory, Page, Status
from async_chat_client._replies import read, retry_after
from async_chat_client._sansio import Emit, Flow, Reply, Request, RetryBudget, Stream, Timing
from async_chat_client._send import send_with_retries

#: As many memories as the service takes at once.
BATCH = 100
FIRST_WAIT = 2.0


@dataclass(frozen=True, slots=True)
class Accepted:
    """The question is stored and being answered. `first_wait`: seconds before a poll is worth it."""

    chat_id: str
    first_wait: float


@dataclass(frozen=True, slots=True)
class Calls:
    """What can be asked of the service; each call repeats itself as far as that is safe and `retry_budget` allows."""

    retry_budget: RetryBudget
    timing: Timing

    def ask(self, question: str, chat_id: str | None, key: str | None) -> Flow[Accepted]:
        """Ask in a new chat or in the one named; a question without a key gets one of its own."""
        request = Request(
            "POST",
            "/memories/chat",
            headers={"Idempotency-Key": key or uuid4().hex},
            body={"question": question, **({"chat_id": chat_id} if chat_id else {})},
            waits_while_busy=True,
        )
        reply = yield from self._answered(request)
        return Accepted(read(reply, lambda body: str(body["chat_id"])), _first_wait(reply))

    def retry(self, chat_id: str) -> Flow[Accepted]:
        """Run the last turn again. The contract gives retries no key, but the chat's state tells what came of one."""
        done = frozenset({"chat_busy", "nothing_to_retry"})
        request = Request("POST", f"/chats/{_part(chat_id)}/retry", done_if=done)
        reply = yield from send_with_retries(request, self.retry_budget, self.timing)
        return Accepted(chat_id, _first_wait(reply) if reply else 0.0)

    def cancel(self, chat_id: str) -> Flow[Status]:
        """Stop the running turn; how the last turn stands then."""
        reply = yield from self._answered(Request("POST", f"/chats/{_part(chat_id)}/cancel"))
        return read(reply, _bodies.status)

    def mark_read(self, chat_id: str) -> Flow[None]:
        """Everything up to the newest message has been seen."""
        yield from send_with_retries(Request("POST", f"/chats/{_part(chat_id)}/read"), self.retry_budget, self.timing)

    def delete(self, chat_id: str) -> Flow[None]:
        """Remove the chat and all its messages."""
        request = Request("DELETE", f"/chats/{_part(chat_id)}", done_if=frozenset({"chat_not_found"}))
        yield from send_with_retries(request, self.retry_budget, self.timing)

    def page(self, chat_id: str, limit: int, before: str | None) -> Flow[Page]:
        """A page of messages: the newest, or the one before a cursor."""
        query = {"chat_id": chat_id, "limit": str(limit), **({"before": before} if before else {})}
        reply = yield from self._answered(Request("GET", "/chats/messages", query=query))
        return read(reply, _bodies.page)

    def chats(self) -> Stream[ChatSummary]:
        """The user's chats, newest activity first, page by page as they are taken."""
        cursor: str | None = ""
        while cursor is not None:
            query = {"cursor": cursor} if cursor else {}
            reply = yield from self._answered(Request("GET", "/chats", query=query))
            found, cursor = read(reply, lambda body: ([*map(_bodies.chat_summary, body["chats"])], body["next"]))
            for chat in found:
                yield Emit(chat)

    def memories(self, words: str | None) -> Stream[Memory]:
        """The user's memories, newest first; with `words` those that match, best first."""
        cursor: str | None = ""
        while cursor is not None:
            query = {**({} if words is None else {"q": words}), **({"cursor": cursor} if cursor else {})}
            reply = yield from self._answered(Request("GET", "/memories", query=query))
            found, cursor = read(reply, lambda body: ([*map(_bodies.memory, body["memories"])], body["next"]))
            for memory in found:
                yield Emit(memory)

    def remember(self, memories: Iterable[NewMemory]) -> Stream[tuple[str, ...]]:
        """Store memories, as many at once as the service takes; the ids of each batch, when it is stored.

        A batch whose answer was lost is not sent again: the service has no key to know it by, and would store it twice.
        """
        for batch in _batches(memories):
            request = Request(
                "POST",
                "/memories",
                body={"memories": [_bodies.new_memory(memory) for memory in batch]},
                repeatable=False,
                timeout=35.0,  # API Gateway itself gives up after 30
            )
            reply = yield from self._answered(request)
            yield Emit(read(reply, lambda body: tuple(map(str, body["memory_ids"]))))

    def forget(self, memory_id: str) -> Flow[None]:
        """Remove a memory."""
        request = Request("DELETE", f"/memories/{_part(memory_id)}", done_if=frozenset({"memory_not_found"}))
        yield from send_with_retries(request, self.retry_budget, self.timing)

    def health(self) -> Flow[Health]:
        """Version and workspace."""
        reply = yield from self._answered(Request("GET", "/health"))
        return read(reply, _bodies.health)

    def _answered(self, request: Request) -> Flow[Reply]:
        reply = yield from send_with_retries(request, self.retry_budget, self.timing)
        assert reply is not None, "without done_if there is an answer or an error"
        return reply


def _first_wait(reply: Reply) -> float:
    hint = retry_after(reply)
    return FIRST_WAIT if hint is None else hint


def _part(value: str) -> str:
    return quote(value, safe="")


def _batches(memories: Iterable[NewMemory]) -> Iterator[list[NewMemory]]:
    taken = iter(memories)
    while batch := list(islice(taken, BATCH)):
        yield batch
