"""A release while turns think: on published versions every turn ends once, whichever side is new first."""

from __future__ import annotations

import io
import re
import time
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.e2e.running_stack import RunningStack
from tests.e2e.stack_fixture import one_stack

WORKER, DISPATCHER = "worker", "chat"
#: How long the agent of this stack takes, in seconds: long enough to release meanwhile.
THINKS = 8
QUESTION = {"question": "Where is the stopcock in the flat?"}


def changed(package: bytes, name: str, old: str, new: str) -> bytes:
    """The zip with a line of one module replaced, and without that module's bytecode, which would hide it."""
    stored = io.BytesIO()
    bytecode = re.compile(rf"{Path(name).parent.as_posix()}/__pycache__/{Path(name).stem}\..*pyc")
    with zipfile.ZipFile(io.BytesIO(package)) as before, zipfile.ZipFile(stored, "w", zipfile.ZIP_DEFLATED) as after:
        for entry in before.infolist():
            content = before.read(entry)
            if entry.filename == name:
                assert old.encode() in content
                content = content.replace(old.encode(), new.encode())
            if not bytecode.fullmatch(entry.filename):
                after.writestr(entry, content)
    return stored.getvalue()


class Workspace:
    """A stack with published versions and a dedicated worker."""

    def __init__(self, stack: RunningStack) -> None:
        self._stack = stack
        self._lambda = stack.client("lambda")
        self._http = httpx.Client(base_url=stack.api_url, timeout=60, trust_env=False)
        self._token = {"authorization": f"Bearer {stack.users['alice'].token}"}
        self.package = (stack.home / "lambda.zip").read_bytes()

    def close(self) -> None:
        self._http.close()
        self._lambda.close()

    def publish(self, key: str, package: bytes) -> str:
        """UpdateFunctionCode and a version, as Terraform does; the alias stays."""
        name = self._stack.outputs["function_names"][key]
        version = self._lambda.update_function_code(FunctionName=name, ZipFile=package, Publish=True)["Version"]
        self._lambda.get_waiter("function_updated_v2").wait(FunctionName=name, WaiterConfig={"Delay": 0.2})
        return str(version)

    def switch(self, key: str, version: str) -> None:
        name = self._stack.outputs["function_names"][key]
        self._lambda.update_alias(FunctionName=name, Name="live", FunctionVersion=version)

    def versions(self) -> Mapping[str, str]:
        live: dict[str, str] = self._stack.outputs["live_versions"]
        return live

    def ask(self) -> str:
        reply = self._http.post("/memories/chat", json=QUESTION, headers=self._token)
        assert reply.status_code == 200, reply.text
        return str(reply.json()["chat_id"])

    def page(self, chat_id: str) -> dict[str, Any]:
        reply = self._http.get("/chats/messages", params={"chat_id": chat_id}, headers=self._token)
        assert reply.status_code == 200, reply.text
        page: dict[str, Any] = reply.json()
        return page

    def until(self, chat_id: str, reached: Any, seconds: float = 60) -> dict[str, Any]:
        end = time.monotonic() + seconds
        while not reached(page := self.page(chat_id)):
            assert time.monotonic() < end, page
            time.sleep(0.5)
        return page

    def begun(self, chat_id: str) -> None:
        """Wait until a worker runs the turn."""
        self.until(chat_id, lambda page: page["turn"]["progress"] or page["status"] != "thinking")

    def ended(self, chat_id: str) -> dict[str, Any]:
        return self.until(chat_id, lambda page: page["status"] != "thinking")

    def report_failures(self) -> None:
        """The embedded AWS knows asynchronous settings of unqualified functions only."""
        sqs = self._stack.client("sqs")
        queue = sqs.get_queue_attributes(
            QueueUrl=self._stack.outputs["failures_queue_url"], AttributeNames=["QueueArn"]
        )["Attributes"]["QueueArn"]
        sqs.close()
        self._lambda.put_function_event_invoke_config(
            FunctionName=self._stack.outputs["function_names"][WORKER],
            MaximumRetryAttempts=0,
            DestinationConfig={"OnFailure": {"Destination": queue}},
        )


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    with one_stack(published=True, dedicated_worker=True, recall_delay_seconds=THINKS) as stack:
        workspace = Workspace(stack)
        yield workspace
        workspace.close()


@pytest.fixture(autouse=True)
def _as_applied(workspace: Workspace) -> Iterator[None]:
    yield
    for key, version in workspace.versions().items():
        workspace.switch(key, version)


def roles(page: dict[str, Any]) -> list[str]:
    return [message["role"] for message in page["messages"]]


def test_code_replaced_in_mid_turn_lets_the_worker_finish(workspace: Workspace) -> None:
    """UpdateFunctionCode while a worker runs on a published version."""
    chat = workspace.ask()
    workspace.begun(chat)
    for key in (WORKER, DISPATCHER):
        workspace.switch(key, workspace.publish(key, workspace.package))
    page = workspace.ended(chat)
    assert (page["status"], roles(page)) == ("answered", ["user", "assistant"])


@pytest.mark.parametrize("first", [WORKER, DISPATCHER])
def test_turns_of_one_event_version_are_answered_whichever_side_is_new(workspace: Workspace, first: str) -> None:
    newer = changed(
        workspace.package, "adapters/aws/worker_event.py", '"version": VERSION,', '"version": VERSION, "hint": 1,'
    )
    before = workspace.ask()
    workspace.begun(before)
    workspace.switch(first, workspace.publish(first, newer))
    during = workspace.ask()
    for chat in (before, during):
        page = workspace.ended(chat)
        assert (page["status"], roles(page)) == ("answered", ["user", "assistant"])


def test_an_event_too_new_for_its_worker_ends_within_seconds_and_the_chat_goes_on(workspace: Workspace) -> None:
    newer = changed(workspace.package, "adapters/aws/worker_event.py", "VERSION: Final = 1", "VERSION: Final = 2")
    # Through the alias, the embedded AWS reports no failure: this dispatcher calls the worker without it.
    unqualified = 'FunctionName=self._function.removesuffix(":live")'
    newer = changed(newer, "adapters/aws/lambda_worker_invoker.py", "FunctionName=self._function", unqualified)
    workspace.report_failures()
    workspace.switch(DISPATCHER, workspace.publish(DISPATCHER, newer))
    began = time.monotonic()
    page = workspace.ended(chat := workspace.ask())
    assert (page["status"], page["turn"]["error"]["code"]) == ("failed", "worker_died")
    assert time.monotonic() - began < 30
    workspace.switch(DISPATCHER, workspace.versions()[DISPATCHER])
    assert roles(workspace.page(chat)) == ["user"]
