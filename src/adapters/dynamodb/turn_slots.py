"""Turn slots and budgets: a counting semaphore of turns, and counters of runs, per user and in the whole workspace.

Each item, a shard, holds up to `limit` permits in a string set, `<deadline in milliseconds>#<turn id>`. A permit past
its deadline is free for the next turn, so a dead worker needs no clean-up. A permit is acquired in the transaction that
starts the turn. It is released in the one that ends it, unless somebody else ends a turn that a worker has claimed:
then by that worker, when it lets go. A retry is a turn with its own id, so a late release never frees its permit.

A budget counts in the same write, without a read before it. Its counter's name is that of the window modulo `RING`, and
each write removes all other names: the counter of a new window begins at nothing. `<budget>_at` says which window
counts. Only after a pause of exactly a multiple of `RING` windows an old counter has the new name; then, and when a
shard is full, the first write is refused, and a second one starts from what the refusal shows.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any, Final
from zlib import crc32

from adapters.dynamodb.items import from_millis, millis, number, text
from domain.chat import Turn
from domain.errors import AtCapacity, Refused, TooManyTurns
from domain.limits import Budget, UserLimits, WorkspaceLimits

if TYPE_CHECKING:
    from adapters.dynamodb.items import Item, NewItem

#: One entry of TransactItems.
Write = dict[str, Any]

RETURN_OLD_ITEM: Final[dict[str, Any]] = {"ReturnValuesOnConditionCheckFailure": "ALL_OLD"}

#: So many permits fit into one write unit (1 KB), and so few writes meet on one item that they rarely conflict.
SLOTS_PER_SHARD: Final = 20

#: Names of a budget's counters. No usual pause (5, 10, 15, 30 or 60 minutes, a week) is a multiple of so many windows.
RING: Final = 11


@dataclass(frozen=True, slots=True)
class SlotShard:
    """One item of the semaphore and its budgets. `full` makes the error, given the seconds until its first permit
    expires.
    """

    table: str
    owner: str
    limit: int
    full: Callable[[float], Refused]
    budgets: tuple[Budget, ...] = ()

    def acquire(self, turn: Turn) -> Write:
        """Add the turn's permit, if fewer than `limit` are held, expired ones included, and count it in the budgets."""
        update = _Update()
        update.add.append("thinking :permits")
        update.values |= {":permits": {"SS": [_permit(turn)]}, ":limit": number(self.limit)}
        update.conditions.append("(attribute_not_exists(thinking) OR size(thinking) < :limit)")
        for budget in self.budgets:
            window = budget.window(turn.asked_at)
            at, counter = f"{budget.name}_at", _counter(budget, window)
            update.set_counter(budget, window)
            update.add.append(f"{counter} :one")
            update.values |= {f":{at}": number(window), f":{budget.name}": number(budget.limit), ":one": number(1)}
            update.conditions.append(
                f"(attribute_not_exists({at}) OR {at} < :{at} AND attribute_not_exists({counter})"
                f" OR {at} = :{at} AND {counter} < :{budget.name})"
            )
        return update.of(self)

    def acquire_again(self, item: "Item", turn: Turn) -> Write:
        """The same after a refusal, from the `item` that it showed: expired permits and old counters are replaced.

        Raises what `used_up` or `full` makes when nothing of that is free.
        """
        update = _Update()
        for budget in self.budgets:
            at = f"{budget.name}_at"
            seen = int(item[at]["N"]) if at in item else None
            counter = _counter(budget, seen or 0)
            window, runs = budget.counted(turn.asked_at, seen, int(item[counter]["N"]) if counter in item else 0)
            update.set_counter(budget, window)
            update.set.append(f"{_counter(budget, window)} = :{budget.name}_runs")
            update.values |= {f":{at}": number(window), f":{budget.name}_runs": number(runs)}
            update.unchanged(item, at)
            update.unchanged(item, counter)
        held = item["thinking"]["SS"] if "thinking" in item else []
        live = sorted(permit for permit in held if deadline_of(permit) > turn.asked_at)
        if len(live) >= self.limit:
            raise self.full((deadline_of(live[0]) - turn.asked_at).total_seconds())
        update.set.append("thinking = :permits")
        update.values[":permits"] = {"SS": [*live, _permit(turn)]}
        update.unchanged(item, "thinking")
        return update.of(self)

    def release(self, turn: Turn) -> Write:
        """Remove the turn's permit. Releasing twice is releasing once; what has run stays counted."""
        update = _Update()
        update.delete.append("thinking :permits")
        update.values[":permits"] = {"SS": [_permit(turn)]}
        return update.of(self)


