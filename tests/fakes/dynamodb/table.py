"""A table whose partitions are sorted by range key: a query takes a bisection and reads only its page."""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from tests.fakes.dynamodb.expressions import Item, Value, key_conditions
from tests.fakes.dynamodb.units import item_size, write_units

PAGE_BYTES: Final = 1024 * 1024


@dataclass
class _Partition:
    """Keys in order; `items` by key."""

    order: list[tuple[str, ...]] = field(default_factory=list)
    items: dict[tuple[str, ...], Item] = field(default_factory=dict)

    def put(self, key: tuple[str, ...], item: Item) -> None:
        if key not in self.items:
            insort(self.order, key)
        self.items[key] = item

    def remove(self, key: tuple[str, ...]) -> None:
        if self.items.pop(key, None) is not None:
            del self.order[bisect_left(self.order, key)]


@dataclass(frozen=True)
class Index:
    """A global secondary index: its keys, and what it projects besides all keys."""

    name: str
    hash_key: str
    range_key: str
    projected: tuple[str, ...]


@dataclass(frozen=True)
class Page:
    """One query's result."""

    items: list[Item]
    last_key: Item | None
    size: int


class KeyedTable:
    """Range keys are strings, as in both of the service's tables."""

    def __init__(self, hash_key: str, range_key: str, index: Index | None = None) -> None:
        self.hash_key, self.range_key, self.index = hash_key, range_key, index
        self._partitions: defaultdict[str, _Partition] = defaultdict(_Partition)
        self._index_partitions: defaultdict[str, _Partition] = defaultdict(_Partition)

    def get(self, key: Mapping[str, Value]) -> Item:
        """The item, empty for none."""
        return self._partitions[key[self.hash_key]["S"]].items.get((key[self.range_key]["S"],), {})

    def size(self) -> int:
        """Stored bytes, index included."""
        partitions = [*self._partitions.values(), *self._index_partitions.values()]
        return sum(item_size(item) for partition in partitions for item in partition.items.values())

    def items(self) -> list[Item]:
        """Every item, without the index."""
        return [item for partition in self._partitions.values() for item in partition.items.values()]

    def fill(self, items: Iterable[Item]) -> None:
        for item in items:
            self.write(item, item)

    def write(self, key: Mapping[str, Value], item: Item) -> float:
        """Store `item` (empty: remove it); returns the write units of the index."""
        before, partition = self.get(key), self._partitions[key[self.hash_key]["S"]]
        range_key = (key[self.range_key]["S"],)
        if item:
            partition.put(range_key, item)
        else:
            partition.remove(range_key)
        return self._write_index(before, item)

    def _write_index(self, before: Item, after: Item) -> float:
        old, new = self._entry(before), self._entry(after)
        if old == new:
            return 0
        moved = bool(old) and (not new or self._index_key(old) != self._index_key(new))
        if moved:
            hash_value, range_key = self._index_key(old)
            self._index_partitions[hash_value].remove(range_key)
        if new:
            hash_value, range_key = self._index_key(new)
            self._index_partitions[hash_value].put(range_key, new)
        if moved:  # one write deletes the old entry, another puts the new one
            return write_units(old, {}) + (write_units({}, new) if new else 0)
        return write_units(old, new)

    def _entry(self, item: Item) -> Item:
        """The item's entry in the index; empty when the item lacks one of its keys."""
        index = self.index
        if index is None or index.hash_key not in item or index.range_key not in item:
            return {}
        names = (self.hash_key, self.range_key, index.hash_key, index.range_key, *index.projected)
        return {name: item[name] for name in names if name in item}

    def _index_key(self, entry: Item) -> tuple[str, tuple[str, ...]]:
        assert self.index
        names = (self.index.range_key, self.hash_key, self.range_key)
        return entry[self.index.hash_key]["S"], tuple(entry[name]["S"] for name in names)

    # ---- queries

    def query(self, request: Mapping[str, Any]) -> Page:
        """A page ends at `Limit` or at a megabyte."""
        indexed = "IndexName" in request
        partition, low, high = self._range(request, indexed=indexed)
        forward = request.get("ScanIndexForward", True)
        if (start := request.get("ExclusiveStartKey")) is not None:
            bound = self._index_key(start)[1] if indexed else (start[self.range_key]["S"],)
            low = max(low, bisect_right(partition.order, bound)) if forward else low
            high = high if forward else min(high, bisect_left(partition.order, bound))
        rows = range(low, high) if forward else range(high - 1, low - 1, -1)
        found = [partition.items[partition.order[row]] for row in rows[: request.get("Limit", len(rows))]]
        page, size = _within_a_page(found)
        more = len(page) < len(rows) or (bool(page) and len(page) == request.get("Limit"))
        return Page(page, self._key_of(page[-1], indexed=indexed) if more and page else None, size)

    def _range(self, request: Mapping[str, Any], *, indexed: bool) -> tuple[_Partition, int, int]:
        (_, _, owner), *bounds = key_conditions(request["KeyConditionExpression"], request)
        partition = (self._index_partitions if indexed else self._partitions)[owner["S"]]
        low, high = 0, len(partition.order)
        for _, comparison, value in bounds:
            bound = (value["S"],)
            if comparison in {">", ">=", "="}:
                low = max(low, (bisect_right if comparison == ">" else bisect_left)(partition.order, bound))
            if comparison in {"<", "<=", "="}:
                high = min(high, (bisect_left if comparison == "<" else bisect_right)(partition.order, bound))
        return partition, low, high

    def _key_of(self, item: Item, *, indexed: bool) -> Item:
        names = [self.hash_key, self.range_key]
        if indexed and self.index:
            names += [self.index.hash_key, self.index.range_key]
        return {name: item[name] for name in names}


def _within_a_page(items: Iterable[Item]) -> tuple[list[Item], int]:
    page, size = list[Item](), 0
    for item in _until_full(items):
        page.append(item)
        size += item_size(item)
    return page, size


def _until_full(items: Iterable[Item]) -> Iterator[Item]:
    size = 0
    for item in items:
        if size > PAGE_BYTES:
            return
        size += item_size(item)
        yield item
