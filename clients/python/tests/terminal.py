"""`async-chat` run by a person or a script, with the local stack of a project."""

import json
import os
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from async_chat_client._terminal.app import app
from tests.loopback import Loopback
from tests.pseudo_terminal import PseudoTerminal


class Project:
    """A project folder with a local stack, and a user with a home folder of their own."""

    def __init__(self, folder: Path, service: Loopback, monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder = folder / "project"
        self.home = folder / "home"
        self.service = service
        self.stack_file = self.folder / ".local" / "stack.json"
        self.stack_file.parent.mkdir(parents=True)
        self.home.mkdir()
        users = [{"name": name, "sub": f"sub-of-{name}", "token": name} for name in ("alice", "bob")]
        self.stack_file.write_text(json.dumps({"api_url": service.url, "workspace": "local", "users": users}))
        for name in [name for name in os.environ if name.startswith("ASYNC_CHAT_")]:
            monkeypatch.delenv(name)
        monkeypatch.setenv("HOME", str(self.home))
        monkeypatch.setenv("XDG_CONFIG_HOME", str(self.home / ".config"))
        monkeypatch.chdir(self.folder)

    def run(self, *words: str, typed: str | None = None, env: dict[str, str] | None = None) -> Result:
        """Run a command without a terminal, as a script does."""
        return CliRunner().invoke(app, list(words), input=typed, env=env)

    def json(self, *words: str, typed: str | None = None) -> Any:
        """The command's JSON output."""
        result = self.run(*words, "--json", typed=typed)
        return json.loads(result.stdout)

    def sit_down(self, *words: str, **env: str) -> PseudoTerminal:
        """Run a command in a terminal."""
        home = {"HOME": str(self.home), "XDG_CONFIG_HOME": str(self.home / ".config")}
        return PseudoTerminal(*words, folder=self.folder, env={**home, **env})

    @property
    def logins_file(self) -> Path:
        return self.home / ".config" / "async-chat" / "logins.json"
