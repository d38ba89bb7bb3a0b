"""The arguments that `make` passes on."""

from __future__ import annotations

import os
import subprocess

from local.home import PROJECT


def asked(*variables: str) -> list[str]:
    """The arguments of `make ask`, with a program in place of Python that prints them."""
    command = ["make", "--silent", "ask", "VENV_PYTHON=printf '%s\\n'", *variables]
    environment = {**os.environ, "USER": "root-of-this-machine"}
    done = subprocess.run(command, cwd=PROJECT, env=environment, capture_output=True, text=True, check=True)
    return done.stdout.splitlines()


def test_login_name_does_not_choose_the_user() -> None:
    assert asked("Q=Where?") == ["-m", "local", "ask", "--user", "alice", "--chat", "", "--", "Where?"]


def test_user_is_chosen_by_the_variable() -> None:
    assert "bob" in asked("Q=Where?", "USER=bob")


def test_question_is_passed_unchanged() -> None:
    question = """What's "$5" worth, $HOME or $(pwd)? `date`"""
    assert asked(f"Q={question}")[-1] == question
