"""Sample memories for the demo users, stored through the API, once."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from async_chat_client import ChatClient, NewMemory
from async_chat_client.errors import AsyncChatError

from domain.memory import Memory
from local.failure import StackFailure
from local.home import PROJECT, Home
from local.people import Person

FOLDER = PROJECT / "local" / "sample_memories"


def load(home: Home, client: ChatClient, person: Person) -> int:
    """Store the memories that this user has not had yet; returns their number. Deleted ones do not come back."""
    # By sub, not by name: the users of a new user pool have no memories.
    loaded = _loaded(home)
    missing = of(person.name)[loaded.get(person.sub, 0) :]
    try:
        for ids in client.memories.remember_all(missing):
            loaded[person.sub] = loaded.get(person.sub, 0) + len(ids)
            home.loaded_memories_file.write_text(json.dumps(loaded), encoding="utf-8")
    except AsyncChatError as error:
        raise StackFailure(f"The sample memories could not be stored: {error}") from error
    return len(missing)


def _loaded(home: Home) -> dict[str, int]:
    file = home.loaded_memories_file
    return dict(json.loads(file.read_text(encoding="utf-8"))) if file.exists() else {}


def of(name: str) -> list[NewMemory]:
    """A demo user's sample memories, as they are sent."""
    return [NewMemory(one["text"], datetime.fromisoformat(one["occurred_at"]), one["tags"]) for one in lines(name)]


def memory(memory_id: str, line: Mapping[str, Any]) -> Memory:
    """A line as an agent sees it."""
    return Memory(memory_id, line["text"], datetime.fromisoformat(line["occurred_at"]), tuple(line["tags"]))


def lines(name: str) -> list[Mapping[str, Any]]:
    """The lines of a demo user's file. The evaluation's questions name one by its `key`."""
    file = FOLDER / f"{name}.jsonl"
    if not file.exists():
        raise StackFailure(f"There are no sample memories of {name}.")
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines() if line.strip()]
