"""Answers from the sample memories."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.features.app import App


def all_memories(app: App, who: str) -> Iterator[tuple[str, str]]:
    """Texts by id, from all pages."""
    query = {"limit": "100"}
    while True:
        page = app.send(who, "GET", "/memories", query).body
        yield from ((memory["memory_id"], memory["text"]) for memory in page["memories"])
        if page["next"] is None:
            return
        query = {"limit": "100", "cursor": page["next"]}


@pytest.mark.parametrize(
    ("who", "question"),
    [
        ("alice", "Where is the stopcock in the flat?"),
        ("bob", "What did I poke the garboard plank of the Petrel with?"),
    ],
)
def test_every_citation_names_a_memory_of_the_user_and_quotes_it(app: App, who: str, question: str) -> None:
    citations = app.ask_until_answered(who, question)["messages"][-1]["citations"]
    texts = dict(all_memories(app, who))
    assert citations
    for citation in citations:
        assert citation["quote"] in texts[citation["memory_id"]]


def test_users_have_hundreds_of_memories_and_share_none(app: App) -> None:
    of_alice, of_bob = set(all_memories(app, "alice")), set(all_memories(app, "bob"))
    assert min(len(of_alice), len(of_bob)) >= 200
    assert {text for _, text in of_alice}.isdisjoint(text for _, text in of_bob)
