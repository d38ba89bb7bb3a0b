"""An agent of one's own that cannot be imported: one sentence, before anything starts."""

from __future__ import annotations

from pathlib import Path

import pytest

from local import cli, emulator
from local.agent import OwnAgent
from local.home import Home


@pytest.fixture
def lab(tmp_path: Path) -> Path:
    folder = tmp_path / "lab"
    folder.mkdir()
    (folder / "lab.py").write_text("def agent(dependencies):\n    raise AssertionError('not called')\n")
    (folder / "unfinished.py").write_text("def agent(dependencies):\n    return (\n")
    (folder / "needs_key.py").write_text("import os\n\nKEY = os.environ['LAB_KEY']\n\ndef agent(d): ...\n")
    return folder


def complaint(name: str, home: Home, lab: Path, **environment: str) -> str | None:
    return OwnAgent(name, (lab,), environment).complaint(home)


def test_agent_that_can_be_imported_is_not_called(home: Home, lab: Path) -> None:
    assert complaint("lab:agent", home, lab) is None


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("lba:agent", "lba:agent cannot be imported as package.module:factory: No module named 'lba'."),
        ("lab:agnet", "lab:agnet cannot be imported as package.module:factory: module 'lab' has no attribute 'agnet'."),
        ("unfinished:agent", "unfinished:agent: SyntaxError in {lab}/unfinished.py, line 2: '(' was never closed."),
        ("needs_key:agent", "needs_key:agent: KeyError: 'LAB_KEY' at {lab}/needs_key.py, line 3."),
    ],
)
def test_each_mistake_is_one_sentence_that_names_the_file(home: Home, lab: Path, name: str, sentence: str) -> None:
    assert complaint(name, home, lab) == sentence.format(lab=lab)


def test_agent_is_imported_with_its_environment(home: Home, lab: Path) -> None:
    assert complaint("needs_key:agent", home, lab, LAB_KEY="secret") is None


@pytest.mark.parametrize(("name", "extra"), [("unfinished:agent", "lab"), ("lab:agent", "no-such-folder")])
def test_the_command_fails_before_the_stack_starts(
    home: Home, lab: Path, name: str, extra: str, capsys: pytest.CaptureFixture[str]
) -> None:
    options = ["--set", f"agent={name}", "--extra", str(lab.parent / extra), "--port", "0", "--home", str(home.folder)]
    assert cli.main(["up", *options]) == 1
    said = capsys.readouterr()
    assert "Ready" not in said.out
    assert len(said.err.splitlines()) == 1
    assert emulator.running(home) is None
