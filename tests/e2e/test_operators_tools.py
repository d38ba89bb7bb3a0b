"""`python -m scripts.smoke`, `redrive` and `turns` against the stack, as an operator runs them against an account."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from local.home import PROJECT
from tests.e2e.running_stack import RunningStack
from tests.e2e.stack_controls import StackControls
from tests.features.app import App
from tests.features.http_driver import HttpDriver


def run(stack: RunningStack, tool: str, *options: str, token: str = "") -> subprocess.CompletedProcess[str]:
    surroundings = {
        **{name: value for name, value in os.environ.items() if not name.startswith("AWS_")},
        "AWS_ENDPOINT_URL": stack.endpoint,
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "ASYNC_CHAT_TOKEN": token,
        "PYTHONPATH": "src",
    }
    outputs = f"--outputs={stack.home / 'terraform' / 'outputs.json'}"
    command = [sys.executable, "-m", f"scripts.{tool}", outputs, *options]
    return subprocess.run(command, cwd=PROJECT, env=surroundings, capture_output=True, text=True, check=False)


def smoke(stack: RunningStack, package: Path, *options: str, token: str = "") -> subprocess.CompletedProcess[str]:
    return run(stack, "smoke", f"--api-url={stack.api_url}", f"--package={package}", *options, token=token)


def test_smoke_test_passes_for_a_healthy_workspace(stack: RunningStack, stack_controls: StackControls) -> None:
    stack_controls.configure({})
    done = smoke(stack, stack.home / "lambda.zip", token=stack.users["alice"].token)
    assert (done.returncode, done.stdout.count("ok  ")) == (0, 3), done.stdout + done.stderr
    assert "answered after" in done.stdout


def test_smoke_test_fails_when_deployed_code_differs_from_the_package(stack: RunningStack, tmp_path: Path) -> None:
    (tmp_path / "lambda.zip").write_bytes(b"another build")
    done = smoke(stack, tmp_path / "lambda.zip", "--no-ask")
    assert done.returncode == 1
    assert "chat, edits, failures, reads, search, waits run other code" in done.stdout


def test_smoke_test_fails_for_a_rejected_token(stack: RunningStack) -> None:
    done = smoke(stack, stack.home / "lambda.zip", token="not-a-token")
    assert done.returncode == 1
    assert "answer: the API answered 401" in done.stdout


@pytest.mark.parametrize("waiting", [0, 12])
def test_redrive_moves_all_events_from_the_dead_letter_queue_back_to_the_failures_queue(
    stack: RunningStack, waiting: int
) -> None:
    sqs, queue = stack.client("sqs"), stack.outputs["undelivered_queue_url"]
    for _ in range(waiting):
        sqs.send_message(QueueUrl=queue, MessageBody='{"requestPayload": null}')
    done = run(stack, "redrive")
    assert f"{waiting} failed events moved back to the failures queue" in done.stdout, done.stderr
    left = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["ApproximateNumberOfMessages"])
    assert left["Attributes"]["ApproximateNumberOfMessages"] == "0"


def thinking(stack: RunningStack) -> set[str]:
    return {line.split()[0] for line in run(stack, "turns", "list").stdout.splitlines() if "deadline in" in line}


def test_a_turn_is_listed_stopped_and_told(stack: RunningStack, app: App, driver: HttpDriver, tmp_path: Path) -> None:
    driver.agent_takes(30)
    before = thinking(stack)  # the workers of earlier tests may not have let go yet
    chat = app.send("Olga", "POST", "/memories/chat", body={"question": "Where is hunter2?"}).body["chat_id"]
    (turn,) = thinking(stack) - before
    reason = "Maintenance. Ask again at noon."
    assert run(stack, "turns", "stop", turn, f"--reason={reason}").stdout == f"{turn}: cancelled\n"
    shown = app.send("Olga", "GET", "/chats/messages", query={"chat_id": chat}).body
    assert (shown["status"], shown["turn"]["cancel_reason"]) == ("cancelled", reason)
    told = run(stack, "turns", "show", chat, f"--html={tmp_path / 'turn.html'}")
    assert told.returncode == 0, told.stderr
    whats = ("queued", "cancelled  ", "poll saw cancelled", f"In the table: cancelled, {reason}")
    assert [what for what in whats if what not in told.stdout] == [], told.stdout
    assert "hunter2" not in told.stdout
    assert "hunter2" in run(stack, "turns", "show", turn, "--with-texts").stdout
    assert turn in (tmp_path / "turn.html").read_text(encoding="utf-8")
