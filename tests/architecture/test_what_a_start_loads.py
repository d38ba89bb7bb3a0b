"""A function's start pays for what the function needs: docs/speed.md has the figures of each lever."""

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
FUNCTIONS = ("chat", "reads", "edits", "failures")
#: What no function's start needs, and what each could do without.
NOBODY = {"boto3", "s3transfer", "sqlite3", "entrypoints.chat_page.document", "entrypoints.schemas.health"}
NOT_NEEDED = {
    "chat": {"entrypoints.schemas.poll", "entrypoints.schemas.chats", "entrypoints.schemas.memories"},
    "reads": {"entrypoints.schemas.ask", "entrypoints.schemas.chats", "entrypoints.schemas.memories"},
    "edits": {"entrypoints.schemas.ask", "entrypoints.schemas.poll", "entrypoints.schemas.chats"},
    "failures": {"entrypoints.schemas.ask", "entrypoints.schemas.poll", "entrypoints.schemas.memories"},
}


def started(function: str) -> tuple[bool, int, set[str]]:
    """Of a new process that has loaded the function: whether it collects, what is frozen, and its modules."""
    command = [sys.executable, "-c", START.replace("{function}", function)]
    ran = subprocess.run(command, check=True, capture_output=True, text=True, env={"PYTHONPATH": str(SRC)})
    collects, frozen, modules = json.loads(ran.stdout)
    return collects, frozen, set(modules)


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_start_loads_what_its_function_needs(function: str) -> None:
    _, _, modules = started(function)
    assert f"entrypoints.{function}" in modules
    assert not modules & (NOBODY | NOT_NEEDED[function])


@pytest.mark.parametrize("function", FUNCTIONS)
def test_once_ready_it_collects_what_is_new_and_no_more(function: str) -> None:
    collects, frozen, _ = started(function)
    assert collects
    assert frozen > 10_000


@pytest.mark.parametrize("module", ["settings", "container", "http.router", "schemas.poll"])
def test_garbage_collection_is_left_on_by_what_is_no_function(module: str) -> None:
    code = f"import gc, entrypoints.{module}; assert gc.isenabled()"
    subprocess.run([sys.executable, "-c", code], check=True, env={"PYTHONPATH": str(SRC)})
