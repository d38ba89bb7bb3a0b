"""Faults that must not happen under load."""

from __future__ import annotations

from collections.abc import Iterable

import httpx

from tests.faults.load.apps import Asked


def lost(questions: Iterable[Asked]) -> list[str]:
    """Questions without their answer."""
    return [
        f"{asked.user.name} about the {asked.thing}: {[message['role'] for message in asked.shown]}"
        for asked in questions
        if not any(message["role"] == "assistant" and asked.shelf in message["content"] for message in asked.shown)
    ]


def doubled(questions: Iterable[Asked], chats: dict[str, list[str]]) -> list[str]:
    """Questions that were saved or answered twice, in one chat or in two, and chats without a question."""
    asked_by: dict[str, set[str]] = {name: set() for name in chats}
    found = []
    for asked in questions:
        asked_by[asked.user.name].update(asked.chat_ids)
        roles = [message["role"] for message in asked.shown]
        if len(set(asked.chat_ids)) > 1 or roles.count("user") > 1 or roles.count("assistant") > 1:
            found.append(f"{asked.user.name} about the {asked.thing}: {asked.chat_ids}, {roles}")
    found += [f"{name} has chats without a question" for name, own in chats.items() if set(own) != asked_by[name]]
    return found


def strange(questions: list[Asked], statuses: list[int]) -> list[str]:
    """Data that one user saw of another."""
    shelves = {asked.shelf for asked in questions}
    found = [
        f"{asked.user.name} was shown {shelf}"
        for asked in questions
        for shelf in shelves - {asked.shelf}
        if any(shelf in message["content"] for message in asked.shown)
    ]
    return found + [f"a stranger got {status}" for status in statuses if status != httpx.codes.FORBIDDEN]
