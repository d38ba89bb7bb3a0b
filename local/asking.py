"""Asking a question from the terminal and waiting for the answer."""

from __future__ import annotations

import time
from typing import Any

import httpx

from local.api import api_client
from local.failure import StackFailure
from local.people import Person
from local.progress import Report
from local.stack import Stack

PATIENCE_SECONDS = 120
OUTAGE_SECONDS = 15


def ask(stack: Stack, name: str, question: str, chat_id: str | None, report: Report) -> str:
    """Ask as the named user, poll to the turn's end, and return the text to show."""
    person = _person(stack, name)
    with api_client(stack.api_url, person.token) as api:
        chat = chat_id or None
        body = {"question": question, **({"chat_id": chat} if chat else {})}
        accepted = _checked(api.post("/memories/chat", json=body))
        report(f"{accepted['status']}; chat {accepted['chat_id']}")
        return _answer(api, accepted["chat_id"], report)


def _answer(api: httpx.Client, chat_id: str, report: Report) -> str:
    give_up = time.monotonic() + PATIENCE_SECONDS
    shown = 0
    while time.monotonic() < give_up:
        page = _poll(api, chat_id)
        steps = page["turn"]["progress"]
        for step in steps[shown:]:
            report(step["text"])
        shown = max(shown, len(steps))
        if page["status"] != "thinking":
            report(page["status"])
            return _shown(page)
        time.sleep(page["poll_after_ms"] / 1000)
    raise StackFailure(f"No end in sight after {PATIENCE_SECONDS} s; chat {chat_id}")


def _poll(api: httpx.Client, chat_id: str) -> dict[str, Any]:
    """One answered poll: a failed one says nothing about the turn, so it is tried again for a while."""
    give_up = time.monotonic() + OUTAGE_SECONDS
    while True:
        try:
            answer = api.get("/chats/messages", params={"chat_id": chat_id})
            if answer.status_code < httpx.codes.INTERNAL_SERVER_ERROR or time.monotonic() > give_up:
                return _checked(answer)
        except httpx.TransportError as error:
            if time.monotonic() > give_up:
                raise StackFailure(f"The API cannot be reached: {error}") from error
        time.sleep(1)


def _shown(page: dict[str, Any]) -> str:
    if page["status"] != "answered":
        error = page["turn"]["error"] or {}
        return str(error.get("message", page["status"]))
    last = page["messages"][-1]
    quotes = [f'  [{number}] "{citation["quote"]}"' for number, citation in enumerate(last.get("citations", []), 1)]
    return "\n".join([last["content"], *quotes])


def _person(stack: Stack, name: str) -> Person:
    for person in stack.people:
        if person.name == name:
            return person
    raise StackFailure(f"There is no user {name}; there are {' and '.join(person.name for person in stack.people)}.")


def _checked(answer: httpx.Response) -> dict[str, Any]:
    if answer.is_success:
        body: dict[str, Any] = answer.json()
        return body
    if answer.status_code == httpx.codes.UNAUTHORIZED:
        raise StackFailure("The token is no longer good: `make up` makes fresh ones.")
    raise StackFailure(_explanation(answer))


def _explanation(answer: httpx.Response) -> str:
    try:
        problem = answer.json()
        return f"{problem['detail']} ({answer.status_code} {problem['code']})"
    except (ValueError, KeyError):
        return f"The API answered {answer.status_code}: {answer.text[:300]}"
