"""When to poll, with which cursor, and when to stop."""

from math import inf

from async_chat_client import _bodies
from async_chat_client._deadline import Deadline
from async_chat_client._models import Page
from async_chat_client._replies import NOT_MODIFIED, error_in, read, retry_after
from async_chat_client._retry import backoff, is_retryable, with_jitter
from async_chat_client._sansio import Alarm, Flow, Lost, Reply, Request, RetryBudget, Timing, Wait, send_once
from async_chat_client.errors import AsyncChatError, ServiceError, StillThinking, UnreadableReply
from async_chat_client.updates import PollFailed

SOONEST = 0.2
USUAL = 2.0
TIMEOUT = 10.0
LATE = 0.5
#: The first poll reads a few messages, so that the question and its answer are found though another device asked too.
FIRST_LIMIT = 4
#: Seconds for which a poll may be held: the longest that the service takes.
LONGEST_WAIT = 20
#: A held poll's timeout is this much longer.
PATIENCE = 5.0
#: Held polls begin no closer to each other, whatever is answered.
APART = 0.25
#: After a held poll that failed, polls are plain for so long.
PLAIN = 30.0
#: The service's own refusals of a held poll; any other error may be of held polls only.
REFUSALS = frozenset({"chat_forbidden", "chat_not_found"})
UNAUTHORIZED = 401


class Poller:
    """Polls one chat. `first_wait` is the hint of the accepted ask, in seconds.

    With `hold`, a poll is held until there is news, where the service asks for one.
    """

    def __init__(
        self, chat_id: str, first_wait: float, retry_budget: RetryBudget, timing: Timing, *, hold: bool
    ) -> None:
        self._chat_id = chat_id
        self._retry_budget = retry_budget
        self._timing = timing
        self._deadline = Deadline(timing)
        self._due = timing.now() + with_jitter(first_wait, timing)
        self._cursor: str | None = None
        self._etag: str | None = None
        self._failing_since: float | None = None
        self._failures = 0
        self._last_error: AsyncChatError | None = None
        self._alarm = Alarm()
        self._hold = hold
        self._wait = 0
        self._service_can_hold = False
        self._plain_until = timing.now()

    def soon(self) -> None:
        """End the wait for the next poll, or a held poll: the turn was changed from here, maybe in another thread."""
        self._alarm.ring()

    def wait(self, until: float) -> Flow[None]:
        """Wait until the next poll is due, at most until the deadline."""
        seconds = min(self._due, self._stop(until)) - self._timing.now()
        if seconds > 0 and not self._alarm.rung:
            yield Wait(seconds, self._alarm)

    def poll(self, until: float) -> Flow[Page | PollFailed | None]:
        """Poll once: a page, None for an unchanged chat, or `PollFailed`.

        Raises an error that is not retryable, and the last error once polls have failed for longer than the budget.
        """
        self._alarm.clear()
        held = self._held_for(until)
        earliest = self._timing.now() + (APART if held else 0.0)
        request = self._held(held) if held else self._plain(until)
        outcome = yield from send_once(request)
        if isinstance(outcome, Lost) and self._alarm.rung:
            self._wait = 0
            return None
        error = error_in(outcome)
        if error is None:
            assert isinstance(outcome, Reply)
            try:
                return self._answered(outcome, earliest, can_hold="wait" in request.query)
            except UnreadableReply as unreadable:
                error = unreadable
        if held and not _is_refusal(error):
            self._wait, self._due = 0, self._timing.now()
            self._plain_until = self._due + PLAIN
            return None
        return self._failed(error, until)

    def check(self, until: float) -> None:
        """Raise `StillThinking` when time is up. Called after a poll that showed no end."""
        if self._timing.now() >= self._stop(until):
            raise StillThinking(self._chat_id) from self._last_error

    def _stop(self, until: float) -> float:
        return min(until, inf if self._deadline.at is None else self._deadline.at + self._retry_budget.grace)

    def _held_for(self, until: float) -> int:
        """For how many seconds the next poll is held; 0 for a plain one."""
        return max(0, int(min(self._wait, self._stop(until) - self._timing.now())))

    def _held(self, seconds: int) -> Request:
        query = {"chat_id": self._chat_id, "after": self._cursor or "", "wait": str(seconds)}
        timeout = seconds + PATIENCE
        return Request("GET", "/chats/messages/held", query, self._condition, timeout=timeout, alarm=self._alarm)

    def _plain(self, until: float) -> Request:
        left = self._stop(until) - self._timing.now()
        page = {"limit": str(FIRST_LIMIT)} if self._cursor is None else {"after": self._cursor}
        if self._hold and self._timing.now() >= self._plain_until:
            page["wait"] = str(LONGEST_WAIT)
        query = {"chat_id": self._chat_id, **page}
        return Request("GET", "/chats/messages", query, self._condition, timeout=min(TIMEOUT, max(1.0, left)))

    @property
    def _condition(self) -> dict[str, str]:
        return {"If-None-Match": self._etag} if self._etag else {}

    def _answered(self, reply: Reply, earliest: float, *, can_hold: bool) -> Page | None:
        page = None if reply.status == NOT_MODIFIED else read(reply, _bodies.page)
        self._failing_since, self._failures, self._last_error = None, 0, None
        if page:
            self._deadline.follow(page.turn, reply)
            # An ETag belongs to one URL, and the cursor is part of the URL.
            self._etag = reply.headers.get("etag") if page.after == self._cursor else None
            self._cursor = page.after
            self._wait = page.wait or 0
            self._service_can_hold |= read(reply, lambda body: "wait" in body)
        elif can_hold and self._service_can_hold and retry_after(reply) == 0:
            self._wait = self._wait or LONGEST_WAIT
        else:
            self._wait = 0
        self._due = self._next(page, reply, earliest)
        return page

    def _next(self, page: Page | None, reply: Reply, earliest: float) -> float:
        hint = retry_after(reply) if page is None or page.poll_after_ms is None else page.poll_after_ms / 1000
        hint = USUAL if hint is None else hint
        now, deadline = self._timing.now(), self._deadline.at
        if self._wait:
            return max(now + with_jitter(hint, self._timing), earliest)
        due = now + with_jitter(max(SOONEST, hint), self._timing)
        if deadline is None or now >= deadline:
            return due
        # The turn ends by its deadline, so a poll is due then whatever the hint says.
        return min(due, deadline + LATE * self._timing.rng())

    def _failed(self, error: AsyncChatError, until: float) -> PollFailed:
        now, stop = self._timing.now(), self._stop(until)
        self._failing_since = now if self._failing_since is None else self._failing_since
        pause = backoff(error, self._failures, self._timing)
        self._failures, self._last_error = self._failures + 1, error
        too_long = now + pause > self._failing_since + self._retry_budget.outage
        told_to_wait_longer = isinstance(error, ServiceError) and bool(error.retry_after) and now + pause > stop
        if not is_retryable(error) or too_long or told_to_wait_longer:
            raise error
        self._due = now + pause
        return PollFailed(error, min(pause, max(0.0, stop - now)))


def _is_refusal(error: AsyncChatError) -> bool:
    return isinstance(error, ServiceError) and (error.status == UNAUTHORIZED or error.code in REFUSALS)
