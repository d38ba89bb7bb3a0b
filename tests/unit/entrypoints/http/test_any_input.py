"""Any input gets a response of the contract, never a 5xx."""

import json

from hypothesis import given
from hypothesis import strategies as st

from tests.support.deployed import FUNCTIONS
from tests.support.gateway import Answer
from tests.support.service import Service
from tests.support.story import ALICE, PARKING, UNKNOWN_CHAT

ID = UNKNOWN_CHAT


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters()),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=10,
)
asks = st.fixed_dictionaries({}, optional={"question": json_values | st.text(), "chat_id": json_values | st.just(ID)})
memories = st.fixed_dictionaries(
    {},
    optional={
        "text": json_values | st.text(),
        "occurred_at": json_values,
        "tags": json_values,
        "memories": json_values,
    },
)
words = st.dictionaries(
    st.sampled_from(["chat_id", "after", "before", "limit", "cursor", "q", "x"]), st.text(st.characters()) | st.just(ID)
)


def assert_pointers_resolve(answer: Answer, sent: object) -> None:
    """Each leads to a part of the body, or to one that is missing from a part."""
    for pointer in filter(None, (fault.get("pointer") for fault in answer.body.get("errors", ()))):
        found, names = sent, pointer.split("/")[1:]
        for name in names[:-1]:
            found = found[int(name)] if isinstance(found, list) else found[name]  # type: ignore[index]
        assert isinstance(found, dict | list) if names else pointer == "#"


def assert_answered(answer: Answer, refused: bool, sent: object = None) -> None:
    """A success or a 4xx problem."""
    assert answer.status < 500
    if answer.status >= 400:
        assert answer.code
        assert_pointers_resolve(answer, sent)
    assert refused == (answer.status >= 400)


@given(asks | json_values)
def test_any_json_is_accepted_as_an_ask_or_refused(body: object) -> None:
    service = Service()
    answer = service.gateway.call("POST /memories/chat", raw_body=json.dumps(body))
    assert_answered(answer, refused=service.chats.chats == {}, sent=body)
    assert len(service.invoker.waiting) == len(service.chats.chats)


@given(memories | json_values)
def test_any_json_is_accepted_as_memories_or_refused(body: object) -> None:
    service = Service()
    answer = service.gateway.call("POST /memories", raw_body=json.dumps(body))
    assert_answered(answer, refused=service.memories.list_all(ALICE) == (), sent=body)


@given(st.text(st.characters()), st.booleans())
def test_any_text_is_answered(body: str, in_base64: bool) -> None:
    service = Service()
    assert_answered(
        service.gateway.call("POST /memories/chat", raw_body=body, base64=in_base64), refused=service.chats.chats == {}
    )


@given(
    words, st.sampled_from([route for route in FUNCTIONS if route.startswith("GET /chats") or route == "GET /memories"])
)
def test_any_query_is_answered(query: dict[str, str], route: str) -> None:
    assert Service().gateway.call(route, query=query).status < 500


@given(st.dictionaries(st.text(min_size=1), st.text()))
def test_any_headers_are_answered(headers: dict[str, str]) -> None:
    named = {**headers, "if-none-match": "".join(headers), "idempotency-key": "".join(headers.values())}
    service = Service()
    assert service.gateway.ask(PARKING, headers=named).status in (200, 400, 415)
    assert service.gateway.poll(ID, headers=named).status == 404
