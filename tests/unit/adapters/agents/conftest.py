"""Unit tests of agents: over a fake model, which some reach through a server on loopback."""

import pytest


@pytest.fixture(autouse=True)
def inside_the_process(nobodys_credentials: None) -> None:
    """Replaces the ban on sockets of the folders above: whatever the shell holds, no test here reaches a real model."""
