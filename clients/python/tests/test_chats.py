from itertools import islice

import pytest

from async_chat_client import ChatClient, Feedback
from async_chat_client.errors import (
    AnswerNotFound,
    ChatBusy,
    ChatForbidden,
    ChatNotFound,
    NotFound,
    NothingToRetry,
    TryAgain,
)
from async_chat_client.testing import Disturbance, FakeService, ScriptedTurn, answers, answers_lost
from async_chat_client.updates import Answered

LOST = pytest.mark.parametrize("lost", [answers_lost, answers(502)], ids=["no answer", "gateway's error"])


def test_chats_of_all_pages_are_listed_newest_first(service: FakeService, alice: ChatClient) -> None:
    for number in range(120):
        alice.chat().ask(f"Question {number}")
    titles = [chat.title for chat in alice.chats()]
    assert titles == [f"Question {number}" for number in reversed(range(120))]


def test_unread_pages_are_not_fetched(service: FakeService, alice: ChatClient) -> None:
    for number in range(120):
        alice.chat().ask(f"Question {number}")
    service.requests.clear()
    assert len(list(islice(alice.chats(), 10))) == 10
    assert len(service.requests) == 1


def test_mark_read_clears_unread(alice: ChatClient) -> None:
    chat = alice.chat()
    chat.ask("Where is the car?").answer()
    assert [found.unread for found in alice.chats()] == [True]
    chat.mark_read()
    assert [found.unread for found in alice.chats()] == [False]


def test_a_rated_answer_shows_its_feedback(alice: ChatClient) -> None:
    chat = alice.chat()
    answer = chat.ask("Where is the car?").answer()
    assert answer.feedback is None
    chat.rate(answer.message_id, -1, "That was last week's level.")
    chat.rate(answer.message_id, -1, "Last week's.")
    assert chat.messages()[-1].feedback == Feedback(-1, "Last week's.")
    chat.rate(answer.message_id, 1)
    assert [message.feedback for message in chat.messages()] == [None, Feedback(1)]


def test_a_question_cannot_be_rated(alice: ChatClient) -> None:
    chat = alice.chat()
    chat.ask("Where is the car?").answer()
    with pytest.raises(AnswerNotFound):
        chat.rate(chat.messages()[0].message_id, 1)


def test_cursor_leads_to_older_messages(alice: ChatClient) -> None:
    chat = alice.chat()
    for number in range(3):
        chat.ask(f"Question {number}").answer()
    newest = chat.page(limit=4)
    assert [message.content for message in newest.messages][::2] == ["Question 1", "Question 2"]
    older = chat.page(limit=4, before=newest.before)
    assert [message.content for message in older.messages] == ["Question 0", "An answer."]
    assert older.before is None


def test_retry_runs_a_failed_turn_again(service: FakeService, alice: ChatClient) -> None:
    service.next_turns(ScriptedTurn(fails="agent_failed"), ScriptedTurn(answer="Level 3."))
    chat = alice.chat()
    list(chat.ask("Where is the car?").updates())
    assert chat.retry().answer().content == "Level 3."
    assert len(chat.messages()) == 2


@LOST
def test_retry_with_a_lost_response_runs_the_agent_once(
    service: FakeService, alice: ChatClient, lost: Disturbance
) -> None:
    service.next_turns(ScriptedTurn(fails="agent_failed"))
    chat = alice.chat()
    list(chat.ask("Where is the car?").updates())
    service.disturb(lost, on="/retry")
    assert chat.retry().answer().content == "An answer."
    assert service.turns_run == 2


def test_retry_with_a_lost_response_succeeds_when_its_turn_has_ended(service: FakeService, alice: ChatClient) -> None:
    service.next_turns(ScriptedTurn(fails="agent_failed"), ScriptedTurn(seconds=0))
    chat = alice.chat()
    list(chat.ask("Where is the car?").updates())
    service.disturb(answers_lost, on="/retry")
    assert isinstance(next(iter(chat.retry().updates())), Answered)


def test_retry_of_a_thinking_turn_raises_chat_busy(service: FakeService, alice: ChatClient) -> None:
    chat = alice.chat()
    turn = chat.ask("Where is the car?")
    with pytest.raises(ChatBusy):
        chat.retry()
    assert service.time.seconds == 0
    turn.answer()
    with pytest.raises(NothingToRetry):
        chat.retry()


@LOST
def test_cancel_with_a_lost_response_is_repeated(service: FakeService, alice: ChatClient, lost: Disturbance) -> None:
    chat = alice.chat()
    chat.ask("Where is the car?")
    service.disturb(lost, on="/cancel")
    assert chat.cancel() == "cancelled"


def test_deleted_chat_is_not_found(alice: ChatClient) -> None:
    chat = alice.chat()
    chat.ask("Where is the car?")
    chat.delete()
    assert list(alice.chats()) == []
    with pytest.raises(ChatNotFound):
        chat.delete()


def test_delete_with_a_lost_response_succeeds(service: FakeService, alice: ChatClient) -> None:
    chat = alice.chat()
    chat.ask("Where is the car?")
    service.disturb(answers_lost, on="/chats/")
    chat.delete()
    assert [request.method for request in service.requests] == ["POST", "DELETE", "DELETE"]


def test_another_users_chat_is_forbidden(alice: ChatClient, bob: ChatClient) -> None:
    chat_id = alice.chat().ask("Where is the car?").chat_id
    for forbidden in (bob.chat(chat_id).page, bob.chat(chat_id).cancel, bob.chat(chat_id).delete):
        with pytest.raises(ChatForbidden):
            forbidden()


def test_chat_without_a_question_has_no_id(service: FakeService, alice: ChatClient) -> None:
    with pytest.raises(ValueError, match="first question"):
        alice.chat().cancel()
    assert service.requests == []


def test_chat_id_is_escaped_in_the_path(service: FakeService, alice: ChatClient) -> None:
    with pytest.raises(NotFound):
        alice.chat("../memories?x=").cancel()
    assert service.requests[0].url.raw_path == b"/chats/..%2Fmemories%3Fx%3D/cancel"


def test_lists_are_retried_while_the_service_is_away(service: FakeService, alice: ChatClient) -> None:
    service.disturb(answers(503, {"code": "try_again"}, {"Retry-After": "3"}))
    assert list(alice.chats()) == []
    assert service.time.waits == [3.0]


def test_lists_raise_after_the_retry_budget(service: FakeService, alice: ChatClient) -> None:
    service.disturb(*[answers(503, {"code": "try_again"}, {"Retry-After": "3"})] * 99)
    with pytest.raises(TryAgain):
        list(alice.chats())
    assert service.time.seconds == 30


def test_health_needs_no_token(service: FakeService, alice: ChatClient) -> None:
    assert alice.health().workspace == "test"
