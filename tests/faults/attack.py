"""Known attacks, tried again on a running stack: `python -m tests attack`. Nothing may be found.

Each function attacks in one way and yields what it could do. Without ASYNC_CHAT_STACK=path/to/stack.json the attacks get
a stack of their own, started as `make run` starts one; the agent of the second needs `tests/e2e/in_the_zip` in the zip.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Iterator
from typing import Final

import httpx
from async_chat_client import ChatClient, NewMemory, RetryBudget
from async_chat_client.errors import TooManyRequests

from local import emulator
from local.home import Home
from tests.e2e.running_stack import RunningStack, User
from tests.e2e.stack_controls import StackControls
from tests.e2e.stack_fixture import one_stack
from tests.local.test_guard import HEALTH, REFUSED, is_refused

#: The default of TURNS_PER_USER, and how often the attack asks.
AT_ONCE: Final = 5
ASKS: Final = 12
BLOCKS_SECONDS: Final = 60
AT_ONCE_REFUSED: Final = RetryBudget(sending=0)
#: Characters of three bytes: a hundred of them are more than one page of DynamoDB's, which ends at 1 MB.
LARGE: Final = "語" * 3_990
MEMORIES: Final = 150


def other_web_pages(stack: RunningStack, _controls: StackControls) -> Iterator[str]:
    """Requests as a page of another origin sends them, and files that another account of the machine could read."""
    running = emulator.running(Home(stack.home))
    assert running
    # What only reads comes first: on an unguarded stack, the others would delete it.
    for harmless in (True, False):
        found = [name for name, asked in REFUSED.items() if (asked[1] == HEALTH) == harmless]
        passed = [name for name in found if not is_refused(running, *REFUSED[name])]
        yield from (f"{name} is answered" for name in passed)
        if passed:
            return
    for file in [stack.home, *stack.home.rglob("*")]:
        if not file.is_symlink() and file.stat().st_mode & 0o077:
            yield f"others may read {file.relative_to(stack.home)}"


def stopped_turns(stack: RunningStack, controls: StackControls) -> Iterator[str]:
    """Cancel or delete each turn as soon as its worker has it, and ask again: how many agents work for one user?"""
    controls.configure(
        {"ASYNC_CHAT_AGENT": "broken_agents:blocks", "ASYNC_CHAT_RECALL_DELAY_SECONDS": str(BLOCKS_SECONDS)}
    )
    for stop in ("cancel", "delete"):
        with _client(stack, controls.sign_up(f"{stop}s")) as client:
            began = time.monotonic()
            accepted = sum(_ask_and_stop(client, stop, number) for number in range(ASKS))
        if time.monotonic() - began > BLOCKS_SECONDS:
            yield f"{stop}: this machine is too slow to tell, the first agents have ended meanwhile"
        if accepted > AT_ONCE:
            yield f"{stop}: {accepted} agents work for one user at once, {AT_ONCE} are allowed"


def _ask_and_stop(client: ChatClient, stop: str, number: int) -> bool:
    """Whether the question was accepted."""
    chat = client.chat()
    try:
        chat.ask(f"Question {number}?")
    except TooManyRequests:
        return False
    give_up = time.monotonic() + BLOCKS_SECONDS / 2
    while chat.page().turn.phase == "queued" and time.monotonic() < give_up:
        time.sleep(0.2)
    chat.cancel() if stop == "cancel" else chat.delete()
    return True


def unlisted_memories(stack: RunningStack, controls: StackControls) -> Iterator[str]:
    """Memories of many bytes: what the list leaves out cannot be found, exported or forgotten, but the agent reads it."""
    user = controls.sign_up("Large")
    with _client(stack, user) as client:
        stored = {
            one
            for ids in client.memories.remember_all(NewMemory(f"{number} {LARGE}") for number in range(MEMORIES))
            for one in ids
        }
    for limit in (100, 90, 65, 50, 25):
        listed = list(_walk(stack, user, limit))
        if set(listed) != stored or len(listed) != len(stored):
            yield f"limit={limit}: {len(stored & set(listed))} of {len(stored)} memories are listed, {len(listed)} lines"


def _walk(stack: RunningStack, user: User, limit: int) -> Iterator[str]:
    headers = {"Authorization": f"Bearer {user.token}"}
    with httpx.Client(base_url=stack.api_url, headers=headers, timeout=30, trust_env=False) as api:
        cursor: str | None = ""
        while cursor is not None:
            page = (
                api.get("/memories", params={"limit": limit, **({"cursor": cursor} if cursor else {})})
                .raise_for_status()
                .json()
            )
            yield from (memory["memory_id"] for memory in page["memories"])
            cursor = page["next"]


def _client(stack: RunningStack, user: User) -> ChatClient:
    return ChatClient(stack.api_url, user.token, retry_budget=AT_ONCE_REFUSED)


ATTACKS: Final[dict[str, Callable[[RunningStack, StackControls], Iterator[str]]]] = {
    "a web page of another origin uses the local stack": other_web_pages,
    "one user has more agents at work than allowed": stopped_turns,
    "memories that no list shows": unlisted_memories,
}


def main(arguments: list[str]) -> int:
    """Returns 1 when an attack finds something."""
    argparse.ArgumentParser(prog="python -m tests attack", description=__doc__).parse_args(arguments)
    failed = False
    with one_stack() as stack:
        controls = StackControls(stack)
        try:
            for name, attack in ATTACKS.items():
                found = list(attack(stack, controls))
                print(
                    f"{name}: {'nothing found' if not found else ''}", *found, sep="\n  " if found else "", flush=True
                )
                failed = failed or bool(found)
        finally:
            controls.restore()
    return int(failed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
