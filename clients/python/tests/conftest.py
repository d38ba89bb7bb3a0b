import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from async_chat_client import ChatClient, RetryBudget
from async_chat_client.testing import FakeService
from tests.blocking import blocking
from tests.loopback import Loopback, serving
from tests.terminal import Project

Clients = Callable[..., ChatClient]


@pytest.fixture
def service() -> FakeService:
    return FakeService()


@pytest.fixture(params=["blocking", "asynchronous"])
def clients(request: pytest.FixtureRequest, service: FakeService) -> Iterator[Clients]:
    """Clients of the fake service. Each test runs over the blocking and over the asynchronous client."""
    with asyncio.Runner() as runner:

        def client(user: str = "alice", jitter: float = 0.0, **retry_budget: float) -> ChatClient:
            kept = RetryBudget(**retry_budget)
            if request.param == "blocking":
                return service.client(user, kept, jitter)
            return blocking(service.async_client(user, kept, jitter), runner)

        yield client


@pytest.fixture
def alice(clients: Clients) -> ChatClient:
    return clients("alice")


@pytest.fixture
def bob(clients: Clients) -> ChatClient:
    return clients("bob")


@pytest.fixture
def loopback() -> Iterator[Loopback]:
    """A fake service on a real socket."""
    with serving() as service:
        yield service


@pytest.fixture
def project(loopback: Loopback, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    """A project whose local stack runs."""
    return Project(tmp_path, loopback, monkeypatch)
