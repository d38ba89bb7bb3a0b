import json
from datetime import UTC, date, datetime

import httpx
import pytest

from async_chat_client import ChatClient, NewMemory
from async_chat_client.errors import (
    IdempotencyKeyReused,
    MemoryNotFound,
    TooManyRequests,
    Unreachable,
    UnreadableReply,
)
from async_chat_client.testing import Disturbance, FakeService, Handler, answers, answers_lost, unreachable
from async_chat_client.testing._fake_service import URL
from tests.conftest import Clients

YESTERDAY = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)


def test_memories_are_listed_newest_first(alice: ChatClient) -> None:
    alice.memories.remember("Parked on level 3, bay 12.", occurred_at=YESTERDAY, tags=["car"])
    alice.memories.remember("The dentist moved to Tuesday.")
    newest, oldest = alice.memories.list()
    assert newest.text == "The dentist moved to Tuesday."
    assert (oldest.text, oldest.occurred_at, oldest.tags) == ("Parked on level 3, bay 12.", YESTERDAY, ("car",))


def test_search_returns_matching_memories(alice: ChatClient) -> None:
    alice.memories.remember("Parked on level 3, bay 12.")
    alice.memories.remember("The dentist moved to Tuesday.")
    assert [memory.text for memory in alice.memories.search("dentist")] == ["The dentist moved to Tuesday."]


def test_search_with_an_empty_query_is_sent(service: FakeService, alice: ChatClient) -> None:
    list(alice.memories.search(""))
    assert service.requests[0].url.params["q"] == ""


def test_forgotten_memory_is_not_listed(alice: ChatClient) -> None:
    memory_id = alice.memories.remember("Parked on level 3, bay 12.")
    alice.memories.forget(memory_id)
    assert list(alice.memories.list()) == []
    with pytest.raises(MemoryNotFound):
        alice.memories.forget(memory_id)


def test_forget_with_a_lost_response_is_repeated(service: FakeService, alice: ChatClient) -> None:
    memory_id = alice.memories.remember("Parked on level 3, bay 12.")
    service.disturb(answers_lost)
    alice.memories.forget(memory_id)
    assert list(alice.memories.list()) == []


def test_memories_are_stored_in_batches_of_a_hundred(service: FakeService, alice: ChatClient) -> None:
    batches = list(alice.memories.remember_all(NewMemory(f"Day {day}") for day in range(250)))
    assert [len(batch) for batch in batches] == [100, 100, 50]
    assert [len(json.loads(request.content)["memories"]) for request in service.requests] == [100, 100, 50]
    assert len({memory.text for memory in alice.memories.list()}) == 250


@pytest.mark.parametrize(
    "disturbance", [answers_lost, unreachable, answers(429), answers(503, {"code": "try_again"}), answers(504)]
)
def test_remember_is_repeated_with_the_same_key_and_stores_once(
    service: FakeService, alice: ChatClient, disturbance: Disturbance
) -> None:
    service.disturb(disturbance)
    memory_id = alice.memories.remember("Parked on level 3, bay 12.")
    assert [memory.memory_id for memory in alice.memories.list()] == [memory_id]
    keys = {request.headers["idempotency-key"] for request in service.requests if request.method == "POST"}
    assert len(keys) == 1


def test_the_same_key_and_memories_are_stored_once(alice: ChatClient) -> None:
    days = [NewMemory(f"Day {day}") for day in range(250)]
    first, again = (list(alice.memories.remember_all(days, key="import-1")) for _ in range(2))
    assert first == again
    assert len(list(alice.memories.list())) == 250


def test_error_carries_the_key_to_repeat_remember_under(service: FakeService, clients: Clients) -> None:
    service.disturb(answers_lost)
    hasty = clients(sending=0).memories
    with pytest.raises(Unreachable) as lost:
        hasty.remember("Parked on level 3, bay 12.")
    memory_id = hasty.remember("Parked on level 3, bay 12.", key=lost.value.idempotency_key)
    assert [memory.memory_id for memory in hasty.list()] == [memory_id]


