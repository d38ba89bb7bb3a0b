"""Places: how many turns may think at once, of one user and in the whole workspace.

A set of places is one item, which holds its thinking turns as <deadline>#<turn id>: a turn that nobody came to end
shows by its deadline, and its place is taken over. A place is taken, and given back, in the very transaction that
starts or ends the turn.
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

WITH_OLD: Final[dict[str, Any]] = {"ReturnValuesOnConditionCheckFailure": "ALL_OLD"}

#: So many fit into one write unit, and so few writes meet on one item that they hardly ever cancel each other.
PLACES_PER_ITEM: Final = 20


@dataclass(frozen=True, slots=True)
class Places:
    """One item's places. `full` makes the error, from the seconds until the first of its turns is at its deadline."""

    table: str
    owner: str
    limit: int
    full: Callable[[float], Refused]

    def take(self, turn: Turn) -> Write:
        """One more thinking turn, if there are fewer than the limit."""
        condition = "attribute_not_exists(thinking) OR size(thinking) < :limit"
        return self._write("ADD thinking :places", [_place(turn)], condition, {":limit": number(self.limit)})

    def take_freed(self, item: "Item", turn: Turn) -> Write:
        """A place that an overdue turn has left behind, as nobody came to settle it; else raise what `full` makes."""
        taken = item["thinking"]["SS"]
        live = sorted(place for place in taken if deadline_of(place) > turn.asked_at)
        if len(live) >= self.limit:
            raise self.full((deadline_of(live[0]) - turn.asked_at).total_seconds())
        seen: NewItem = {":taken": {"SS": list(taken)}}
        return self._write("SET thinking = :places", [*live, _place(turn)], "thinking = :taken", seen)

    def leave(self, turn: Turn) -> Write:
        """One thinking turn less; leaving twice is leaving once."""
        return self._write("DELETE thinking :places", [_place(turn)])

    def _write(self, update: str, places: list[str], condition: str = "", values: "NewItem | None" = None) -> Write:
        return {
            "Update": {
                "TableName": self.table,
                "Key": places_key(self.owner),
                "UpdateExpression": update,
                "ExpressionAttributeValues": {":places": {"SS": places}, **(values or {})},
                **({"ConditionExpression": condition, **WITH_OLD} if condition else {}),
            }
        }


class House:
    """All the places of a workspace: `capacity` turns may think at once, 0 for any number."""

    def __init__(self, table: str, capacity: int = 0) -> None:
        self._table = table
        self._capacity = capacity
        self._items = -(-capacity // PLACES_PER_ITEM)

    def places_for(self, turn: Turn, user_limit: int) -> list[Places]:
        """Those of which the turn needs one each: its user's, and a part of the workspace's found by its id.

        After a change of capacity a running turn's part may be another one: the place it took then lasts to its
        deadline.
        """
        own = Places(self._table, f"user#{turn.user_id}", user_limit, partial(TooManyTurns, user_limit))
        return [own, self._part(crc32(turn.turn_id.encode()) % self._items)] if self._items else [own]

    def _part(self, number_: int) -> Places:
        rest = number_ < self._capacity % self._items
        return Places(self._table, f"places#{number_}", self._capacity // self._items + rest, AtCapacity)


def places_key(owner: str) -> "NewItem":
    """Where the places of a user (`user#...`) or a part of the workspace's (`places#...`) are kept."""
    return {"pk": text(owner), "sk": text("turns")}


def _place(turn: Turn) -> str:
    return f"{millis(turn.deadline):015d}#{turn.turn_id}"


def deadline_of(place: str) -> datetime:
    """When the turn that holds the place is at its deadline."""
    return from_millis(int(place.split("#", 1)[0]))
