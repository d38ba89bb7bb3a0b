"""Sample memories for the demo users, loaded as any app would load them: through the API, once."""

from __future__ import annotations

import json

import httpx

from local.api import api_client
from local.failure import StackFailure
from local.home import PROJECT, Home
from local.people import Person

FOLDER = PROJECT / "local" / "sample_memories"
BATCH = 100  # the most that POST /memories takes


def load(home: Home, api_url: str, person: Person) -> int:
    """How many were loaded: none for a user who has had them before, even if they were deleted since."""
    # By sub, not by name: a user pool that was made anew has users without memories.
    loaded = _loaded(home)
    memories = _sample_of(person)
    first = loaded.get(person.sub, 0)
    with api_client(api_url, person.token) as api:
        for start in range(first, len(memories), BATCH):
            batch = memories[start : start + BATCH]
            _remember(api, batch)
            loaded[person.sub] = start + len(batch)
            home.loaded_memories_file.write_text(json.dumps(loaded), encoding="utf-8")
    return max(len(memories) - first, 0)


def _loaded(home: Home) -> dict[str, int]:
    if not home.loaded_memories_file.exists():
        return {}
    return {str(sub): int(count) for sub, count in json.loads(home.loaded_memories_file.read_text("utf-8")).items()}


def _sample_of(person: Person) -> list[dict[str, object]]:
    lines = (FOLDER / f"{person.name}.jsonl").read_text(encoding="utf-8").splitlines()
    return [_without_key(json.loads(line)) for line in lines if line.strip()]


def _without_key(memory: dict[str, object]) -> dict[str, object]:
    """The key names a memory for the evaluation's questions; the API knows no such thing."""
    return {name: value for name, value in memory.items() if name != "key"}


def _remember(api: httpx.Client, batch: list[dict[str, object]]) -> None:
    answer = api.post("/memories", json={"memories": batch})
    if answer.status_code != httpx.codes.CREATED:
        raise StackFailure(f"The sample memories were refused with {answer.status_code}: {answer.text[:300]}")
