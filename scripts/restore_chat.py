"""Restore deleted chats from a restored copy of the chats table, or repair chats of which half a write was restored.

An existing chat is left as it is. A chat that was thinking shows as failed from the next poll on, and can be retried.

"If a table is restored ... mid-propagation, it might contain some but not all of the changes made during a recent
transaction" (https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis.html): then a chat's
header and messages differ. A repair sets the header to what the messages say; without CHAT in the whole table.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from async_chat_client import plain
from botocore.exceptions import ClientError

from adapters.dynamodb.items import HEADER, MESSAGE, OPTIONAL_OF_TURN, header_key, message_from, moment, text
from domain.chat import EXCERPT_LENGTH, Role, TurnState
from domain.failure_codes import FailureCode
from domain.text import excerpt
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
    if not messages:
        return f"has no message in {source}"
    for message in messages:
        dynamodb.put_item(TableName=target, Item=message)
    dynamodb.put_item(TableName=target, Item=repaired(header, messages), ConditionExpression=GONE)
    return f"is restored, with {len(messages)} messages"


def repair(dynamodb: Any, table: str, chat_id: str) -> str | None:
    """What was done, None when the chat is whole. Run it while the service is stopped, or on chats that nobody uses."""
    items = _items(dynamodb, table, chat_id)
    header = items.pop() if items and items[-1]["sk"] == header_key(chat_id)["sk"] else None
    if header is not None and "user_id" not in header:
        return None  # its deletion was interrupted, and its owner can go on with it
    if header is None or not items:
        for item in [*items, *([header] if header else [])]:
            dynamodb.delete_item(TableName=table, Key={name: item[name] for name in ("pk", "sk")})
        return f"is deleted: it had {len(items)} messages and {'a' if header else 'no'} header"
    whole = repaired(header, items)
    if whole == header:
        return None
    dynamodb.put_item(
        TableName=table,
        Item=whole,
        ConditionExpression="last_message_id = :seen AND turn_state = :state",
        ExpressionAttributeValues={":seen": header["last_message_id"], ":state": header["turn_state"]},
    )
    return "is repaired"


def repaired(header: Any, messages: list[Any]) -> Any:
    """The header as its messages, oldest first, say; the same when nothing is missing.

    The newest message is the chat's last. The turn is answered if that is an answer; otherwise it has failed, so that
    the user can retry it.
    """
    said = [message_from(item) for item in messages]
    newest = said[-1]
    asked = next((message for message in reversed(said) if message.role is Role.USER), newest)
    answers = [message.message_id for message in said if message.role is Role.ASSISTANT]
    if header["last_message_id"]["S"] == newest.message_id and header["question_id"]["S"] == asked.message_id:
        return header
    state = TurnState.ANSWERED if newest.role is Role.ASSISTANT else TurnState.FAILED
    whole = {name: value for name, value in header.items() if name not in {*OPTIONAL_OF_TURN, "last_answer_id"}}
    whole |= {
        "last_message_id": text(newest.message_id),
        "activity": text(newest.message_id),
        "active_at": moment(newest.created_at),
        "last_text": text(excerpt(newest.content, EXCERPT_LENGTH)),
        "question_id": text(asked.message_id),
        "turn_state": text(state.value),
        "started_at": header.get("started_at", header["asked_at"]),
        "ended_at": header.get("ended_at", header["deadline"]),
    }
    if answers:
        whole["last_answer_id"] = text(answers[-1])
    if state is TurnState.FAILED:
        whole["failure"] = text(FailureCode.WORKER_DIED.value)
    return whole


def _chat_ids(dynamodb: Any, table: str) -> list[str]:
    """All partitions that hold a chat: of users and of the workspace's slots it needs no repair."""
    pages = dynamodb.get_paginator("scan").paginate(TableName=table, ProjectionExpression="pk, sk", ConsistentRead=True)
    kinds = (HEADER, MESSAGE)
    return sorted({item["pk"]["S"] for page in pages for item in page["Items"] if item["sk"]["S"].startswith(kinds)})


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
    """Exits with 1 when a chat is not in the copy, or when a table cannot be read."""
    parser = argparse.ArgumentParser(prog="python -m scripts.restore_chat", description=__doc__)
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--from", dest="source", metavar="TABLE", help="the restored table")
    what.add_argument("--repair", action="store_true", help="repair chats in the workspace's own table")
    parser.add_argument("--outputs", type=Path, help="a file with Terraform's outputs; default: terraform output")
    parser.add_argument("chats", nargs="*", metavar="CHAT", help="a chat's id")
    given = parser.parse_args(arguments)
    if given.source and not given.chats:
        parser.error("name the chats to restore")
    deployed = Deployed.read(given.outputs)
    try:
        dynamodb, target = deployed.client("dynamodb"), deployed["table_names"]["chats"]
        if given.repair:
            chats = given.chats or _chat_ids(dynamodb, target)
            told = {chat: repair(dynamodb, target, chat) or "is whole" for chat in chats}
        else:
            told = {chat: restore(dynamodb, given.source, target, chat) for chat in given.chats}
    except ClientError as error:
        sys.exit(f"{error.operation_name}: {error.response['Error']['Message']}")
    for chat, outcome in told.items():
        if given.chats or outcome != "is whole":
            print(plain(f"{chat} {outcome}"))
    if given.repair:
        print(f"{len(told)} chats looked at")
    if any(outcome.startswith(("is not", "has no")) for outcome in told.values()):
        sys.exit(1)


if __name__ == "__main__":
    main(sys.argv[1:])
