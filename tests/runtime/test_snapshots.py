"""SnapStart: copies of one snapshot share no random numbers, ids, connections or credentials."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.runtime.aws import CREDENTIALS, Aws
from tests.runtime.conftest import Start, Started, ask

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc, and forks a process with libcurl in it")

SNAPSHOT = (str(Path(__file__).with_name("restored_twice.py")),)
#: A function with SnapStart gets the role's credentials from an endpoint.
KEYS = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN")


class Copies:
    """The original, which waits at its snapshot, and two copies that serve events."""

    def __init__(self, original: Started) -> None:
        self._original = original
        self.runtimes = [original.function.copy(), original.function.copy()]

    def ask_each(self) -> list[dict[str, Any]]:
        """One ask for each copy, in the order in which they ask for work."""
        answers = [runtime.invoke(ask())[0] for runtime in self.runtimes]
        assert {answer["statusCode"] for answer in answers} == {200}, answers
        return [json.loads(answer["body"]) for answer in answers]

    def told(self, fact: str, times: int) -> list[Any]:
        """What restored_twice.py has printed under this name."""
        for _ in range(100):
            lines = [json.loads(line) for line in self._original.lines() if line.startswith("{")]
            found = [line[fact] for line in lines if fact in line]
            if len(found) >= times:
                return found
            time.sleep(0.1)
        raise AssertionError(f"{fact} was not told: {self._original.lines()}")


@pytest.fixture
def copies(start: Start, aws: Aws) -> Any:
    @contextmanager
    def copies(module: str = "chat", **more: str) -> Iterator[Copies]:
        snap_start = {
            "AWS_LAMBDA_INITIALIZATION_TYPE": "snap-start",
            "AWS_CONTAINER_CREDENTIALS_FULL_URI": aws.url + CREDENTIALS,
        }
        # A fork of a process with threads is deprecated; the one thread here is libcurl's resolver.
        quiet = {"PYTHONWARNINGS": "default"}
        with start(module, program=SNAPSHOT, without=KEYS, **snap_start, **quiet, **more) as original:
            made = Copies(original)
            try:
                yield made
            finally:
                for runtime in made.runtimes:
                    if runtime._connection is not None:
                        runtime._connection.close()
                for pid in [pid for line in made.told("copies", 1) for pid in line]:
                    os.kill(pid, 9)

    return copies


def test_copies_give_different_ids_and_tokens(copies: Any, aws: Aws) -> None:
    with copies() as two:
        chats = {answer["chat_id"] for answer in two.ask_each()}
        events = [json.loads(event) for event in aws.store.invocations]
    assert len(chats) == 2
    for unique in ("turn_id", "token"):
        assert len({event[unique] for event in events}) == 2


def test_copies_draw_different_random_numbers(copies: Any) -> None:
    with copies() as two:
        assert len(set(two.told("drawn", 2))) == 2


def test_copies_would_share_their_random_numbers_without_the_hook(copies: Any) -> None:
    with copies(HOOKS="none") as two:
        assert len(set(two.told("drawn", 2))) == 1


BEDROCK = {"ASYNC_CHAT_AGENT": "bedrock", "ASYNC_CHAT_MODEL_ID": "some.model-v1:0"}


@pytest.mark.parametrize("settings", [{}, BEDROCK], ids=["recall", "bedrock"])
def test_no_connection_is_open_at_the_snapshot_and_each_copy_opens_its_own(
    copies: Any, settings: dict[str, str]
) -> None:
    with copies(**settings) as two:
        assert two.told("sockets", 1) == [[]]
        two.ask_each()
        one, other = (sockets(pid) for pid in two.told("pid", 2))
    assert one
    assert one.isdisjoint(other)


def sockets(pid: int) -> set[str]:
    folder = Path(f"/proc/{pid}/fd")
    return {target for link in folder.iterdir() if (target := str(link.readlink())).startswith("socket:")}


def test_credentials_of_the_snapshot_are_renewed_by_each_copy(copies: Any, aws: Aws) -> None:
    with copies() as two:
        two.ask_each()
    assert aws.handed_out >= 3
    assert "KEY1" not in aws.keys
    assert len(set(aws.keys)) >= 2


@pytest.mark.parametrize(
    ("module", "settings", "imported"),
    [
        ("chat", {}, {"adapters.agents.recall_agent", "adapters.search.engine"}),
        (
            "chat",
            BEDROCK,
            {"adapters.agents.bedrock.agent", "pydantic_ai.models.bedrock"},
        ),
        ("reads", {}, {"adapters.dynamodb.chat_repository"}),
        ("waits", {}, {"adapters.dynamodb.chat_repository"}),
        ("search", {}, {"adapters.search.ranking"}),
        ("edits", {}, {"adapters.dynamodb.memory_store"}),
        ("failures", {}, {"adapters.dynamodb.chat_repository"}),
    ],
)
def test_snapshot_holds_what_the_first_event_needs(
    copies: Any, aws: Aws, module: str, settings: dict[str, str], imported: set[str]
) -> None:
    with copies(module, **settings) as two:
        (modules,) = two.told("modules", 1)
    assert imported <= set(modules)
    # A client asks for credentials when it is made.
    assert aws.handed_out >= 1


def test_without_snap_start_nothing_is_made_before_it_is_needed(start: Start, aws: Aws) -> None:
    with start("chat", AWS_CONTAINER_CREDENTIALS_FULL_URI=aws.url + CREDENTIALS, without=KEYS) as chat:
        chat.function._next_request()
    assert aws.handed_out == 0
