"""Unit tests: fakes only, and no way out of the process."""

import socket
from collections.abc import Iterator

import pytest

from tests.service import Service
from tests.story import Story


@pytest.fixture(autouse=True)
def no_sockets(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("a unit test opened a connection")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)


@pytest.fixture
def service() -> Iterator[Service]:
    service = Service()
    yield service
    service.container.reset_override()


@pytest.fixture
def story(service: Service) -> Story:
    return service.story
