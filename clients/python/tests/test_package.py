"""The wheel, with and without the terminal's extra."""

import os
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest
from hatchling.builders.wheel import WheelBuilder

CLIENT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built as `pip` builds it."""
    return Path(next(WheelBuilder(str(CLIENT)).build(directory=str(tmp_path_factory.mktemp("wheel")))))


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("installed")
    with zipfile.ZipFile(wheel) as packed:
        packed.extractall(folder)
    return folder


def python(installed: Path, *words: str) -> subprocess.CompletedProcess[str]:
    env = {"PATH": os.environ["PATH"], "PYTHONPATH": str(installed)}
    return subprocess.run([sys.executable, *words], env=env, cwd=installed, capture_output=True, text=True, check=False)


def test_wheel_is_typed_and_has_the_command(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as packed:
        names = packed.namelist()
        [entry_points] = [packed.read(name).decode() for name in names if name.endswith("entry_points.txt")]
    assert "async_chat_client/py.typed" in names
    assert "async-chat = async_chat_client.__main__:main" in entry_points
    assert not [name for name in names if "test_" in name]


def test_private_modules_start_with_an_underscore(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as packed:
        parts = {Path(name).parts[1] for name in packed.namelist() if name.startswith("async_chat_client/")}
    assert {part for part in parts if not part.startswith("_")} == {"errors.py", "updates.py", "testing", "py.typed"}


def test_the_command_runs_from_the_wheel(installed: Path) -> None:
    shown = python(installed, "-m", "async_chat_client", "--version")
    version = tomllib.loads((CLIENT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    assert (shown.returncode, shown.stdout.strip()) == (0, version)


def test_without_the_extra_the_client_works_and_the_command_names_the_extra(installed: Path) -> None:
    bare = "import sys; sys.modules['typer'] = sys.modules['rich'] = None; "
    assert python(installed, "-c", f"{bare}import async_chat_client, async_chat_client.testing").returncode == 0
    refused = python(installed, "-c", f"{bare}from async_chat_client.__main__ import main; main()")
    assert refused.returncode == 1
    assert "pip install 'async-chat-client[terminal]'" in refused.stderr


def test_client_does_not_import_the_service(installed: Path) -> None:
    known = "{'domain', 'adapters', 'entrypoints', 'boto3', 'pydantic'}"
    loaded = (
        f"import sys, async_chat_client._terminal.app; print({known} & {{name.split('.')[0] for name in sys.modules}})"
    )
    assert python(installed, "-c", loaded).stdout == "set()\n"
