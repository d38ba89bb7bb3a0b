"""`make accept` against the stack, as the first thing that a person with an AWS account runs."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from local.home import PROJECT
from tests.e2e.running_stack import RunningStack
from tests.e2e.stack_controls import StackControls
from tests.features.driver import Call
from tests.features.http_driver import HttpDriver


@pytest.fixture
def acceptance_agent(stack: RunningStack, stack_controls: StackControls) -> Iterator[None]:
    stack_controls.permit_all_but(())
    stack_controls.configure({"ASYNC_CHAT_AGENT": "acceptance_agent:agent"})
    yield
    stack_controls.configure({})


def accept(stack: RunningStack, tokens: tuple[str, str], page: Path, *options: str) -> subprocess.CompletedProcess[str]:
    surroundings = {
        **os.environ,
        "ASYNC_CHAT_TOKEN": tokens[0],
        "ASYNC_CHAT_OTHER_TOKEN": tokens[1],
        "PYTHONPATH": "src",
    }
    outputs = stack.home / "terraform" / "outputs.json"
    given = [f"--outputs={outputs}", f"--api-url={stack.api_url}", f"--output={page}", *options]
    command = [sys.executable, "-m", "tests", "accept", *given]
    return subprocess.run(command, cwd=PROJECT, env=surroundings, capture_output=True, text=True, check=False)


def two_tokens(stack_controls: StackControls) -> tuple[str, str]:
    return stack_controls.sign_up("alice").token, stack_controls.sign_up("bob").token


@pytest.mark.usefixtures("acceptance_agent")
def test_acceptance_run_passes_on_the_local_stack_and_leaves_nothing_behind(
    stack: RunningStack, stack_controls: StackControls, tmp_path: Path
) -> None:
    before = stack_controls.stored()
    done = accept(stack, two_tokens(stack_controls), tmp_path / "page.md", "--turns=4")
    page = (tmp_path / "page.md").read_text(encoding="utf-8")
    assert done.returncode == 0, page + done.stderr
    assert page.startswith("# Acceptance of workspace local: passed")
    assert "asking: an answer that takes longer than api gateway allows arrives by polling" in page
    assert "ending: the turn of a killed worker fails within seconds" in page
    assert len(re.findall(r"\| [\d,]+ ms \| [\d,]+ ms \|", page)) == 4
    assert "embedded AWS" in page
    assert not re.search(r"\b\d{12}\b", page), "an account's number"
    # Idempotency keys are kept for a day, slots and windows for their owner.
    assert not {key for key in stack_controls.stored() - before if re.match(r"[0-9A-Z]{26} ", key)}


def test_acceptance_run_refuses_users_who_have_something(
    stack: RunningStack, stack_controls: StackControls, driver: HttpDriver, tmp_path: Path
) -> None:
    driver.call(Call("Alice", "POST", "/memories", body='{"text": "The spare key is with Kofi."}'))
    tokens = (driver.token("Alice"), stack_controls.sign_up("bob").token)
    done = accept(stack, tokens, tmp_path / "page.md")
    assert (done.returncode, (tmp_path / "page.md").exists()) == (2, False)
    assert "has chats or memories" in done.stderr
    assert driver.call(Call("Alice", "GET", "/memories")).body["memories"], "a run deleted what was there before"


def test_acceptance_run_refuses_one_user_twice(
    stack: RunningStack, stack_controls: StackControls, tmp_path: Path
) -> None:
    token = stack_controls.sign_up("alice").token
    done = accept(stack, (token, token), tmp_path / "page.md")
    assert done.returncode == 2
    assert "same user" in done.stderr
