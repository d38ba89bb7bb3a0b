"""The arguments that `make` passes on: whatever is given to it is data, neither make's language nor the shell's."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from local.home import PROJECT

#: A program in place of Python that prints its arguments.
PRINTS = "printf '%s\\n'"

#: What a target passes on, and the argument that holds the value.
VARIABLES = {
    "Q": ("ask", "{}"),
    "CHAT": ("ask", "{}"),
    "USER": ("ask", "{}"),
    "FILE": ("import", "{}"),
    "PORT": ("up", "{}"),
    "RECALL_DELAY": ("run", "recall_delay_seconds={}"),
    "AGENT": ("run", "agent={}"),
    "CORS": ("up", "{}"),
    "MODEL_URL": ("run", "{}"),
    "MODEL": ("run", "{}"),
    "EXTRA": ("package", "--extra={}"),
    "OPTIONS": ("accept", "{}"),
}
#: Each would make the file `ran` if make or the shell ran it. EXTRA and OPTIONS are lists of words.
HOSTILE = [
    "$(shell${IFS}>ran)",
    "$(shell\t>ran)",
    "${shell\t>ran}",
    "$(eval\trun:;>ran)",
    "`>ran`",
    "$(>ran)",
    "$$(>ran)",
    "x'||>ran||'",
    'x"||>ran||"',
    "x||>ran",
    "x;>ran",
    "x&>ran&",
    "$(HOME)$HOME${HOME}~*?[a-z]!#\\",
    '" } # ',
]


def made(target: str, *variables: str, folder: Path = PROJECT, **environment: str) -> list[str]:
    """The arguments of the target's program."""
    command = ["make", "--silent", "--file", str(PROJECT / "Makefile"), target, f"VENV_PYTHON={PRINTS}", *variables]
    surroundings = {**os.environ, "USER": "root-of-this-machine", **environment}
    done = subprocess.run(command, cwd=folder, env=surroundings, capture_output=True, text=True, check=True)
    return done.stdout.splitlines()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder to run in, whose environment is up to date, and where a file that a command makes is seen."""
    (tmp_path / "scripts").mkdir()
    environment = tmp_path / "scripts" / "env"
    environment.write_text("#!/bin/sh\n")
    environment.chmod(0o755)
    return tmp_path


def test_login_name_does_not_choose_the_user() -> None:
    assert made("ask", "Q=Where?") == ["-m", "local", "ask", "--user", "alice", "--chat", "", "--", "Where?"]


def test_user_is_chosen_by_the_variable() -> None:
    assert "bob" in made("ask", "Q=Where?", "USER=bob")


def test_question_is_passed_unchanged() -> None:
    question = """What's "$5" worth, $HOME or $(pwd)? `date`"""
    assert made("ask", f"Q={question}")[-1] == question


@pytest.mark.parametrize("value", HOSTILE)
@pytest.mark.parametrize("variable", VARIABLES)
def test_a_value_is_passed_on_unchanged_and_never_run(variable: str, value: str, folder: Path) -> None:
    target, argument = VARIABLES[variable]
    if variable in {"EXTRA", "OPTIONS"}:
        value = "".join(value.split())
    others = ["MODEL_URL=http://127.0.0.1:1"] if variable == "MODEL" else []
    given = value.replace("\t", " ")
    passed = made(target, f"{variable}={given}", *others, folder=folder)
    assert argument.format(given) in passed
    assert sorted(file.name for file in folder.iterdir()) == ["scripts"]


@pytest.mark.parametrize("variable", sorted(VARIABLES.keys() - {"USER"}))
def test_a_value_of_the_environment_is_not_run_either(variable: str, folder: Path) -> None:
    value = "$(shell>ran)`>ran`'\"||>ran"
    target, argument = VARIABLES[variable]
    passed = made(target, folder=folder, **{"MODEL_URL": "http://127.0.0.1:1", variable: value})
    assert argument.format(value) in passed
    assert sorted(file.name for file in folder.iterdir()) == ["scripts"]


def test_a_variable_that_no_target_knows_is_not_run(folder: Path) -> None:
    made("ask", "Q=Where?", "ANYTHING=$(shell >ran)", folder=folder)
    assert sorted(file.name for file in folder.iterdir()) == ["scripts"]


def test_extras_are_a_list_of_words() -> None:
    passed = made("package", "EXTRA=requirements.txt  folder")
    assert [one for one in passed if one.startswith("--extra=")] == ["--extra=requirements.txt", "--extra=folder"]
