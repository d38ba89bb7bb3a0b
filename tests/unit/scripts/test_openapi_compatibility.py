"""Breaking changes are reported, and compatible ones are not."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from typing import Any

import pytest

from scripts.openapi.compatibility import breaking_changes
from scripts.openapi.document import document

Json = dict[str, Any]
RELEASED: Json = json.loads(json.dumps(document()))


def ask(contract: Json) -> Json:
    operation: Json = contract["paths"]["/memories/chat"]["post"]
    return operation


def poll(contract: Json) -> Json:
    operation: Json = contract["paths"]["/chats/messages"]["get"]
    return operation


def schema(contract: Json, name: str) -> Json:
    found: Json = contract["components"]["schemas"][name]
    return found


def codes(contract: Json, status: str) -> Json:
    content: Json = ask(contract)["responses"][status]["content"]["application/problem+json"]
    return content


BREAKS: dict[str, Callable[[Json], object]] = {
    "POST /memories/chat is gone": lambda now: now["paths"].pop("/memories/chat"),
    "GET /health asks for a token now": lambda now: now["paths"]["/health"]["get"].pop("security"),
    "POST /memories/chat no longer answers 200": lambda now: ask(now)["responses"].pop("200"),
    "GET /chats/messages no longer takes after in its query": lambda now: poll(now)["parameters"].pop(1),
    "GET /chats/messages requires limit in its query now": lambda now: poll(now)["parameters"][3].update(required=True),
    "GET /chats/messages, limit in query, maximum 50 is exceeded": lambda now: poll(now)["parameters"][3][
        "schema"
    ].update(maximum=50),
    "POST /memories/chat, request, language may be missing on one side and is required on the other": lambda now: (
        schema(now, "AskRequest")["required"].append("language")
    ),
    "POST /memories/chat, request, question maxLength 100 is exceeded": lambda now: schema(now, "AskRequest")[
        "properties"
    ]["question"].update(maxLength=100),
    "POST /memories/chat, request, chat_id is ignored now": lambda now: schema(now, "AskRequest")["properties"].pop(
        "chat_id"
    ),
    "POST /memories/chat 200 status may be missing on one side and is required on the other": lambda now: schema(
        now, "AskResponse"
    )["required"].remove("status"),
    "POST /memories/chat 200 status can be ['asleep'], which was not foreseen": lambda now: schema(now, "AskResponse")[
        "properties"
    ]["status"].update(const="asleep"),
    "GET /chats/messages 200 status can be ['paused'], which was not foreseen": lambda now: schema(now, "PollResponse")[
        "properties"
    ]["status"]["enum"].append("paused"),
    "GET /chats/messages 200 turn asked_at integer is not string": lambda now: schema(now, "TurnBody")["properties"][
        "asked_at"
    ].update(type="integer"),
    "GET /chats/messages 200 after null is not string": lambda now: schema(now, "PollResponse")["properties"].update(
        after={"anyOf": [{"type": "string"}, {"type": "null"}]}
    ),
    "POST /memories/chat 200 no longer has the header Location": lambda now: ask(now)["responses"]["200"][
        "headers"
    ].pop("Location"),
    "POST /memories/chat 409 no longer has the code chat_busy": lambda now: codes(now, "409")["examples"].pop(
        "chat_busy"
    ),
    "POST /memories/chat no longer takes application/json": lambda now: ask(now)["requestBody"]["content"].pop(
        "application/json"
    ),
    "POST /memories/chat 200 no longer comes as application/json": lambda now: ask(now)["responses"]["200"][
        "content"
    ].pop("application/json"),
}

FINE: dict[str, Callable[[Json], object]] = {
    "a new route": lambda now: now["paths"].update({"/new": {"get": ask(now)}}),
    "a new field of an answer": lambda now: schema(now, "AskResponse")["properties"].update(mood={"type": "string"}),
    "a new optional field of a request": lambda now: schema(now, "AskRequest")["properties"].update(mood={}),
    "longer questions": lambda now: schema(now, "AskRequest")["properties"]["question"].update(maxLength=9_000),
    "a new code": lambda now: codes(now, "409")["examples"].update(new_code={}),
    "a new refusal": lambda now: ask(now)["responses"].update({"410": {"description": "Gone."}}),
    "a new optional parameter": lambda now: poll(now)["parameters"].append(
        {"name": "since", "in": "query", "required": False, "schema": {}}
    ),
    "a field that is never null any more": lambda now: schema(now, "PollResponse")["properties"].update(
        before={"type": "string"}
    ),
}


def changed(change: Callable[[Json], object]) -> Json:
    now = copy.deepcopy(RELEASED)
    change(now)
    return now


@pytest.mark.parametrize("sentence", BREAKS)
def test_breaking_change_is_reported(sentence: str) -> None:
    found = breaking_changes(RELEASED, changed(BREAKS[sentence]))
    assert sentence in found
    assert len(found) <= 3, "more than the break was reported"


@pytest.mark.parametrize("name", FINE)
def test_compatible_change_passes(name: str) -> None:
    assert breaking_changes(RELEASED, changed(FINE[name])) == []


def test_unchanged_document_passes() -> None:
    assert breaking_changes(RELEASED, RELEASED) == []
