"""Unit tests: fakes only, and no way out of the process."""

from collections.abc import Iterator

import pytest

from tests.support.service import Service
from tests.support.story import Story


@pytest.fixture(autouse=True)
def inside_the_process(no_sockets: None) -> None:
    """Every test of this folder."""


@pytest.fixture
def service() -> Iterator[Service]:
    service = Service()
    yield service
    service.container.reset_override()


@pytest.fixture
def story(service: Service) -> Story:
    return service.story
