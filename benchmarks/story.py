"""The data of the benchmarks: one chat with twenty messages, as the table and API Gateway represent it."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from adapters.dynamodb.items import header_item, message_item
from domain.chat import Chat, Citation, Message, Role, Turn, TurnState

USER: Final = "6c84fb90-12c4-11e1-840d-7b25c5ee775a"
CHATS_TABLE: Final = "async-chat-bench-chats"
MEMORIES_TABLE: Final = "async-chat-bench-memories"
BEGAN: Final = datetime(2026, 11, 23, 12, tzinfo=UTC)
CHAT_ID: Final = "01KAR5QMG0Y2V9K3J4X5ZTB1RW"
QUESTION: Final = "What did the dentist say about my upper left molar, and when am I to come back?"
ANSWER: Final = (
    "Dr. Osei said that the upper left molar has a hairline crack that does not need a crown yet; you are to come back "
    "in six months, and sooner if it starts to hurt when you bite."
)
#: The functions' environment, besides AWS's own variables.
SETTINGS: Final = {
    "ASYNC_CHAT_WORKSPACE": "bench",
    "ASYNC_CHAT_VERSION": "bench",
    "ASYNC_CHAT_CHATS_TABLE": CHATS_TABLE,
    "ASYNC_CHAT_MEMORIES_TABLE": MEMORIES_TABLE,
    "ASYNC_CHAT_WORKER_FUNCTION": "async-chat-bench-chat",
}


def _id(number: int) -> str:
    return f"01KAR5QMG0Y2V9K3J4X5ZTB{number:03d}"


def messages(count: int = 20) -> list[Message]:
    """Questions and answers alternating; the last one is an answer."""
    return [
        Message(
            message_id=_id(number),
            role=Role.ASSISTANT if number % 2 else Role.USER,
            content=ANSWER if number % 2 else QUESTION,
            created_at=BEGAN + timedelta(seconds=number),
            citations=(Citation(_id(900), "hairline crack, no crown yet"),) if number % 2 else (),
        )
        for number in range(count)
    ]


MEMORY: Final = {
    "user_id": {"S": USER},
    "memory_id": {"S": _id(900)},
    "text": {"S": "Dentist: upper left molar, hairline crack, no crown yet, come back in six months"},
    "occurred_at": {"N": "1780000000000"},
}


def chat() -> Chat:
    """The chat, with its last turn answered."""
    return _chat(BEGAN, TurnState.ANSWERED)


def waiting_chat() -> Chat:
    """The same chat with a new question that waits for its worker."""
    return _chat(datetime.now(UTC), TurnState.QUEUED)


def _chat(asked_at: datetime, state: TurnState) -> Chat:
    question, last = messages()[-2:]
    deadline = asked_at + timedelta(seconds=70)
    turn = Turn(CHAT_ID, USER, _id(800), question.message_id, asked_at, deadline, "token", state)
    return Chat(turn, QUESTION, last.content, last.message_id)


def answers(of: Chat | None = None) -> dict[str, tuple[int, str]]:
    """AWS's responses to all operations that the functions call; `:` and a table distinguish two tables."""
    header = header_item(of or chat(), BEGAN)
    newest_first = [header, *(message_item(CHAT_ID, one) for one in reversed(messages()))]
    page = {"Count": len(newest_first), "Items": newest_first, "ScannedCount": len(newest_first)}
    memories = {"Count": 1, "Items": [MEMORY], "ScannedCount": 1}
    return {
        "Query": (200, json.dumps(page)),
        f"Query:{MEMORIES_TABLE}": (200, json.dumps(memories)),
        "GetItem": (200, json.dumps({"Item": header})),
        "UpdateItem": (200, json.dumps({"Attributes": header})),
        "TransactWriteItems": (200, "{}"),
        "Invoke": (202, ""),
    }


def _event(route: str, **parts: Any) -> dict[str, Any]:
    """API Gateway's proxy event, payload version 2.0, with a browser's headers."""
    method, path = route.split(" ")
    return {
        "version": "2.0",
        "routeKey": route,
        "rawPath": path,
        "rawQueryString": "",
        "headers": {
            "accept": "*/*",
            "accept-encoding": "gzip, deflate, br",
            "authorization": "Bearer " + "e" * 900,
            "content-type": "application/json",
            "host": "abc123.execute-api.eu-central-1.amazonaws.com",
            "user-agent": "Mozilla/5.0",
            "x-amzn-trace-id": "Root=1-5759e988-bd862e3fe1be46a994272793",
            "x-forwarded-for": "192.0.2.1",
            "x-forwarded-port": "443",
            "x-forwarded-proto": "https",
        },
        "requestContext": {
            "accountId": "123456789012",
            "apiId": "abc123",
            "authorizer": {"jwt": {"claims": {"sub": USER, "token_use": "access"}, "scopes": None}},
            "http": {"method": method, "path": path, "protocol": "HTTP/1.1", "sourceIp": "192.0.2.1"},
            "requestId": "JKJaXmPLvHcESHA=",
            "routeKey": route,
            "stage": "$default",
        },
        "isBase64Encoded": False,
        **parts,
    }


ASK: Final = _event("POST /memories/chat", body=json.dumps({"question": QUESTION}))
POLL: Final = _event("GET /chats/messages", queryStringParameters={"chat_id": CHAT_ID})
CANCEL: Final = _event("POST /chats/{chat_id}/cancel", pathParameters={"chat_id": CHAT_ID})
WORK: Final = {
    "_async_worker": True,
    "version": 1,
    "chat_id": CHAT_ID,
    "turn_id": _id(800),
    "token": "token",
    "correlation_id": "JKJaXmPLvHcESHA=",
}
FAILURE: Final = {"Records": [{"messageId": "1", "body": json.dumps({"requestPayload": WORK})}]}
