"""No reply is larger than Lambda returns, and the rest of a page comes by its cursors."""

import json
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain.chat import Message, Role
from domain.memory import Memory
from entrypoints.http.reply_size import LARGEST_REPLY, size_in_reply
from tests.fakes.clock import NOON
from tests.support.gateway import http_event
from tests.support.service import Service
from tests.support.story import ALICE

#: Lambda's own limit, in bytes.
LIMIT = 6_291_556
#: Of one byte as a JSON escape, of two, three and four bytes, and of none.
KINDS = ["\x01", '"', "\\", "\u00e9", "\u20ac", "\U0001f697", "a"]
texts = st.builds(lambda kind, length: kind * length, st.sampled_from(KINDS), st.sampled_from([1, 8_000, 75_000]))


def reply(service: Service, route: str, function: str, **query: str) -> Any:
    """The reply's body, after measuring the reply as Lambda's Python would write it at worst."""
    from tests.support.deployed import FakeContext

    answer = service.gateway.functions[function](http_event(route, query=query), FakeContext())
    assert answer["statusCode"] == 200
    assert len(json.dumps(answer).encode()) <= LIMIT
    return json.loads(answer["body"])


def chat_of(service: Service, contents: list[str]) -> tuple[str, list[str]]:
    """An answered chat with these messages before its last two; returns all ids."""
    turn = service.story.asks()
    service.story.answers(turn)
    held = service.chats.messages[turn.chat_id]
    for number, content in enumerate(contents):
        message_id = f"01J{number:023d}"
        held[message_id] = Message(message_id, Role.ASSISTANT, content, NOON - timedelta(days=1))
    return turn.chat_id, sorted(held)


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(texts, min_size=1, max_size=99))
def test_no_page_of_messages_is_larger_than_a_reply_and_none_is_lost(contents: list[str]) -> None:
    service = Service()
    chat_id, ids = chat_of(service, contents)
    page = reply(service, "GET /chats/messages", "reads", chat_id=chat_id, limit="100")
    seen = [message["message_id"] for message in page["messages"]]
    while page["before"] is not None:
        page = reply(service, "GET /chats/messages", "reads", chat_id=chat_id, limit="100", before=page["before"])
        seen = [message["message_id"] for message in page["messages"]] + seen
    assert seen == ids
    page = reply(service, "GET /chats/messages", "reads", chat_id=chat_id, limit="100", after="0" * 26)
    newer = [message["message_id"] for message in page["messages"]]
    while page["after"] != ids[-1]:
        assert page["poll_after_ms"] == 0, "the rest can be had at once"
        page = reply(service, "GET /chats/messages", "reads", chat_id=chat_id, limit="100", after=page["after"])
        newer += [message["message_id"] for message in page["messages"]]
    assert newer == ids


@pytest.mark.parametrize("kind", KINDS, ids=ascii)
def test_the_largest_message_fits_beside_the_largest_draft(kind: str) -> None:
    """Each is in an item of at most 400 KB."""
    service = Service()
    most = kind * (390_000 // len(kind.encode()))
    chat_id, ids = chat_of(service, [most])
    turn = service.story.claims(service.story.asks(chat_id=chat_id))
    service.chats.save_progress(turn, (), most)
    page = reply(service, "GET /chats/messages", "reads", chat_id=chat_id, limit="1", before=ids[1])
    assert [message["content"] for message in page["messages"]] == [most]
    assert page["turn"]["draft"] == most


@pytest.mark.parametrize("kind", KINDS, ids=ascii)
@pytest.mark.parametrize("query", [{}, {"q": "boat"}], ids=["list", "search"])
def test_no_page_of_memories_is_larger_than_a_reply(kind: str, query: dict[str, str]) -> None:
    service = Service()
    tags = tuple(f"{number} {kind}"[:1] + kind * 63 for number in range(20))
    kept = [Memory(f"01KA{number:022d}", "boat " + kind * 3_995, NOON, tags) for number in range(150)]
    service.memories.put_many(ALICE, kept)
    page = reply(service, "GET /memories", "search", limit="100", **query)
    seen = [memory["memory_id"] for memory in page["memories"]]
    while page["next"] is not None:
        page = reply(service, "GET /memories", "search", limit="100", cursor=page["next"], **query)
        seen += [memory["memory_id"] for memory in page["memories"]]
    if query:
        assert page["complete"] is (len(seen) == 100)
    else:
        assert seen == [memory.memory_id for memory in reversed(kept)]


@given(st.text(max_size=300))
def test_size_is_at_least_that_of_the_text_in_json(text: str) -> None:
    assert size_in_reply(text) >= len(json.dumps(text)) - len('""')


def test_a_small_reply_is_not_measured_exactly() -> None:
    assert size_in_reply("a" * (LARGEST_REPLY // 14 - 1)) < LARGEST_REPLY
