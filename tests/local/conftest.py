from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from local import emulator
from local.home import Home


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    home = Home(tmp_path / "home")
    home.folder.mkdir()
    yield home
    emulator.stop(home)