@dataclass(slots=True)
class _Update:
    """The parts of one UpdateItem of a shard."""

    set: list[str] = field(default_factory=list)
    add: list[str] = field(default_factory=list)
    delete: list[str] = field(default_factory=list)
    remove: list[str] = field(default_factory=list)
    conditions: list[str] = field(default_factory=list)
    values: "NewItem" = field(default_factory=dict)

    def set_counter(self, budget: Budget, window: int) -> None:
        """Make `window` the one that counts: no counter of another one is left."""
        self.set.append(f"{budget.name}_at = :{budget.name}_at")
        own = _counter(budget, window)
        self.remove += [name for place in range(RING) if (name := _counter(budget, place)) != own]

    def unchanged(self, item: "Item", name: str) -> None:
        """Only if the attribute still is as in `item`."""
        if name in item:
            self.conditions.append(f"{name} = :seen_{name}")
            self.values[f":seen_{name}"] = item[name]
        else:
            self.conditions.append(f"attribute_not_exists({name})")

    def of(self, shard: SlotShard) -> Write:
        clauses = {"SET": self.set, "REMOVE": self.remove, "ADD": self.add, "DELETE": self.delete}
        condition = {"ConditionExpression": " AND ".join(self.conditions), **RETURN_OLD_ITEM} if self.conditions else {}
        return {
            "Update": {
                "TableName": shard.table,
                "Key": slots_key(shard.owner),
                "UpdateExpression": " ".join(f"{word} {', '.join(parts)}" for word, parts in clauses.items() if parts),
                "ExpressionAttributeValues": self.values,
                **condition,
            }
        }


class TurnSlots:
    """The semaphore of a workspace, and its budget. Sharded by turn id; none of both without a limit of turns."""

    def __init__(self, table: str, limits: WorkspaceLimits) -> None:
        self._table = table
        self._limits = limits
        self._shards = len(workspace_shards(limits.turns))

    def shards_for(self, turn: Turn, limits: UserLimits | None = None) -> list[SlotShard]:
        """The shards in which the turn needs a permit: its user's, and the workspace's shard that its id hashes to.

        `limits` is needed to acquire, not to release. After a change of capacity a running turn's id may hash to
        another shard; the permit that it holds then expires at its deadline.
        """
        limits = limits or UserLimits(1)
        full = partial(TooManyTurns, limits.turns)
        user = SlotShard(self._table, f"user#{turn.user_id}", limits.turns, full, limits.budgets)
        return [user, self._shard(crc32(turn.turn_id.encode()) % self._shards)] if self._shards else [user]

    def _shard(self, index: int) -> SlotShard:
        budgets = self._limits.budgets(max(1, self._share(self._limits.answers_per_day, index)))
        return SlotShard(
            self._table, _workspace_shard(index), self._share(self._limits.turns, index), AtCapacity, budgets
        )

    def _share(self, whole: int, index: int) -> int:
        return whole // self._shards + (index < whole % self._shards)


def workspace_shards(turns: int) -> list[str]:
    """The owners of the workspace's shards, where so many turns may think at once."""
    return [_workspace_shard(index) for index in range(-(-turns // SLOTS_PER_SHARD))]


def _workspace_shard(index: int) -> str:
    return f"places#{index}"


def _counter(budget: Budget, window: int) -> str:
    return f"{budget.name}_{window % RING}"


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
