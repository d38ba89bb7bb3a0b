"""A DynamoDB behind botocore clients: answers before a request is sent, and records what each call consumed."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Final

from botocore.awsrequest import AWSResponse
from botocore.compat import HTTPHeaders

from tests.fakes.dynamodb.expressions import Item, Value, holds, updated
from tests.fakes.dynamodb.table import KeyedTable
from tests.fakes.dynamodb.units import Consumed, item_size, read_units, write_units

_REFUSED: Final = "ConditionalCheckFailed"


class KeyedStore:
    """`tables` by name; `consumed` holds every call so far, `invocations` the payloads sent to Lambda."""

    def __init__(self, tables: Mapping[str, KeyedTable]) -> None:
        self.tables = tables
        self.consumed: list[Consumed] = []
        self.invocations: list[bytes] = []

    def answer_for(self, *clients: Any) -> None:
        """Connect these clients to this store."""
        for client in clients:
            client.meta.events.register_first("before-send", self._answer)

    @contextmanager
    def counting(self) -> Iterator[list[Consumed]]:
        """What the calls inside the block consumed; filled when it ends."""
        before, here = len(self.consumed), list[Consumed]()
        yield here
        here.extend(self.consumed[before:])

    def forget_calls(self) -> None:
        self.consumed.clear()
        self.invocations.clear()

    def answer(self, operation: str, body: bytes) -> tuple[int, bytes]:
        """Status and body of the reply to one request."""
        if operation == "Invoke":
            self.invocations.append(body)
            return self._counted(Consumed(operation), body, 202, b"")
        status, reply, used = getattr(self, f"_{operation}")(json.loads(body))
        return self._counted(used, body, status, json.dumps(reply).encode())

    def _answer(self, request: Any, event_name: str, **_: object) -> AWSResponse:
        status, reply = self.answer(event_name.rsplit(".", 1)[-1], bytes(request.body or b""))
        headers = HTTPHeaders.from_dict({"Content-Type": "application/x-amz-json-1.0"})
        return AWSResponse("https://keyed-store.invalid", status, headers, RawBody(reply))

    def _counted(self, used: Consumed, body: bytes, status: int, reply: bytes) -> tuple[int, bytes]:
        sizes = {"request_bytes": len(body), "reply_bytes": len(reply)}
        self.consumed.append(Consumed(**{**vars(used), **sizes}))
        return status, reply

    # ---- operations, by DynamoDB's names

    def _GetItem(self, request: dict[str, Any]) -> tuple[int, Any, Consumed]:  # noqa: N802
        item = self.tables[request["TableName"]].get(request["Key"])
        size = item_size(item)
        units = read_units(size, consistent=request.get("ConsistentRead", False))
        return 200, {"Item": item} if item else {}, Consumed("GetItem", read=units, items=bool(item), item_bytes=size)

    def _Query(self, request: dict[str, Any]) -> tuple[int, Any, Consumed]:  # noqa: N802
        page = self.tables[request["TableName"]].query(request)
        reply: dict[str, Any] = {"Items": page.items, "Count": len(page.items), "ScannedCount": len(page.items)}
        if page.last_key:
            reply["LastEvaluatedKey"] = page.last_key
        units = read_units(page.size, consistent=request.get("ConsistentRead", False))
        return 200, reply, Consumed("Query", read=units, items=len(page.items), item_bytes=page.size)

    def _BatchWriteItem(self, request: dict[str, Any]) -> tuple[int, Any, Consumed]:  # noqa: N802
        write = index = 0.0
        for name, entries in request["RequestItems"].items():
            table = self.tables[name]
            for entry in entries:
                ((kind, part),) = entry.items()
                after = dict(part["Item"]) if kind == "PutRequest" else {}
                key = {at: (after or part["Key"])[at] for at in (table.hash_key, table.range_key)}
                write += write_units(table.get(key), after)
                index += table.write(key, after)
        return 200, {"UnprocessedItems": {}}, Consumed("BatchWriteItem", write=write, index_write=index)

    def _UpdateItem(self, request: dict[str, Any]) -> tuple[int, Any, Consumed]:  # noqa: N802
        table = self.tables[request["TableName"]]
        before = table.get(request["Key"])
        if not _allowed(request, before):
            return (
                400,
                {"__type": "com.amazonaws#ConditionalCheckFailedException", "Item": before},
                Consumed("UpdateItem"),
            )
        after = _after("Update", request, before)
        index = table.write(request["Key"], after)
        used = Consumed("UpdateItem", write=write_units(before, after), index_write=index)
        return 200, {"Attributes": before} if request.get("ReturnValues") == "ALL_OLD" else {}, used

    def _TransactWriteItems(self, request: dict[str, Any]) -> tuple[int, Any, Consumed]:  # noqa: N802
        parts = [(kind, part) for entry in request["TransactItems"] for kind, part in entry.items()]
        befores = [self.tables[part["TableName"]].get(self._key(kind, part)) for kind, part in parts]
        refused = [not _allowed(part, before) for (_, part), before in zip(parts, befores, strict=True)]
        if any(refused):
            reasons = [
                {"Code": _REFUSED, "Item": before} if no else {"Code": "None"}
                for no, before in zip(refused, befores, strict=True)
            ]
            reply = {"__type": "com.amazonaws#TransactionCanceledException", "CancellationReasons": reasons}
            return 400, reply, Consumed("TransactWriteItems")
        write = index = 0.0
        for (kind, part), before in zip(parts, befores, strict=True):
            after = _after(kind, part, before)
            write += write_units(before, after, transaction=True)
            index += self.tables[part["TableName"]].write(self._key(kind, part), after)
        return 200, {}, Consumed("TransactWriteItems", write=write, index_write=index)

    def _key(self, kind: str, part: Mapping[str, Any]) -> dict[str, Value]:
        if kind != "Put":
            return dict(part["Key"])
        table = self.tables[part["TableName"]]
        return {name: part["Item"][name] for name in (table.hash_key, table.range_key)}


def _allowed(request: Mapping[str, Any], before: Item) -> bool:
    condition = request.get("ConditionExpression")
    return condition is None or holds(condition, before, request)


def _after(kind: str, part: Mapping[str, Any], before: Item) -> Item:
    if kind == "Put":
        return dict(part["Item"])
    if kind == "Delete":
        return {}
    return updated(part["UpdateExpression"], {**part["Key"], **before}, part)


class RawBody:
    """A response body with urllib3's interface."""

    def __init__(self, body: bytes) -> None:
        self._body = body

    def stream(self, *_: object, **__: object) -> Sequence[bytes]:
        return [self._body]
