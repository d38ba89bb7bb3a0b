"""Unit tests of agents with a fake model, some over a server on loopback."""

import pytest


@pytest.fixture(autouse=True)
def isolated(fake_credentials: None) -> None:
    """Overrides the ban on sockets; with fake credentials no test reaches a real model."""
