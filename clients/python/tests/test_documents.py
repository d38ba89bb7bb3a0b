"""The documentation of the client: every snippet runs, every command and exit code is listed."""

import re
from pathlib import Path

import pytest
import typer

from async_chat_client import AsyncChatClient, ChatClient
from async_chat_client._terminal.app import app
from async_chat_client._terminal.exits import MEANINGS, Exit
from async_chat_client.testing import ScriptedTurn
from tests.loopback import Loopback

CLIENT = Path(__file__).parents[1]
README = CLIENT / "README.md"
GUIDE = CLIENT.parents[1] / "docs" / "clients" / "python.md"
SNIPPETS = [
    pytest.param(code, id=f"{document.stem}-{number}")
    for document in (README, GUIDE)
    for number, code in enumerate(re.findall(r"```python\n(.*?)```", document.read_text(encoding="utf-8"), re.DOTALL))
]


@pytest.mark.parametrize("code", SNIPPETS)
def test_documented_snippet_runs(
    loopback: Loopback, code: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    loopback.next_turns(ScriptedTurn(answer="Level 3, bay 12.", seconds=0.3, steps=[(0, "Searching")]))
    with ChatClient(loopback.url, "alice") as client:
        known = {"token": "alice", "client": client, "ChatClient": ChatClient, "AsyncChatClient": AsyncChatClient}
        exec(code.replace("https://chat.example.com", loopback.url), {"__name__": "__main__", **known})


def commands() -> set[str]:
    click_command = typer.main.get_command(app)
    return set(click_command.commands)  # type: ignore[attr-defined]  # a group has them


def test_the_readme_names_every_command() -> None:
    table = README.read_text(encoding="utf-8").split("| command | what |")[1].split("CHAT is a chat's id")[0]
    assert commands() <= set(re.findall(r"`(\w+)[ `]", table))


def test_the_readme_and_the_help_name_every_exit_code() -> None:
    in_readme = dict(re.findall(r"^\| (\d+) \| (.*?) \|$", README.read_text(encoding="utf-8"), re.MULTILINE))
    in_help = dict(re.findall(r"^  (\d+) +(.*)$", MEANINGS, re.MULTILINE))
    assert in_readme == in_help
    assert {int(code) for code in in_help} == set(Exit)
