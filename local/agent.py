"""An agent of one's own on this machine: its folders, its libraries, and whether it can be imported."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from local.commands import run
from local.failure import StackFailure
from local.home import PROJECT, Home

UV = PROJECT / ".local" / "uv" / "bin" / "uv"
#: Joins the root of the local stack's zip, and of no other.
IN_THE_ZIP = PROJECT / "local" / "in_the_zip"
#: Says on standard error why the agent that it is given cannot be loaded.
_CHECK = "import sys, local_agent; sys.exit(local_agent.complaint(sys.argv[1]))"


@dataclass(frozen=True)
class OwnAgent:
    """An agent `package.module:factory`, and what the package needs for it."""

    name: str
    extras: tuple[Path, ...] = ()  # see scripts/package.py
    environment: Mapping[str, str] = field(default_factory=dict)  # of the function that runs it
    debug_port: int | None = None  # where it waits for a debugger before its first turn

    @property
    def folders(self) -> tuple[Path, ...]:
        """The folders of extras, absolute."""
        return tuple(extra.resolve() for extra in self.extras if extra.is_dir())

    def for_the_zip(self) -> dict[str, object]:
        """What local_agent.py reads."""
        return {"agent": self.name, "folders": [str(folder) for folder in self.folders], "debug_port": self.debug_port}

    def python_path(self, home: Home) -> list[str]:
        """Where its modules and its libraries are found; the project's own are in .venv."""
        libraries = [_installed(home, extra) for extra in self.extras if extra.is_file()]
        return [*map(str, self.folders), *map(str, libraries)]

    def complaint(self, home: Home) -> str | None:
        """In one sentence, why it cannot be imported; None if it can. Its factory is not called."""
        path = os.pathsep.join([str(IN_THE_ZIP), *self.python_path(home)])
        environment = {**os.environ, **self.environment, "PYTHONPATH": path, "PYTHONDONTWRITEBYTECODE": "1"}
        # -P: not the modules of the folder in which the command was typed.
        command = [sys.executable, "-P", "-c", _CHECK, self.name]
        done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False, cwd=home.folder)
        if done.returncode == 0:
            return None
        said = done.stderr.strip().splitlines()
        return said[-1] if said else f"{self.name} ended Python when it was imported, with code {done.returncode}."


def require_extras(extras: Iterable[Path]) -> None:
    """Raises `StackFailure` for one that does not exist."""
    for extra in extras:
        if not extra.exists():
            raise StackFailure(f"{extra} does not exist: EXTRA takes folders and hash-locked requirements files.")


def _installed(home: Home, requirements: Path) -> Path:
    """A folder with what the list locks, for this Python; made once for each content of the list."""
    content = requirements.read_bytes() + json.dumps(sys.version_info[:2]).encode()
    folder = home.folder / "agent-libraries" / hashlib.sha256(content).hexdigest()[:16]
    if not folder.exists():
        unfinished = folder.with_suffix(f".{os.getpid()}")
        command: list[str | Path] = [UV, "pip", "install", "--quiet", "--no-deps", "--require-hashes", "--only-binary"]
        command += [":all:", "--python", sys.executable, "--target", unfinished, "--requirement", requirements]
        try:
            run(command, home.folder / "agent-libraries.log", f"Installing {requirements}")
            unfinished.rename(folder)
        finally:
            shutil.rmtree(unfinished, ignore_errors=True)
    return folder
