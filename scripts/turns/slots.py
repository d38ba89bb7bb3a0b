"""Who thinks now: the permits in the turn slots (src/adapters/dynamodb/turn_slots.py).

The workspace's few items name all turns. A workspace without a limit has none: there the users' items do, which only a
scan of the whole table finds.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from ulid import ULID

from adapters.dynamodb.turn_slots import deadline_of, slots_key, turn_of, workspace_shards

#: What BatchGetItem takes.
BATCH: Final = 100


@dataclass(frozen=True)
class Holder:
    """A turn that holds a slot: it thinks, or its worker has not let go of it. Past its deadline the slot is free."""

    turn_id: str
    deadline: datetime

    def line(self, now: datetime) -> str:
        """The turn, its age, and its deadline."""
        return (
            f"{self.turn_id}  for {_seconds(now - asked_at(self.turn_id))}, deadline in {_seconds(self.deadline - now)}"
        )


def asked_at(turn_id: str) -> datetime:
    """When the turn began, as its id says. Raises `ValueError` for what is no id."""
    return ULID.from_str(turn_id).datetime


def holders(dynamodb: Any, table: str, turns: int) -> list[Holder]:
    """The turns that hold slots, oldest first. `turns`: how many the workspace allows at once; 0: any number."""
    items = _shards(dynamodb, table, turns) if turns else _users(dynamodb, table)
    permits = {permit for item in items for permit in item.get("thinking", {"SS": []})["SS"]}
    return sorted((Holder(turn_of(one), deadline_of(one)) for one in permits), key=lambda holder: holder.turn_id)


def _shards(dynamodb: Any, table: str, turns: int) -> Iterator[Any]:
    keys = [slots_key(owner) for owner in workspace_shards(turns)]
    while keys:
        wanted = {table: {"Keys": keys[:BATCH], "ConsistentRead": True, "ProjectionExpression": "thinking"}}
        reply = dynamodb.batch_get_item(RequestItems=wanted)
        yield from reply["Responses"].get(table, [])
        keys = keys[BATCH:] + reply.get("UnprocessedKeys", {}).get(table, {}).get("Keys", [])


def _users(dynamodb: Any, table: str) -> Iterator[Any]:
    pages = dynamodb.get_paginator("scan").paginate(
        TableName=table,
        ConsistentRead=True,
        ProjectionExpression="thinking",
        FilterExpression="sk = :turns",
        ExpressionAttributeValues={":turns": slots_key("")["sk"]},
    )
    return (item for page in pages for item in page["Items"])


def _seconds(time: timedelta) -> str:
    return f"{time.total_seconds():.1f} s"
