"""Crash points of storing and deleting memories: every AWS call, every fault, over the real adapters.

An app repeats a request that got no response, or 503. Afterwards the usage must be what is stored; a request with a key
must have stored its memories once; one without a key must have stored them once, unless a complete one lost its
response.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final

from domain.memory import MemoryUsage
from tests.faults.crash_points.cloud import Cloud
from tests.faults.crash_points.interruptions import Fault, Point

USER: Final = "alice"
TRIES: Final = 4
#: More than two transactions' worth.
BATCH: Final = 60
KEY: Final = {"Idempotency-Key": "import-1"}
#: After its effect, the last call of a complete request may be followed by a second request.
IN_DOUBT: Final = frozenset({Fault.KILLED_AFTER, Fault.LOST_AFTER})


@dataclass(frozen=True)
class MemoryStory:
    """`count` memories are stored in one request, or (`forget`) one of three is deleted. `legacy`: never counted yet."""

    name: str
    count: int = 0
    headers: Any = None
    forget: bool = False
    legacy: bool = False
    #: The same request comes again just before a call, and is answered there.
    twice: bool = False


STORIES: Final = (
    MemoryStory("a batch with a key", BATCH, KEY),
    MemoryStory("a batch without a key", BATCH),
    MemoryStory("one memory with a key", 1, KEY),
    MemoryStory("one memory without a key", 1),
    MemoryStory("a batch with a key, of a user who was not counted yet", BATCH, KEY, legacy=True),
    MemoryStory("a batch with a key, sent twice at once", BATCH, KEY, twice=True),
    MemoryStory("a deletion", forget=True),
    MemoryStory("a deletion, by a user who was not counted yet", forget=True, legacy=True),
)


def memory_breaches(stories: tuple[MemoryStory, ...] = STORIES) -> Iterator[str]:
    """What is wrong at any crash point, with the point's name. Needs moto."""
    cloud = Cloud()
    for story in stories:
        calls = _told(cloud, story, None)
        yield from (f"{story.name}, undisturbed: {wrong}" for wrong in _wrong(cloud, story))
        for call in range(calls):
            for event in ("the same request",) if story.twice else Fault:
                _told(cloud, story, (call, event))
                last = call == calls - 1 and event in IN_DOUBT
                wrongs = _wrong(cloud, story, sets=2 if last and story.headers is None else 1)
                yield from (f"{story.name}, call {call}: {event}: {wrong}" for wrong in wrongs)


def _told(cloud: Cloud, story: MemoryStory, at: tuple[int, Fault | str] | None) -> int:
    """Tell the story; returns the number of its AWS calls."""
    cloud.begin(retries=0)
    ids: list[str] = []
    if story.forget:
        ids = cloud.call("POST /memories", USER, body=_body(3))[1].body["memory_ids"]  # type: ignore[union-attr]  # not interrupted
    if story.legacy:
        cloud.forget_usage(USER)
    act = _forgetting(cloud, ids[1]) if story.forget else _storing(cloud, story)
    calls: list[str] = []
    event = None if at is None else at[1]
    point = None if at is None else Point(at[0], event if isinstance(event, Fault) else act)
    with cloud.interruptions.counting(point, calls.append):
        act()
    return len(calls)


def _storing(cloud: Cloud, story: MemoryStory) -> Callable[[], None]:
    return lambda: _repeat(cloud, "POST /memories", body=_body(story.count), headers=story.headers)


def _forgetting(cloud: Cloud, memory_id: str) -> Callable[[], None]:
    return lambda: _repeat(cloud, "DELETE /memories/{memory_id}", path={"memory_id": memory_id})


def _repeat(cloud: Cloud, route: str, **parts: Any) -> None:
    for _ in range(TRIES):
        _, answer = cloud.call(route, USER, **parts)
        if answer is not None and answer.status != HTTPStatus.SERVICE_UNAVAILABLE:
            assert answer.status < HTTPStatus.INTERNAL_SERVER_ERROR, answer.text
            return


def _body(count: int) -> dict[str, Any]:
    return {"memories": [{"text": f"Memory {number}"} for number in range(count)]}


def _wrong(cloud: Cloud, story: MemoryStory, sets: int = 1) -> Iterator[str]:
    stored, usage = cloud.memories_of(USER)
    if usage != MemoryUsage.of(stored):
        yield f"{usage} is counted, {MemoryUsage.of(stored)} is stored"
    texts = sorted(memory.text for memory in stored)
    wanted = ["Memory 0", "Memory 2"] if story.forget else [f"Memory {n}" for n in range(story.count)] * sets
    if texts != sorted(wanted):
        yield f"{len(texts)} memories are stored, not {len(wanted)}"
