"""Memories in DynamoDB: one partition per user, one item per memory."""

from collections.abc import Collection, Sequence
from itertools import islice
from typing import TYPE_CHECKING, Any

from adapters.aws.errors import translate_aws_errors
from adapters.dynamodb.batch import TableBatch
from adapters.dynamodb.items import from_millis, moment, text
from adapters.dynamodb.writer import ItemWriter
from domain.errors import StoreUnavailable
from domain.memory import Memory
from domain.ports import Clock, MemoryStore

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

    from adapters.dynamodb.items import Item, NewItem


class DynamoDbMemoryStore(MemoryStore):
    """Every call has the user id as its partition key, so that none can reach another user's memories."""

    def __init__(self, client: "DynamoDBClient", table: str, clock: Clock) -> None:
        self._client = client
        self._table = table
        self._batch = TableBatch(client, table, clock)
        self._writer = ItemWriter(client, clock)

    def put_many(self, user_id: str, memories: Sequence[Memory]) -> None:
        self._batch.write_all({"PutRequest": {"Item": _item(user_id, memory)}} for memory in memories)

    def list_all(self, user_id: str) -> tuple[Memory, ...]:
        return tuple(map(_memory_from, self._batch.query_all(self._query(user_id, None))))

    def list_page(self, user_id: str, limit: int, before: str | None = None) -> tuple[Memory, ...]:
        query = {**self._query(user_id, before), "Limit": limit}
        # DynamoDB ends a page at a megabyte: a hundred long memories take two.
        return tuple(map(_memory_from, islice(self._batch.query_all(query), limit)))

    def get_many(self, user_id: str, memory_ids: Collection[str]) -> tuple[Memory, ...]:
        # One small query each: an answer cites few memories, and the worker's role needs no right beyond Query.
        found = (self._find(user_id, memory_id) for memory_id in sorted(set(memory_ids)))
        return tuple(memory for memory in found if memory is not None)

    def delete(self, user_id: str, memory_id: str) -> bool:
        key = _key(user_id, memory_id)
        gone = self._writer.delete({"TableName": self._table, "Key": key, "ReturnValues": "ALL_OLD"})
        return "Attributes" in gone

    def _find(self, user_id: str, memory_id: str) -> Memory | None:
        query = self._query(user_id, None)
        query["KeyConditionExpression"] += " AND memory_id = :memory"
        query["ExpressionAttributeValues"][":memory"] = text(memory_id)
        with translate_aws_errors(StoreUnavailable):
            found = self._client.query(**query)
        return _memory_from(found["Items"][0]) if found["Items"] else None

    def _query(self, user_id: str, before: str | None) -> dict[str, Any]:
        values: NewItem = {":user": text(user_id)}
        condition = "user_id = :user"
        if before is not None:
            condition, values[":before"] = "user_id = :user AND memory_id < :before", text(before)
        return {
            "TableName": self._table,
            "KeyConditionExpression": condition,
            "ExpressionAttributeValues": values,
            "ScanIndexForward": False,
            # A memory that was just deleted must not appear in an answer.
            "ConsistentRead": True,
        }


def _key(user_id: str, memory_id: str) -> "NewItem":
    return {"user_id": text(user_id), "memory_id": text(memory_id)}


def _item(user_id: str, memory: Memory) -> "NewItem":
    item: NewItem = {
        **_key(user_id, memory.memory_id),
        "text": text(memory.text),
        "occurred_at": moment(memory.occurred_at),
    }
    if memory.tags:
        item["tags"] = {"L": [text(tag) for tag in memory.tags]}
    return item


def _memory_from(item: "Item") -> Memory:
    return Memory(
        memory_id=item["memory_id"]["S"],
        text=item["text"]["S"],
        occurred_at=from_millis(int(item["occurred_at"]["N"])),
        tags=tuple(tag["S"] for tag in item.get("tags", {"L": []})["L"]),
    )
