"""Restore deleted chats from a restored copy of the chats table.

An existing chat is left as it is. A chat that was thinking shows as failed from the next poll on, and can be retried.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from async_chat_client import plain
from botocore.exceptions import ClientError

from adapters.dynamodb.items import header_key
from scripts.deployed import Deployed

#: An interrupted deletion leaves messages without the header that names the owner: such a chat may be replaced.
GONE = "attribute_not_exists(user_id)"


def restore(dynamodb: Any, source: str, target: str, chat_id: str) -> str:
    """The outcome as text. The header is written last: until then the chat is invisible and a rerun is safe."""
    items = _items(dynamodb, source, chat_id)
    if not items or "user_id" not in items[-1]:
        return f"is not in {source}"
    *messages, header = items  # it sorts after every message
    there = dynamodb.get_item(TableName=target, Key=header_key(chat_id), ConsistentRead=True)
    if "user_id" in there.get("Item", {}):
        return "exists and is left as it is"
    for message in messages:
        dynamodb.put_item(TableName=target, Item=message)
    dynamodb.put_item(TableName=target, Item=header, ConditionExpression=GONE)
    return f"is restored, with {len(messages)} messages"


def _items(dynamodb: Any, table: str, chat_id: str) -> list[Any]:
    query = {
        "TableName": table,
        "KeyConditionExpression": "pk = :chat",
        "ExpressionAttributeValues": {":chat": {"S": chat_id}},
        "ConsistentRead": True,
    }
    pages = dynamodb.get_paginator("query").paginate(**query)
    return [item for page in pages for item in page["Items"]]


def main(arguments: list[str]) -> None:
    """Exits with 1 when a chat is not in the copy, or when the copy cannot be read."""
    parser = argparse.ArgumentParser(prog="python -m scripts.restore_chat", description=__doc__)
    parser.add_argument("--from", dest="source", required=True, metavar="TABLE", help="the restored table")
    parser.add_argument("--outputs", type=Path, help="a file with Terraform's outputs; default: terraform output")
    parser.add_argument("chats", nargs="+", metavar="CHAT", help="a chat's id")
    given = parser.parse_args(arguments)
    deployed = Deployed.read(given.outputs)
    try:
        dynamodb, target = deployed.client("dynamodb"), deployed["table_names"]["chats"]
        told = {chat: restore(dynamodb, given.source, target, chat) for chat in given.chats}
    except ClientError as error:
        sys.exit(f"{error.operation_name}: {error.response['Error']['Message']}")
    for chat, what in told.items():
        print(plain(f"{chat} {what}"))
    if any(what.startswith("is not") for what in told.values()):
        sys.exit(1)


if __name__ == "__main__":
    main(sys.argv[1:])
