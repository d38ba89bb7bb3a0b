"""What the tests of agents share."""

import pytest


@pytest.fixture(autouse=True)
def _no_account(nobodys_credentials: None) -> None:
    """Whatever the shell holds, no test here reaches a real model."""
