"""What the agent asks reaches the caller, and the answer the service."""

import pytest

from async_chat_client._bodies import page
from async_chat_client._turn_view import TurnView
from async_chat_client.errors import Conflict, InputNeeded, NotFound
from async_chat_client.testing import FakeService, FakeTime, ScriptedTurn
from async_chat_client.updates import Answered, Failed, NeedsInput

ASKS = ScriptedTurn(asks="Which Anna?", choices=("Anna B.", "Anna K."))


def test_a_question_back_is_the_end_and_its_answer_begins_a_turn() -> None:
    service = FakeService()
    service.next_turns(ASKS, ScriptedTurn("On 9 May."))
    with service.client("alice") as client:
        chat = client.chat()
        turn = chat.ask("When is the birthday of Anna?")
        *_, end = turn.updates()
        assert isinstance(end, NeedsInput)
        assert (end.message.content, end.request.choices) == ("Which Anna?", ("Anna B.", "Anna K."))
        assert chat.page().turn.input == end.request
        with pytest.raises(InputNeeded) as needed:
            turn.answer()
        assert needed.value.request == end.request
        assert chat.ask("Anna K.", answers=end.request.input_id).answer().content == "On 9 May."
        assert [message.role for message in chat.messages()] == ["user", "assistant", "user", "assistant"]


def test_a_retry_after_a_question_back_waits_for_its_own_answer() -> None:
    """The chat holds the question back of the earlier attempt: it is no answer."""
    turn = {"phase": "running", "asked_at": AT, "deadline": AT}
    question = {"message_id": "01KA", "role": "user", "content": "When?", "created_at": AT}
    asked = {"message_id": "01KB", "role": "assistant", "content": "Which Anna?", "created_at": AT}
    thinking = page(polled("thinking", [question, asked], turn))
    view = TurnView(None)
    list(view.news(thinking))
    assert view.end is None
    answer = {**asked, "message_id": "01KC", "content": "On 9 May."}
    list(view.news(page(polled("answered", [question, asked, answer], {**turn, "phase": "done"}))))
    assert isinstance(view.end, Answered)
    assert view.end.message.content == "On 9 May."


def test_an_answer_that_is_not_asked_for_is_refused() -> None:
    time = FakeTime()
    service = FakeService(time)
    service.next_turns(ASKS)
    with service.client("alice") as client:
        chat = client.chat()
        *_, end = chat.ask("When is the birthday of Anna?").updates()
        assert isinstance(end, NeedsInput)
        with pytest.raises(NotFound) as unknown:
            chat.ask("Anna K.", answers="01KA0000000000000000000000")
        assert unknown.value.code == "input_not_found"
        time.sleep(3600)
        with pytest.raises(Conflict) as late:
            chat.ask("Anna K.", answers=end.request.input_id)
        assert late.value.code == "input_expired"


def test_an_unknown_status_is_an_end_without_an_answer() -> None:
    turn = {"phase": "done", "asked_at": AT, "deadline": AT}
    question = {"message_id": "01KA", "role": "user", "content": "When?", "created_at": AT}
    view = TurnView(None)
    list(view.news(page(polled("postponed", [question], turn))))
    assert isinstance(view.end, Failed)


AT = "2026-11-23T12:00:00.000Z"


def polled(status: str, messages: list[dict[str, str]], turn: dict[str, str]) -> dict[str, object]:
    return {"chat_id": "01KA", "status": status, "messages": messages, "turn": turn, "after": "01KC"}
