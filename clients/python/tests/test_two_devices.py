"""One chat on two devices: each turn gets the answer to its own question."""

import pytest

from async_chat_client import ChatClient
from async_chat_client.errors import TurnFailed
from async_chat_client.testing import FakeService, ScriptedTurn
from async_chat_client.updates import Failed
from tests.conftest import Clients
from tests.test_watching import story


@pytest.fixture
def phone(clients: Clients) -> ChatClient:
    return clients("alice")


@pytest.fixture
def laptop(clients: Clients) -> ChatClient:
    return clients("alice")


CAR = ScriptedTurn(answer="Level 3, bay 12.", seconds=1)
BICYCLE = ScriptedTurn(answer="Behind the library.", seconds=1)


def test_answer_is_found_when_another_question_followed(
    service: FakeService, phone: ChatClient, laptop: ChatClient
) -> None:
    service.next_turns(CAR, BICYCLE)
    turn = phone.chat().ask("Where is the car?")
    service.time.seconds += 1.5
    laptop.chat(turn.chat_id).ask("And the bicycle?")
    assert turn.answer().content == "Level 3, bay 12."


def test_answer_is_found_when_the_next_answer_is_there_too(
    service: FakeService, phone: ChatClient, laptop: ChatClient
) -> None:
    service.next_turns(CAR, BICYCLE)
    turn = phone.chat().ask("Where is the car?")
    service.time.seconds += 1.5
    other = laptop.chat(turn.chat_id).ask("And the bicycle?")
    service.time.seconds += 1.5
    assert turn.answer().content == "Level 3, bay 12."
    assert other.answer().content == "Behind the library."


def test_steps_of_another_turn_are_not_reported(service: FakeService, phone: ChatClient, laptop: ChatClient) -> None:
    service.next_turns(CAR, ScriptedTurn(steps=[(0, "Searching for the bicycle")], seconds=30))
    turn = phone.chat().ask("Where is the car?")
    service.time.seconds += 1.5
    laptop.chat(turn.chat_id).ask("And the bicycle?")
    assert story(list(turn.updates())) == ["answer: Level 3, bay 12."]


def test_failed_question_does_not_get_the_next_answer(
    service: FakeService, phone: ChatClient, laptop: ChatClient
) -> None:
    service.next_turns(ScriptedTurn(fails="agent_failed", seconds=1), BICYCLE)
    turn = phone.chat().ask("Where is the car?")
    service.time.seconds += 1.5
    laptop.chat(turn.chat_id).ask("And the bicycle?").answer()
    with pytest.raises(TurnFailed):
        turn.answer()
    assert isinstance(turn.end, Failed)
    assert turn.end.code == "superseded"


def test_retry_on_another_device_is_seen(service: FakeService, phone: ChatClient, laptop: ChatClient) -> None:
    again = ScriptedTurn(answer="Level 3, bay 12.", steps=[(1, "Searching once more")])
    service.next_turns(ScriptedTurn(fails="agent_failed", seconds=1), again)
    turn = phone.chat().ask("Where is the car?")
    service.time.seconds += 1.5
    laptop.chat(turn.chat_id).retry()
    assert story(list(turn.updates()))[-2:] == ["step: Searching once more", "answer: Level 3, bay 12."]


def test_cancel_on_another_device_is_seen(service: FakeService, phone: ChatClient, laptop: ChatClient) -> None:
    service.next_turns(ScriptedTurn(seconds=60))
    turn = phone.chat().ask("Where is the car?")
    laptop.chat(turn.chat_id).cancel()
    assert story(list(turn.updates())) == ["Cancelled"]
