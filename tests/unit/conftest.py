"""Unit tests use fakes and no network."""

from collections.abc import Iterator

import pytest

from tests.support.service import Service
from tests.support.story import Story


@pytest.fixture(autouse=True)
def isolated(no_sockets: None) -> None:
    """For every test of this folder."""


@pytest.fixture
def service() -> Iterator[Service]:
    service = Service()
    yield service
    service.container.reset_override()


@pytest.fixture
def story(service: Service) -> Story:
    return service.story
