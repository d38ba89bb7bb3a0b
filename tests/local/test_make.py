"""What `make` hands on to the commands."""

from __future__ import annotations

import os
import subprocess

from local.home import PROJECT


def asked(*variables: str) -> list[str]:
    """The arguments that `make ask` gives, with a program in Python's place that shows them."""
    command = ["make", "--silent", "ask", "VENV_PYTHON=printf '%s\\n'", *variables]
    environment = {**os.environ, "USER": "root-of-this-machine"}
    done = subprocess.run(command, cwd=PROJECT, env=environment, capture_output=True, text=True, check=True)
    return done.stdout.splitlines()


def test_alice_asks_whatever_the_person_s_login_is_called() -> None:
    assert asked("Q=Where?") == ["-m", "local", "ask", "--user", "alice", "--chat", "", "--", "Where?"]


def test_a_user_who_is_named_asks() -> None:
    assert "bob" in asked("Q=Where?", "USER=bob")


def test_a_question_arrives_as_it_was_typed() -> None:
    question = """What's "$5" worth, $HOME or $(pwd)? `date`"""
    assert asked(f"Q={question}")[-1] == question
