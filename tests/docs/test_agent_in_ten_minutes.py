"""The steps of docs/bring-your-own-agent.md, from an empty folder outside the repository, with the kit as its wheel."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Final

import pytest

from docs.site.navigation import ROOT
from tests.docs.blocks import Block, blocks

PAGE: Final = "docs/bring-your-own-agent.md"
HERE: Final = "elsewhere: tests/docs/test_agent_in_ten_minutes.py"
#: In place of pip, which would fetch pytest and mypy: those of this environment, and the kit's wheel.
BORROWED: Final = Path(sysconfig.get_path("purelib"))


@pytest.fixture
def wheel(tmp_path: Path) -> Path:
    build = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(tmp_path / "wheels")]
    subprocess.run(build, cwd=ROOT / "clients" / "agent_kit", check=True, capture_output=True)
    (built,) = (tmp_path / "wheels").iterdir()
    return built


class Author:
    """Types what the page says, beside what stands for a clone."""

    def __init__(self, folder: Path, wheel: Path) -> None:
        self._folder = folder
        self._wheel = wheel
        self.agent = folder / "my-agent"
        (folder / "async-chat").mkdir()

    def types(self, block: Block) -> str:
        script = block.text.replace("../my-agent", str(self.agent)).replace("../async-chat", str(ROOT))
        script = script.replace("python3 -m venv .venv", f"{sys.executable} -m venv --without-pip .venv")
        kept = [line for line in script.splitlines() if "pip install" not in line]
        place = self.agent if self.agent.exists() else self._folder / "async-chat"
        kind = ("ASYNC_CHAT", "AWS_", "MAKE", "MFLAGS", "PYTHON", "COV")
        environment = {name: value for name, value in os.environ.items() if not name.startswith(kind)}
        environment |= {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "ASYNC_CHAT_HOME": str(self._folder / "home")}
        command = ["bash", "-euo", "pipefail", "-c", "\n".join(kept)]
        done = subprocess.run(command, cwd=place, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        if kept != script.splitlines():
            assert f"pip install {ROOT}/clients/agent_kit mypy" in script
            self._install()
        return done.stdout

    def _install(self) -> None:
        (site,) = (self.agent / ".venv" / "lib").glob("python3*/site-packages")
        zipfile.ZipFile(self._wheel).extractall(site)
        (site / "borrowed.pth").write_text(f"{BORROWED}\n")

    def writes(self, name: str, text: str) -> None:
        (self.agent / name).write_text(text, encoding="utf-8")


def test_an_agent_in_ten_minutes(tmp_path: Path, wheel: Path) -> None:
    begin, agent, test, check, try_it, run_it = [
        block for block in blocks() if block.page == PAGE and (block.mark == HERE or block.mark.startswith("shown: "))
    ]
    author = Author(tmp_path, wheel)
    author.types(begin)
    author.writes("agent/on_this_day.py", agent.text)
    author.writes("test_on_this_day.py", test.text)
    said = author.types(check)
    assert "passed" in said, said
    assert "Success: no issues found in 2 source files" in said
    said = author.types(try_it)
    assert "Looking for other memories of" in said
    assert "Over the 298 sample memories of alice" in said
    # It stays until Ctrl-C: tests/local/test_watch.py and tests/local/test_foreground.py have what it does.
    said = author.types(replace(run_it, text="cd ../async-chat\n" + run_it.text.replace("make", "make --dry-run")))
    assert "-m local run" in said
