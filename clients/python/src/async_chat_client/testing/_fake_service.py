"""The fake service for tests: scripts, disturbances, and clients whose waiting takes no time."""

import httpx

from async_chat_client._async_client import AsyncChatClient
from async_chat_client._client import ChatClient
from async_chat_client._sansio import RetryBudget
from async_chat_client.testing._disturbances import Disturbance
from async_chat_client.testing._fake_api import FakeApi
from async_chat_client.testing._fake_chat import ScriptedTurn
from async_chat_client.testing._fake_time import FakeTime

URL = "https://chat.test"
USUAL = RetryBudget()


class FakeService:
    """Answers as the contract says. A token is the name of its user; the token `expired` is refused.

    `requests` keeps every request, disturbed or not. `time` advances by waiting, or when a test sets it.
    """

    def __init__(self, time: FakeTime | None = None) -> None:
        self.time = time or FakeTime()
        self.requests: list[httpx.Request] = []
        self._api = FakeApi(self.time.date, self.time.hold)
        self._disturbances: list[tuple[str, Disturbance]] = []

    @property
    def turns_run(self) -> int:
        """How many turns were started."""
        return self._api.turns_run

    def next_turns(self, *scripts: ScriptedTurn) -> None:
        """Script the next turns; later turns use `ScriptedTurn()`."""
        self._api.scripts += scripts

    def hint(self, *poll_after_ms: int | None, first_seconds: int = 2) -> None:
        """Poll hints: `first_seconds` for an ask, then `poll_after_ms` poll by poll; the last is repeated."""
        self._api.first_hint, self._api.hints = first_seconds, list(poll_after_ms)

    def hold_polls(self) -> None:
        """Hold polls of clients that can. Without it, this is a service that knows no held polls: its hints count."""
        self._api.holds = True

    def disturb(self, *disturbances: Disturbance, on: str = "") -> None:
        """Disturb the next requests whose path contains `on`, one disturbance for each request."""
        self._disturbances += [(on, disturbance) for disturbance in disturbances]

    def client(self, user: str, retry_budget: RetryBudget = USUAL, jitter: float = 0.0) -> ChatClient:
        """A client whose waiting takes no time."""
        time = self.time
        return ChatClient(
            URL,
            user,
            retry_budget=retry_budget,
            transport=self.transport(),
            timing=time.timing(jitter),
            sleep=time.sleep,
        )

    def async_client(self, user: str, retry_budget: RetryBudget = USUAL, jitter: float = 0.0) -> AsyncChatClient:
        time = self.time
        return AsyncChatClient(
            URL,
            user,
            retry_budget=retry_budget,
            transport=self.transport(),
            timing=time.timing(jitter),
            sleep=time.sleep_async,
        )

    def transport(self) -> httpx.MockTransport:
        """A transport for a client of your own, blocking or asynchronous."""
        return httpx.MockTransport(self.handle)

    def handle(self, request: httpx.Request) -> httpx.Response:
        """Answer one request, with the next disturbance that fits."""
        self.requests.append(request)
        for index, (on, disturbance) in enumerate(self._disturbances):
            if on in request.url.path:
                del self._disturbances[index]
                return disturbance(request, self._api.answer)
        return self._api.answer(request)

    def polls(self) -> list[httpx.Request]:
        """Plain ones."""
        return self._to("/chats/messages")

    def held_polls(self) -> list[httpx.Request]:
        return self._to("/chats/messages/held")

    def _to(self, path: str) -> list[httpx.Request]:
        return [request for request in self.requests if request.url.path == path]
