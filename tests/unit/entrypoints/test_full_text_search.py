"""A runtime whose SQLite has no FTS5 is noticed when a worker starts, and by the smoke test."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import pytest
from async_chat_client import ChatClient

from adapters.search.fts5_index import Fts5MemoryIndex, SearchUnavailable, require_fts5
from domain.chat import TurnState
from scripts import smoke
from tests.support.gateway import worker_event
from tests.support.service import SETTINGS, Service
from tests.support.story import PARKING


class WithoutFts5(sqlite3.Connection):
    """SQLite as it is built without FTS5."""

    def execute(self, sql: str, *parameters: Any) -> sqlite3.Cursor:
        return super().execute(sql.replace("fts5", "fts5_that_is_not_there"), *parameters)


@pytest.fixture
def without_fts5(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("adapters.search.fts5_index.sqlite3.connect", WithoutFts5)


def test_this_runtime_has_fts5() -> None:
    require_fts5()


def test_missing_fts5_is_said_in_words(without_fts5: None) -> None:
    with pytest.raises(SearchUnavailable, match=f"SQLite {sqlite3.sqlite_version} has no FTS5"):
        require_fts5()
    with pytest.raises(SearchUnavailable):
        Fts5MemoryIndex()


@pytest.mark.parametrize("agent", ["recall", "bedrock"])
def test_worker_of_a_built_in_agent_does_not_start_without_fts5(without_fts5: None, agent: str) -> None:
    settings = SETTINGS.model_copy(update={"agent": agent, "model_id": "some.model-v1:0"})
    service = Service(settings=settings)
    service.gateway.ask(PARKING)
    invocation = service.invoker.waiting.pop()
    with pytest.raises(SearchUnavailable):
        service.gateway.work(worker_event(invocation))
    assert service.story.stored(invocation.chat_id).state is TurnState.QUEUED, (
        "the turn is left to the failures function"
    )
    assert service.agent.assignments == []


def test_worker_of_a_custom_agent_needs_no_fts5(without_fts5: None) -> None:
    service = Service(settings=SETTINGS.model_copy(update={"agent": "my_agents.legacy:make_agent"}))
    service.gateway.ask(PARKING)
    service.run_worker()
    assert len(service.agent.assignments) == 1


def test_fts5_is_looked_for_once_in_a_process(monkeypatch: pytest.MonkeyPatch) -> None:
    looked: list[str] = []
    monkeypatch.setattr("adapters.search.fts5_index.require_fts5", lambda: looked.append("once"))
    service = Service()
    for _ in range(3):
        service.gateway.ask(PARKING)
    service.run_worker()
    assert looked == ["once"]


@contextmanager
def api(service: Service) -> Iterator[ChatClient]:
    """The client, whose calls the service's own functions answer."""

    def answered(request: httpx.Request) -> httpx.Response:
        reply = service.gateway.call(f"{request.method} {request.url.path}", query=dict(request.url.params))
        return httpx.Response(reply.status, headers=dict(reply.headers), text=reply.text or "")

    with ChatClient("https://api.invalid", "token", transport=httpx.MockTransport(answered)) as client:
        yield client


def test_smoke_test_names_a_missing_fts5(without_fts5: None) -> None:
    with api(Service()) as client, pytest.raises(smoke.Smoke, match="FTS5"):
        smoke.check_search(client)


def test_smoke_test_passes_with_fts5() -> None:
    with api(Service()) as client:
        smoke.check_search(client)
