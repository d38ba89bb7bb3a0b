"""The evaluation set's questions and sample memories."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from domain.memory import Memory
from tests.fakes.memory_store import InMemoryMemoryStore

USERS: Final = ("alice", "bob")
_HERE: Final = Path(__file__).parent
_MEMORIES: Final = _HERE.parent.parent / "local" / "sample_memories"


@dataclass(frozen=True, slots=True)
class Question:
    """One line of a question file. `expect` are the memories that an answer must cite; none when no memory answers."""

    id: str
    user: str
    asked_at: datetime
    question: str
    expect: frozenset[str]
    kind: str


def questions() -> tuple[Question, ...]:
    """The questions that the search may be tuned on."""
    return _questions("questions.jsonl")


def held_out() -> tuple[Question, ...]:
    """Questions that nothing is tuned on."""
    return _questions("held_out.jsonl")


def _questions(file: str) -> tuple[Question, ...]:
    return tuple(
        Question(
            line["id"],
            line["user"],
            datetime.fromisoformat(line["asked_at"]),
            line["question"],
            frozenset(line["expect"]),
            line["kind"],
        )
        for line in _lines(_HERE / file)
    )


def sample_memories() -> InMemoryMemoryStore:
    """Both users' memories, with their keys as ids, which sort by age."""
    store = InMemoryMemoryStore()
    for user in USERS:
        store.put_many(user, list(_memories(_MEMORIES / f"{user}.jsonl")))
    return store


def _memories(file: Path) -> Iterator[Memory]:
    for line in _lines(file):
        occurred_at = datetime.fromisoformat(line["occurred_at"])
        yield Memory(line["key"], line["text"], occurred_at, tuple(line.get("tags", ())))


def _lines(file: Path) -> Iterator[dict[str, Any]]:
    with file.open(encoding="utf-8") as lines:
        yield from map(json.loads, lines)
