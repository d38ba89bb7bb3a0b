"""Mutants of the domain, of its fakes and of the request's clock: the simulation is to notice them."""

from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from adapters.clocks import RequestClock
from domain import chat_service
from domain.chat import Chat, Message, Role, Turn, TurnState
from domain.chat_service import ChatService
from domain.errors import ChatNotFound, StoreUnavailable, WorkerUnreachable
from domain.failure_codes import FailureCode
from domain.records import Answer, Ask, AskAccepted, ChatPage, NewQuestion, PageRequest, WorkerInvocation
from tests.fakes import chat_repository
from tests.fakes.chat_repository import InMemoryChatRepository
from tests.faults.mutant import Judge, Mutant

_ensure_worker = ChatService._ensure_worker


def _claim_too_late(turn: Turn, lease: str, now: datetime) -> Turn:
    return turn._moved(TurnState.RUNNING, lease=lease, started_at=now)


def _claim_an_ended_turn(turn: Turn, lease: str, now: datetime) -> Turn:
    return replace(turn, state=TurnState.RUNNING, lease=lease, started_at=now, ended_at=None, failure=None)


def _answer_too_late(turn: Turn, lease: str, now: datetime) -> Turn:
    return turn._moved(TurnState.ANSWERED, ended_at=now, draft=None)


def _overdue_late(turn: Turn, now: datetime) -> bool:
    return turn.thinking and now > turn.deadline + timedelta(seconds=1)


def _show_unsettled(self: ChatService, user_id: str, chat_id: str, page: PageRequest) -> ChatPage:
    found = self._chats.read(chat_id, page)
    if found is None:
        raise ChatNotFound
    found.chat.check_owner(user_id)
    turn, now = found.chat.turn, self._clock.now()
    if not turn.overdue(now):
        return found
    return replace(found, chat=found.chat.with_turn(turn.failed(FailureCode.TIMED_OUT, now)))


def _invoke_then_save(self: ChatService, ask: Ask) -> AskAccepted:
    new = self._new_question(ask, ask.question, self._idempotency_key(ask, ask.question), None)
    self._start(new.turn, "")
    past = self._chats.save_question(new)
    return self._replay(past, ask, ask.question) if past else AskAccepted(new.turn.chat_id)


def _acknowledge_unsaved(self: ChatService, ask: Ask) -> AskAccepted:
    new = self._new_question(ask, ask.question, self._idempotency_key(ask, ask.question), None)
    with suppress(StoreUnavailable):
        past = self._chats.save_question(new)
        if past is not None:
            return self._replay(past, ask, ask.question)
    self._start(new.turn, "")
    return AskAccepted(new.turn.chat_id)


def _hide_that_nobody_came(self: ChatService, turn: Turn, correlation_id: str) -> None:
    with suppress(WorkerUnreachable):
        self._worker.invoke(WorkerInvocation(turn.chat_id, turn.turn_id, turn.dispatch_token, correlation_id))


def _replay_whatever_failed(self: ChatService, turn: Turn, ask: Ask) -> bool:
    return self._run_again(turn, "") if turn.state is TurnState.FAILED else _ensure_worker(self, turn, ask)


def _take_up_the_ended_turn(self: ChatService, turn: Turn, correlation_id: str) -> bool:
    new = self._new_turn(turn.chat_id, turn.user_id, turn.question_id)
    again = replace(new, turn_id=turn.turn_id, dispatch_token=turn.dispatch_token)
    if turn.thinking or not self._chats.compare_and_set_turn(turn, again, turn_limit=self._policy.turns_per_user):
        return turn.thinking
    self._start(again, correlation_id)
    return True


def _start_then_store_the_retry(self: ChatService, turn: Turn, correlation_id: str) -> bool:
    again = self._new_turn(turn.chat_id, turn.user_id, turn.question_id)
    self._start(again, correlation_id)
    return turn.thinking or self._chats.compare_and_set_turn(turn, again, turn_limit=self._policy.turns_per_user)


