"""Turn slots: a counting semaphore that limits how many turns think at once, per user and in the whole workspace.

Each item, a shard, holds up to `limit` permits in a string set, `<deadline in milliseconds>#<turn id>`. A permit past
its deadline is free for the next turn, so a dead worker needs no clean-up. A permit is acquired in the transaction that
starts the turn. It is released in the one that ends it, unless somebody else ends a turn that a worker has claimed:
then by that worker, when it lets go. A retry is a turn with its own id, so a late release never frees its permit.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any, Final
from zlib import crc32

from adapters.dynamodb.items import from_millis, millis, number, text
from domain.chat import Turn
from domain.errors import AtCapacity, Refused, TooManyTurns

if TYPE_CHECKING:
    from adapters.dynamodb.items import Item, NewItem

#: One entry of TransactItems.
Write = dict[str, Any]

RETURN_OLD_ITEM: Final[dict[str, Any]] = {"ReturnValuesOnConditionCheckFailure": "ALL_OLD"}

#: So many permits fit into one write unit (1 KB), and so few writes meet on one item that they rarely conflict.
SLOTS_PER_SHARD: Final = 20


@dataclass(frozen=True, slots=True)
class SlotShard:
    """One item of the semaphore. `full` makes the error, given the seconds until its first permit expires."""

    table: str
    owner: str
    limit: int
    full: Callable[[float], Refused]

    def acquire(self, turn: Turn) -> Write:
        """Add the turn's permit, if fewer than `limit` are held, expired ones included."""
        condition = "attribute_not_exists(thinking) OR size(thinking) < :limit"
        return self._write("ADD thinking :permits", [_permit(turn)], condition, {":limit": number(self.limit)})

    def acquire_expired(self, item: "Item", turn: Turn) -> Write:
        """Replace the expired permits of `item` with the turn's; raise what `full` makes when none has expired."""
        held = item["thinking"]["SS"]
        live = sorted(permit for permit in held if deadline_of(permit) > turn.asked_at)
        if len(live) >= self.limit:
            raise self.full((deadline_of(live[0]) - turn.asked_at).total_seconds())
        seen: NewItem = {":held": {"SS": list(held)}}
        return self._write("SET thinking = :permits", [*live, _permit(turn)], "thinking = :held", seen)

    def release(self, turn: Turn) -> Write:
        """Remove the turn's permit. Releasing twice is releasing once."""
        return self._write("DELETE thinking :permits", [_permit(turn)])

    def _write(self, update: str, permits: list[str], condition: str = "", values: "NewItem | None" = None) -> Write:
        return {
            "Update": {
                "TableName": self.table,
                "Key": slots_key(self.owner),
                "UpdateExpression": update,
                "ExpressionAttributeValues": {":permits": {"SS": permits}, **(values or {})},
                **({"ConditionExpression": condition, **RETURN_OLD_ITEM} if condition else {}),
            }
        }


class TurnSlots:
    """The semaphore of a workspace: at most `capacity` turns think at once, 0 for any number. Sharded by turn id."""

    def __init__(self, table: str, capacity: int = 0) -> None:
        self._table = table
        self._capacity = capacity
        self._shards = -(-capacity // SLOTS_PER_SHARD)

    def shards_for(self, turn: Turn, user_limit: int) -> list[SlotShard]:
        """The shards in which the turn needs a permit: its user's, and the workspace's shard that its id hashes to.

        After a change of capacity a running turn's id may hash to another shard; the permit that it holds then
        expires at its deadline.
        """
        user = SlotShard(self._table, f"user#{turn.user_id}", user_limit, partial(TooManyTurns, user_limit))
        return [user, self._shard(crc32(turn.turn_id.encode()) % self._shards)] if self._shards else [user]

    def _shard(self, index: int) -> SlotShard:
        remainder = index < self._capacity % self._shards
        return SlotShard(self._table, f"places#{index}", self._capacity // self._shards + remainder, AtCapacity)


def slots_key(owner: str) -> "NewItem":
    """The key of a user's shard (`user#...`) or of one of the workspace's (`places#...`)."""
    return {"pk": text(owner), "sk": text("turns")}


def _permit(turn: Turn) -> str:
    return f"{millis(turn.deadline):015d}#{turn.turn_id}"


def turn_of(permit: str) -> str:
    """The id of the turn that holds the permit."""
    return permit.split("#", 1)[1]


def deadline_of(permit: str) -> datetime:
    """When the permit expires: its turn's deadline."""
    return from_millis(int(permit.split("#", 1)[0]))
