"""Each function imports only what it needs at start; docs/speed.md has the figures."""

import json
import subprocess
import sys

import pytest

from tests.architecture.source import SRC

START = """
import gc, json, sys
import entrypoints.{function}
print(json.dumps([gc.isenabled(), gc.get_freeze_count(), sorted(sys.modules)]))
"""
FUNCTIONS = ("chat", "reads", "waits", "search", "edits", "failures", "events")
#: Modules that no function needs at start, and those that each does not need.
NEVER_NEEDED = {"boto3", "s3transfer", "sqlite3", "entrypoints.chat_page.document", "entrypoints.schemas.health"}
NOT_NEEDED = {
    "chat": {"entrypoints.schemas.poll", "entrypoints.schemas.chats", "entrypoints.schemas.memories"},
    "reads": {"entrypoints.schemas.ask", "entrypoints.schemas.chats", "entrypoints.schemas.memories"},
    "waits": {"entrypoints.schemas.ask", "entrypoints.schemas.chats", "entrypoints.schemas.memories"},
    "search": {"entrypoints.schemas.ask", "entrypoints.schemas.poll", "entrypoints.schemas.chats"},
    "edits": {"entrypoints.schemas.ask", "entrypoints.schemas.poll", "entrypoints.schemas.chats"},
    "events": {"entrypoints.schemas.ask", "entrypoints.schemas.poll", "entrypoints.schemas.stop"},
    "failures": {"entrypoints.schemas.ask", "entrypoints.schemas.poll", "entrypoints.schemas.memories"},
}


def started(function: str) -> tuple[bool, int, set[str]]:
    """Of a new process that imported the function: is garbage collection on, the count of frozen objects, its modules."""
    command = [sys.executable, "-c", START.replace("{function}", function)]
    ran = subprocess.run(command, check=True, capture_output=True, text=True, env={"PYTHONPATH": str(SRC)})
    collects, frozen, modules = json.loads(ran.stdout)
    return collects, frozen, set(modules)


@pytest.mark.parametrize("function", FUNCTIONS)
def test_start_does_not_import_what_its_function_does_not_need(function: str) -> None:
    _, _, modules = started(function)
    assert f"entrypoints.{function}" in modules
    assert not modules & (NEVER_NEEDED | NOT_NEEDED[function])


@pytest.mark.parametrize("function", FUNCTIONS)
def test_after_init_garbage_collection_is_on_and_init_objects_are_frozen(function: str) -> None:
    collects, frozen, _ = started(function)
    assert collects
    assert frozen > 10_000


@pytest.mark.parametrize("module", ["settings", "container", "http.router", "schemas.poll"])
def test_other_modules_leave_garbage_collection_on(module: str) -> None:
    code = f"import gc, entrypoints.{module}; assert gc.isenabled()"
    subprocess.run([sys.executable, "-c", code], check=True, env={"PYTHONPATH": str(SRC)})