def test_many_memories_are_continued_under_the_errors_key(service: FakeService, clients: Clients) -> None:
    days = [NewMemory(f"Day {day}") for day in range(250)]
    service.disturb(answers(201, {"memory_ids": []}), answers(429))
    hasty = clients(sending=0).memories
    with pytest.raises(UnreadableReply) as unread:
        list(hasty.remember_all(days))
    key = unread.value.idempotency_key
    with pytest.raises(TooManyRequests) as throttled:
        list(hasty.remember_all(days, key=key))
    assert throttled.value.idempotency_key is None  # the first batch was refused: nothing is stored
    service.disturb(_passed, answers(429))
    with pytest.raises(TooManyRequests) as throttled:
        list(hasty.remember_all(days, key=key))
    assert throttled.value.idempotency_key == key
    assert sum(map(len, hasty.remember_all(days, key=key))) == len(list(hasty.list())) == 250


def _passed(request: httpx.Request, handle: Handler) -> httpx.Response:
    return handle(request)


def test_the_same_key_with_another_memory_is_refused(alice: ChatClient) -> None:
    alice.memories.remember("Parked on level 3, bay 12.", key="tap-1")
    with pytest.raises(IdempotencyKeyReused):
        alice.memories.remember("Parked on level 4.", key="tap-1")


def test_without_a_key_the_same_text_is_stored_each_time(alice: ChatClient) -> None:
    for _ in range(2):
        alice.memories.remember("Parked on level 3, bay 12.")
    assert len(list(alice.memories.list())) == 2


def test_day_without_a_time_stays_that_day(service: FakeService, alice: ChatClient) -> None:
    alice.memories.remember("Visited the glass museum", occurred_at=date(2026, 8, 5))
    assert json.loads(service.requests[0].content)["memories"][0]["occurred_at"] == "2026-08-05"
    [museum] = alice.memories.list()
    assert (museum.day, museum.time_zone) == (date(2026, 8, 5), None)


def test_clients_time_zone_goes_with_questions_memories_and_searches(service: FakeService) -> None:
    with ChatClient(URL, "alice", time_zone="Europe/Berlin", transport=service.transport()) as alice:
        alice.chat().ask("What did I do today?")
        list(alice.memories.remember_all([NewMemory("Saw an owl"), NewMemory("Fed it", time_zone="Asia/Tokyo")]))
        list(alice.memories.search("yesterday"))
        fed, seen = alice.memories.list()
    ask, stored, searched, listed = service.requests
    assert json.loads(ask.content)["time_zone"] == searched.url.params["time_zone"] == "Europe/Berlin"
    assert [memory["time_zone"] for memory in json.loads(stored.content)["memories"]] == ["Europe/Berlin", "Asia/Tokyo"]
    assert (seen.time_zone, fed.time_zone) == ("Europe/Berlin", "Asia/Tokyo")
    assert "time_zone" not in listed.url.params


def test_repetition_from_another_time_zone_is_a_replay(service: FakeService) -> None:
    chats, ids = [], []
    for zone in ("Europe/Berlin", "Asia/Tokyo"):
        with ChatClient(URL, "alice", time_zone=zone, transport=service.transport()) as alice:
            chats.append(alice.chat().ask("What did I do today?", key="tap-1").chat_id)
            ids.append(alice.memories.remember("Saw an owl", key="tap-2"))
    assert (len(set(chats)), len(set(ids))) == (1, 1)


def test_without_a_time_zone_none_is_sent(service: FakeService, alice: ChatClient) -> None:
    alice.chat().ask("What did I do today?")
    assert "time_zone" not in json.loads(service.requests[0].content)


def test_occurred_at_without_a_time_zone_is_rejected(alice: ChatClient) -> None:
    with pytest.raises(ValueError, match="time zone"):
        alice.memories.remember("Parked.", occurred_at=datetime(2026, 11, 22))  # noqa: DTZ001  # tested here


def test_one_string_is_no_list_of_tags(service: FakeService, alice: ChatClient) -> None:
    with pytest.raises(TypeError, match="several strings"):
        alice.memories.remember("Parked.", tags="car")
    assert service.requests == []


def test_words_are_no_time(service: FakeService, alice: ChatClient) -> None:
    with pytest.raises(TypeError, match="datetime or a date"):
        alice.memories.remember("Parked.", occurred_at="yesterday")  # type: ignore[arg-type]  # tested here
    assert service.requests == []
