"""The condition and update expressions that the service writes; others raise `SyntaxError`."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final

#: Attribute values as DynamoDB's JSON has them: {"S": "text"}.
Value = Mapping[str, Any]
Item = dict[str, Value]

_TOKEN: Final = re.compile(r"\s*(<=|>=|<>|[=<>(),]|[:#]?\w+)")
_CLAUSES: Final = frozenset({"SET", "REMOVE", "ADD", "DELETE"})
_ORDERS: Final[dict[str, Callable[[Any, Any], bool]]] = {
    "<": lambda one, other: one < other,
    "<=": lambda one, other: one <= other,
    ">": lambda one, other: one > other,
    ">=": lambda one, other: one >= other,
}


def holds(expression: str, item: Item, request: Mapping[str, Any]) -> bool:
    """Whether `item`, empty for none, meets the condition; names and values are the request's."""
    reader = _Reader.of(expression, request)
    result = reader.condition(item)
    reader.expect(None)
    return result


def updated(expression: str, item: Item, request: Mapping[str, Any]) -> Item:
    """`item` after the update."""
    reader, after = _Reader.of(expression, request), dict(item)
    while (clause := reader.take()) is not None:
        if clause not in _CLAUSES:
            raise SyntaxError(f"{clause} in {expression}")
        reader.change(clause, item, after)
        while reader.next == ",":
            reader.take()
            reader.change(clause, item, after)
    return after


def key_conditions(expression: str, request: Mapping[str, Any]) -> list[tuple[str, str, Value]]:
    """A key condition's parts: attribute, comparison, value."""
    reader = _Reader.of(expression, request)
    parts = [(reader.name(), reader.operator(), reader.value())]
    while reader.next == "AND":
        reader.take()
        parts.append((reader.name(), reader.operator(), reader.value()))
    reader.expect(None)
    return parts


def sortable(value: Value) -> Any:
    """A Python value that compares with others of its type as DynamoDB does."""
    ((kind, content),) = value.items()
    if kind == "N":
        return Decimal(content)
    if kind == "SS":
        return frozenset(content)
    return content.encode() if kind == "S" else content


@dataclass
class _Reader:
    tokens: list[str]
    names: Mapping[str, str]
    values: Mapping[str, Value]
    position: int = field(default=0)

    @classmethod
    def of(cls, expression: str, request: Mapping[str, Any]) -> _Reader:
        names, values = request.get("ExpressionAttributeNames", {}), request.get("ExpressionAttributeValues", {})
        return cls(list(_tokens(expression)), names, values)

    @property
    def next(self) -> str | None:
        return self.tokens[self.position] if self.position < len(self.tokens) else None

    def take(self) -> str | None:
        token = self.next
        self.position += 1
        return token

    def expect(self, token: str | None) -> None:
        if (found := self.take()) != token:
            raise SyntaxError(f"{found} instead of {token}")

    def name(self) -> str:
        token = self.take() or ""
        return self.names[token] if token.startswith("#") else token

    def operator(self) -> str:
        return self.take() or ""

    def value(self) -> Value:
        return self.values[self.take() or ""]

    # ---- conditions: every part is parsed, even when the result is known

    def condition(self, item: Item) -> bool:
        result = self._all_of(item)
        while self.next == "OR":
            self.take()
            result = self._all_of(item) or result
        return result

    def _all_of(self, item: Item) -> bool:
        result = self._one(item)
        while self.next == "AND":
            self.take()
            result = self._one(item) and result
        return result

    def _one(self, item: Item) -> bool:
        if self.next == "(":
            self.take()
            result = self.condition(item)
            self.expect(")")
            return result
        if self.next in {"attribute_exists", "attribute_not_exists"}:
            wanted = self.take() == "attribute_exists"
            self.expect("(")
            found = self.name() in item
            self.expect(")")
            return found is wanted
        left, operator = self._operand(item), self.operator()
        if operator == "IN":
            return left in list(self._listed(item))
        right = self._operand(item)
        if operator == "=":
            return left is not None and left == right
        if operator in _ORDERS:
            return left is not None and right is not None and _ORDERS[operator](left, right)
        raise SyntaxError(operator)

    def _operand(self, item: Item) -> Any:
        if self.next == "size":
            self.take()
            self.expect("(")
            value = item.get(self.name())
            self.expect(")")
            return None if value is None else Decimal(len(next(iter(value.values()))))
        value = self._raw(item)
        return None if value is None else sortable(value)

    def _listed(self, item: Item) -> Iterator[Any]:
        self.expect("(")
        yield self._operand(item)
        while self.next == ",":
            self.take()
            yield self._operand(item)
        self.expect(")")

    def _raw(self, item: Item) -> Value | None:
        return self.value() if (self.next or "").startswith(":") else item.get(self.name())

    # ---- updates

    def change(self, clause: str, before: Item, after: Item) -> None:
        name = self.name()
        if clause == "SET":
            self.expect("=")
            value = self._raw(before)
            if value is None:
                raise SyntaxError(f"{name} is set to a missing attribute")
            after[name] = value
        elif clause == "REMOVE":
            after.pop(name, None)
        else:
            value = self.value()
            if "N" in value and clause == "ADD":
                after[name] = {"N": str(Decimal(after.get(name, {"N": "0"})["N"]) + Decimal(value["N"]))}
            else:
                _change_set(after, name, set(value["SS"]), more=clause == "ADD")


def _change_set(after: Item, name: str, members: set[str], *, more: bool) -> None:
    held = set(after.get(name, {"SS": []})["SS"])
    result = held | members if more else held - members
    if result:
        after[name] = {"SS": sorted(result)}
    else:
        after.pop(name, None)  # an empty set does not exist


def _tokens(expression: str) -> Iterator[str]:
    position, text = 0, expression.rstrip()
    while position < len(text):
        found = _TOKEN.match(text, position)
        if found is None:
            raise SyntaxError(text[position:])
        position = found.end()
        yield found[1]
