"""Sample memories for the demo users, stored through the API, once."""

from __future__ import annotations

import json
from datetime import datetime

from async_chat_client import ChatClient, NewMemory
from async_chat_client.errors import AsyncChatError

from local.failure import StackFailure
from local.home import PROJECT, Home
from local.people import Person

FOLDER = PROJECT / "local" / "sample_memories"


def load(home: Home, client: ChatClient, person: Person) -> int:
    """Store the memories that this user has not had yet; returns their number. Deleted ones do not come back."""
    # By sub, not by name: the users of a new user pool have no memories.
    loaded = _loaded(home)
    missing = _sample_of(person)[loaded.get(person.sub, 0) :]
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


def _sample_of(person: Person) -> list[NewMemory]:
    """Without `key`, by which the evaluation's questions name a memory."""
    lines = (FOLDER / f"{person.name}.jsonl").read_text(encoding="utf-8").splitlines()
    found = [json.loads(line) for line in lines if line.strip()]
    return [NewMemory(one["text"], datetime.fromisoformat(one["occurred_at"]), one["tags"]) for one in found]