def _fail_what_has_ended(self: ChatService, invocation: WorkerInvocation, code: FailureCode) -> Turn | None:
    chat = self._chats.load(invocation.chat_id)
    if chat is None or invocation.turn_id != chat.turn.turn_id:
        return None
    failed = replace(chat.turn, state=TurnState.FAILED, ended_at=self._clock.now(), failure=code)
    return failed if self._end(chat.turn, failed) else None


def _name_the_answer_by_the_clock(self: ChatService, answer: Answer, turn: Turn, now: datetime) -> Message:
    return Message(self._ids.new_id(), Role.ASSISTANT, answer.text, now, answer.citations)


def _take_any_order(self: InMemoryChatRepository, chat: Chat | None, new: NewQuestion) -> None:
    if not new.new_chat:
        if chat is None:
            raise ChatNotFound
        chat.check_owner(new.turn.user_id)
        chat.check_free(new.turn.asked_at)


def _only_not_behind(self: RequestClock) -> datetime:
    return max(self._clock.now(), self._received_at or self._clock.now())


def _simulated(name: str, owner: object, attribute: str, instead: object) -> Mutant:
    return Mutant(name, Judge.SIMULATION, owner, attribute, instead)


DOMAIN_MUTANTS: Final = (
    _simulated("a claim does not look at the deadline", Turn, "claimed", _claim_too_late),
    _simulated("a claim does not look at the state", Turn, "claimed", _claim_an_ended_turn),
    _simulated("an answer does not look at the deadline", Turn, "answered", _answer_too_late),
    _simulated("no turn is ever overdue", Turn, "overdue", lambda self, now: False),
    _simulated("a turn is overdue a second late", Turn, "overdue", _overdue_late),
    _simulated("an overdue turn is shown as failed, not stored", ChatService, "read", _show_unsettled),
    _simulated("the worker is invoked before the question is saved", ChatService, "dispatch", _invoke_then_save),
    _simulated("a question that was not saved is acknowledged", ChatService, "dispatch", _acknowledge_unsaved),
    _simulated("an invocation that failed counts as done", ChatService, "_start", _hide_that_nobody_came),
    _simulated("idempotency keys are not kept", ChatService, "_idempotency_key", lambda self, ask, question: None),
    _simulated("a replay never starts the worker", ChatService, "_ensure_worker", lambda self, turn, ask: True),
    _simulated("a replay runs every failed turn again", ChatService, "_ensure_worker", _replay_whatever_failed),
    _simulated("a retry takes up the ended turn", ChatService, "_run_again", _take_up_the_ended_turn),
    _simulated("a retry is started, then stored", ChatService, "_run_again", _start_then_store_the_retry),
    _simulated("anything may be retried", Chat, "check_retriable", lambda self, now: None),
    _simulated("a busy chat takes questions", Chat, "check_free", lambda self, now: None),
    _simulated("an event needs no token", chat_service, "_matches", lambda event, turn: event.turn_id == turn.turn_id),
    _simulated("an event may mean any turn", chat_service, "_matches", lambda event, turn: True),
    _simulated("the failures function ends what has ended", ChatService, "fail", _fail_what_has_ended),
    _simulated("chats have no owner", Chat, "check_owner", lambda self, user_id: None),
    _simulated("an answer's id does not follow its question's", ChatService, "_message", _name_the_answer_by_the_clock),
    _simulated("a reader trusts its own clock", RequestClock, "now", lambda self: self._clock.now()),
    _simulated("a clock may be ahead of API Gateway's", RequestClock, "now", _only_not_behind),
    _simulated("the store compares nothing", chat_repository, "_same", lambda stored, seen: True),
    _simulated(
        "the store compares the turn only",
        chat_repository,
        "_same",
        lambda stored, seen: stored.turn_id == seen.turn_id,
    ),
    _simulated("the store counts no turns", InMemoryChatRepository, "_check_slot", lambda self, turn, limit: None),
    _simulated("the store takes messages in any order", InMemoryChatRepository, "_check_chat", _take_any_order),
    _simulated("the store knows no keys", InMemoryChatRepository, "_past_ask", lambda self, new: None),
)
