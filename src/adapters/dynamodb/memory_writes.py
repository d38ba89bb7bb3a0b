"""DynamoDB write requests for memories: the memories, the user's usage, and the record of the request's key.

    chats table    user#<user id>   memories          how many memories the user has, and their bytes
    chats table    user#<user id>   memories#<hash>   the record of a request; expires
    memories       <user id>        <memory id>       a memory

Usage and records are in the chats table, beside the user's other items, so that whoever reads a user's partition of
the memories table finds nothing but memories.
"""

import hashlib
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from adapters.dynamodb.items import moment, number, text
from adapters.dynamodb.turn_slots import RETURN_OLD_ITEM, Write
from domain.memory import Memory, MemoryUsage
from domain.records import MemoryRecord, MemoryTerms

if TYPE_CHECKING:
    from adapters.dynamodb.items import Item, NewItem

USAGE: Final = "memories"


class MemoryWrites:
    """Builds the write requests of one user; sends nothing."""

    def __init__(self, table: str, chats_table: str, user_id: str) -> None:
        self._table = table
        self._chats_table = chats_table
        self._user_id = user_id

    def memory(self, memory: Memory) -> Write:
        """Put a memory that is not stored yet."""
        item: NewItem = {
            **memory_key(self._user_id, memory.memory_id),
            "text": text(memory.text),
            "occurred_at": moment(memory.occurred_at),
        }
        if memory.tags:
            item["tags"] = {"L": [text(tag) for tag in memory.tags]}
        if memory.day:
            item["day"] = text(memory.day.isoformat())
        if memory.time_zone:
            item["time_zone"] = text(memory.time_zone)
        condition = "attribute_not_exists(memory_id)"
        return {"Put": {"TableName": self._table, "Item": item, "ConditionExpression": condition}}

    def deletion(self, memory_id: str) -> Write:
        """Delete a memory that exists."""
        return {
            "Delete": {
                "TableName": self._table,
                "Key": memory_key(self._user_id, memory_id),
                "ConditionExpression": "attribute_exists(memory_id)",
            }
        }

    def usage(self, memories: int, size: int, room: MemoryUsage | None = None) -> Write:
        """Add to the user's usage, if it is known and not above `room`."""
        values: NewItem = {":memories": number(memories), ":size": number(size)}
        condition = "attribute_exists(memories)"
        if room is not None:
            condition = "memories <= :room AND memory_bytes <= :room_bytes"
            values |= {":room": number(room.memories), ":room_bytes": number(room.size)}
        return self._usage("ADD memories :memories, memory_bytes :size", condition, values)

    def first_usage(self, usage: MemoryUsage) -> Write:
        """Set the usage of a user who has none yet."""
        values: NewItem = {":memories": number(usage.memories), ":size": number(usage.size)}
        update = "SET memories = :memories, memory_bytes = :size"
        return self._usage(update, "attribute_not_exists(memories)", values)

    def _usage(self, update: str, condition: str, values: "NewItem") -> Write:
        return {
            "Update": {
                "TableName": self._chats_table,
                "Key": usage_key(self._user_id),
                "UpdateExpression": update,
                "ConditionExpression": condition,
                "ExpressionAttributeValues": values,
                **RETURN_OLD_ITEM,
            }
        }

    def record(self, memories: Sequence[Memory], stored: int, terms: MemoryTerms) -> Write:
        """Put the record of a request whose first `stored` memories are written with it, unless a record is known."""
        return {
            "Put": {
                "TableName": self._chats_table,
                "Item": {
                    **self._record_key(terms),
                    "memory_ids": {"L": [text(memory.memory_id) for memory in memories]},
                    "written": number(stored),
                    "fingerprint": text(terms.key.fingerprint),
                    # In seconds, as DynamoDB's TTL needs it. TTL deletes late, so every use compares this too.
                    "expires_at": number(int(terms.key.expires_at.timestamp())),
                },
                "ConditionExpression": "attribute_not_exists(pk) OR expires_at <= :now",
                "ExpressionAttributeValues": {":now": number(int(terms.now.timestamp()))},
                **RETURN_OLD_ITEM,
            }
        }

    def record_progress(self, before: int, stored: int, terms: MemoryTerms) -> Write:
        """Set how many of the request's memories are stored, if nobody has stored more of them."""
        return {
            "Update": {
                "TableName": self._chats_table,
                "Key": self._record_key(terms),
                "UpdateExpression": "SET written = :written",
                "ConditionExpression": "written = :before",
                "ExpressionAttributeValues": {":before": number(before), ":written": number(stored)},
                **RETURN_OLD_ITEM,
            }
        }

    def record_end(self, before: int, terms: MemoryTerms) -> Write:
        """Delete the record, if nobody has stored more of the request's memories."""
        return {
            "Delete": {
                "TableName": self._chats_table,
                "Key": self._record_key(terms),
                "ConditionExpression": "written = :before",
                "ExpressionAttributeValues": {":before": number(before)},
                **RETURN_OLD_ITEM,
            }
        }

    def _record_key(self, terms: MemoryTerms) -> "NewItem":
        hashed = hashlib.sha256(terms.key.key.encode()).hexdigest()
        return {"pk": text(f"user#{self._user_id}"), "sk": text(f"{USAGE}#{hashed}")}


def memory_key(user_id: str, memory_id: str) -> "NewItem":
    return {"user_id": text(user_id), "memory_id": text(memory_id)}


def usage_key(user_id: str) -> "NewItem":
    return {"pk": text(f"user#{user_id}"), "sk": text(USAGE)}


def usage_from(item: "Item") -> MemoryUsage | None:
    """The usage in its item; None when it was never counted."""
    if "memories" not in item:
        return None
    return MemoryUsage(int(item["memories"]["N"]), int(item["memory_bytes"]["N"]))


def record_from(item: "Item") -> MemoryRecord:
    return MemoryRecord(tuple(found["S"] for found in item["memory_ids"]["L"]), item["fingerprint"]["S"])
