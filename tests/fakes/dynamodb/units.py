"""Item sizes as DynamoDB counts them, and the units that reads and writes consume."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import ceil
from typing import Any, Final

KILOBYTE: Final = 1024
READ_UNIT: Final = 4 * KILOBYTE
#: An entry of a list or map costs a byte, the list or map itself three.
_ENTRY, _CONTAINER = 1, 3


@dataclass(frozen=True)
class Consumed:
    """One call's request units, items read, and bytes of request and reply."""

    operation: str
    read: float = 0
    write: float = 0
    index_write: float = 0
    items: int = 0
    item_bytes: int = 0
    request_bytes: int = 0
    reply_bytes: int = 0


def item_size(item: Mapping[str, Any]) -> int:
    """Bytes of an item: names and values."""
    return sum(len(name.encode()) + _value_size(value) for name, value in item.items())


def read_units(size: int, *, consistent: bool) -> float:
    """Units of a query or a get that read `size` bytes; eventually consistent reads cost half."""
    return max(1, ceil(size / READ_UNIT)) * (1 if consistent else 0.5)


def write_units(before: Mapping[str, Any], after: Mapping[str, Any], *, transaction: bool = False) -> float:
    """Units of a write that replaces `before` with `after`; a transaction costs twice."""
    return max(1, ceil(max(item_size(before), item_size(after)) / KILOBYTE)) * (2 if transaction else 1)


def _value_size(value: Mapping[str, Any]) -> int:
    ((kind, content),) = value.items()
    if kind == "S":
        return len(content.encode())
    if kind == "N":
        digits = content.strip("-").replace(".", "").strip("0")
        return ceil(len(digits) / 2) + 1
    if kind == "SS":
        return sum(len(member.encode()) for member in content)
    if kind == "L":
        return _CONTAINER + sum(_ENTRY + _value_size(member) for member in content)
    if kind == "M":
        return _CONTAINER + sum(_ENTRY + len(name.encode()) + _value_size(member) for name, member in content.items())
    if kind in {"BOOL", "NULL"}:
        return 1
    raise ValueError(kind)
