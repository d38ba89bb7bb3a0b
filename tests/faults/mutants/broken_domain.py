"""Mutants of the domain, its fakes and the request clock, for the simulation to find."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final

from adapters.clocks import RequestClock
from domain import chat_service, held_poll
from domain.chat import Chat, Feedback, Message, Turn, TurnState
from domain.chat_service import ChatService
from domain.errors import ChatNotFound, StoreUnavailable, WorkerUnreachable
from domain.failure_codes import FailureCode
from domain.held_poll import HeldPoll
from domain.limits import Budget, UserLimits
from domain.records import (
    Answered,
    Ask,
    AskAccepted,
    Assignment,
    ChatPage,
    NewQuestion,
    PageRequest,
    ReasoningOutcome,
    WorkerInvocation,
)
from tests.fakes import chat_repository
from tests.fakes.chat_repository import InMemoryChatRepository
from tests.faults.mutants.mutant import Judge, Mutant
from tests.faults.simulation.process import Process

_ensure_worker = ChatService._ensure_worker


def _claim_after_deadline(turn: Turn, lease: str, now: datetime) -> Turn:
    return turn._moved(TurnState.RUNNING, lease=lease, started_at=now)


def _claim_in_any_state(turn: Turn, lease: str, now: datetime) -> Turn:
    return replace(turn, state=TurnState.RUNNING, lease=lease, started_at=now, ended_at=None, failure=None)


def _answer_after_deadline(turn: Turn, lease: str, now: datetime) -> Turn:
    return turn._moved(TurnState.ANSWERED, ended_at=now, draft=None)


def _drop_usage(self: ChatService, chat: Chat, assignment: Assignment) -> ReasoningOutcome:
    return replace(_run_agent(self, chat, assignment), turn=chat.turn)


_run_agent: Final = ChatService._run_agent


def _overdue_a_second_late(turn: Turn, now: datetime) -> bool:
    return turn.thinking and now > turn.deadline + timedelta(seconds=1)


def _show_failed_without_saving(self: ChatService, user_id: str, chat_id: str, page: PageRequest) -> ChatPage:
    found = self._chats.read(chat_id, page)
    if found is None:
        raise ChatNotFound
    found.chat.check_owner(user_id)
    turn, now = found.chat.turn, self._clock.now()
    if not turn.overdue(now):
        return found
    return replace(found, chat=found.chat.with_turn(turn.failed(FailureCode.TIMED_OUT, now)))


def _rate_as_anybody(self: ChatService, user_id: str, chat_id: str, message_id: str, feedback: Feedback) -> None:
    self._chats.set_feedback(chat_id, message_id, feedback)


def _invoke_before_saving(self: ChatService, ask: Ask) -> AskAccepted:
    new = self._new_question(ask, ask.question, self._idempotency_key(ask, ask.question), None)
    self._start(new.turn, "")
    past = self._chats.save_question(new)
    return self._replay(past, ask, ask.question) if past else AskAccepted(new.turn.chat_id)


def _acknowledge_without_saving(self: ChatService, ask: Ask) -> AskAccepted:
    new = self._new_question(ask, ask.question, self._idempotency_key(ask, ask.question), None)
    with suppress(StoreUnavailable):
        past = self._chats.save_question(new)
        if past is not None:
            return self._replay(past, ask, ask.question)
    self._start(new.turn, "")
    return AskAccepted(new.turn.chat_id)


def _ignore_unreachable_worker(self: ChatService, turn: Turn, correlation_id: str) -> None:
    with suppress(WorkerUnreachable):
        self._worker.invoke(WorkerInvocation(turn.chat_id, turn.turn_id, turn.dispatch_token, correlation_id))


def _rerun_any_failed_turn(self: ChatService, turn: Turn, ask: Ask) -> bool:
    return self._run_again(turn, "") if turn.state is TurnState.FAILED else _ensure_worker(self, turn, ask)


def _retry_with_same_turn_id(self: ChatService, turn: Turn, correlation_id: str) -> bool:
    new = self._new_turn(turn.chat_id, turn.user_id, turn.question_id)
    again = replace(new, turn_id=turn.turn_id, dispatch_token=turn.dispatch_token)
    if turn.thinking or not self._chats.compare_and_set_turn(turn, again, limits=self._policy.user_limits):
        return turn.thinking
    self._start(again, correlation_id)
    return True


def _invoke_retry_before_saving(self: ChatService, turn: Turn, correlation_id: str) -> bool:
    again = self._new_turn(turn.chat_id, turn.user_id, turn.question_id)
    self._start(again, correlation_id)
    return turn.thinking or self._chats.compare_and_set_turn(turn, again, limits=self._policy.user_limits)


def _fail_ended_turn(self: ChatService, invocation: WorkerInvocation, code: FailureCode) -> Turn | None:
    chat = self._chats.load(invocation.chat_id)
    if chat is None or invocation.turn_id != chat.turn.turn_id:
        return None
    failed = replace(chat.turn, state=TurnState.FAILED, ended_at=self._clock.now(), failure=code)
    return failed if self._end(chat.turn, failed) else None


def _answer_id_by_clock_only(self: ChatService, outcome: Answered, now: datetime) -> Message:
    return _message(self, replace(outcome, after=""), now)


_message: Final = ChatService._message


def _accept_any_order(self: InMemoryChatRepository, chat: Chat | None, new: NewQuestion) -> None:
    if not new.new_chat:
        if chat is None:
            raise ChatNotFound
        chat.check_owner(new.turn.user_id)
        chat.check_free(new.turn.asked_at)


def _hold_without_limit(self: InMemoryChatRepository, turn: Turn, limits: UserLimits) -> None:
    self.permits[turn.turn_id] = (turn.user_id, turn.deadline)


def _count_without_limit(self: Budget, now: datetime, window: int | None, runs: int) -> tuple[int, int]:
    return self.window(now), runs + 1


def _count_nothing(self: Budget, now: datetime, window: int | None, runs: int) -> tuple[int, int]:
    return self.window(now), 0


def _restart_for_nothing(self: ChatService, turn: Turn) -> Turn | None:
    again = self._new_turn(turn.chat_id, turn.user_id, turn.question_id)
    limits = UserLimits(self._policy.turns_per_user)
    return again if self._chats.compare_and_set_turn(turn, again, limits=limits) else None


def _release_what_the_chat_holds_now(self: InMemoryChatRepository, turn: Turn) -> None:
    chat = self.chats.get(turn.chat_id)
    self.permits.pop(chat.turn.turn_id if chat else turn.turn_id, None)


def _no_upper_bound(self: RequestClock) -> datetime:
    return max(self._clock.now(), self._received_at or self._clock.now())


def _fail_in_conflict(self: Process, effect: Callable[[], Any], *, repeatable: bool = True) -> Any:
    if self._chance(self._rates.conflict):
        raise StoreUnavailable
    return self.call(effect, repeatable=repeatable)


def _simulated(name: str, owner: object, attribute: str, replacement: object) -> Mutant:
    return Mutant(name, Judge.SIMULATION, owner, attribute, replacement)


def _hold_to_the_end(self: HeldPoll, wait: timedelta, is_news: Callable[[ChatPage], bool]) -> ChatPage:
    page = self.read()
    if page.chat.turn.thinking and not is_news(page):
        self.clock.sleep(wait)
    return page


def _hold_past_the_deadline(self: HeldPoll, wait: timedelta, is_news: Callable[[ChatPage], bool]) -> ChatPage:
    page, slept = self.read(), timedelta(0)
    while page.chat.turn.thinking and slept < wait and not is_news(page):
        self.clock.sleep(held_poll.LOOK_EVERY)
        slept += held_poll.LOOK_EVERY
        found = self.chats.version(page.chat.chat_id)
        if found is None or found.state != page.chat.version.state:
            return self.read()
    return page


def _hold_for_anybody(
    self: ChatService, user_id: str, chat_id: str, page: PageRequest, wait: timedelta, is_news: Any
) -> ChatPage:
    chat = self._chats.load(chat_id)
    if chat is None:
        raise ChatNotFound
    return _hold(self, chat.user_id, chat_id, page, wait, is_news)


def _hold_without_reading_again(self: HeldPoll, wait: timedelta, is_news: Callable[[ChatPage], bool]) -> ChatPage:
    first = self.read()
    page = _answer(self, wait, is_news)
    return replace(page, messages=first.messages)


_hold: Final = ChatService.hold
_answer: Final = HeldPoll.answer


DOMAIN_MUTANTS: Final = (
    _simulated("a held poll never looks at its turn's end", HeldPoll, "answer", _hold_to_the_end),
    _simulated("a held poll ignores the deadline", HeldPoll, "answer", _hold_past_the_deadline),
    _simulated("a held poll is answered to anybody", ChatService, "hold", _hold_for_anybody),
    _simulated("a held poll shows the end without its answer", HeldPoll, "answer", _hold_without_reading_again),
    _simulated("a claim ignores the deadline", Turn, "claimed", _claim_after_deadline),
    _simulated("a claim ignores the state", Turn, "claimed", _claim_in_any_state),
    _simulated("an answer ignores the deadline", Turn, "answered", _answer_after_deadline),
    _simulated("what an answer used is dropped", ChatService, "_run_agent", _drop_usage),
    _simulated("an agent's own sentence is dropped", chat_service, "_message_of", lambda failure: None),
    _simulated("a turn is never overdue", Turn, "overdue", lambda self, now: False),
    _simulated("a turn is overdue a second late", Turn, "overdue", _overdue_a_second_late),
    _simulated("an overdue turn is shown as failed but not saved", ChatService, "read", _show_failed_without_saving),
    _simulated("the worker is invoked before the question is saved", ChatService, "dispatch", _invoke_before_saving),
    _simulated("an ask is acknowledged without being saved", ChatService, "dispatch", _acknowledge_without_saving),
    _simulated("a failed invocation counts as done", ChatService, "_start", _ignore_unreachable_worker),
    _simulated("idempotency keys are ignored", ChatService, "_idempotency_key", lambda self, ask, question: None),
    _simulated("a repeated ask never starts the worker", ChatService, "_ensure_worker", lambda self, turn, ask: True),
    _simulated("a repeated ask reruns every failed turn", ChatService, "_ensure_worker", _rerun_any_failed_turn),
    _simulated("a retry reuses the ended turn's id", ChatService, "_run_again", _retry_with_same_turn_id),
    _simulated("a retry invokes the worker before it is saved", ChatService, "_run_again", _invoke_retry_before_saving),
    _simulated("any turn may be retried", Chat, "check_retriable", lambda self, now: None),
    _simulated("a thinking chat accepts questions", Chat, "check_free", lambda self, now: None),
    _simulated("an event needs no token", chat_service, "_matches", lambda event, turn: event.turn_id == turn.turn_id),
    _simulated("an event matches any turn", chat_service, "_matches", lambda event, turn: True),
    _simulated("the failures function fails an ended turn", ChatService, "fail", _fail_ended_turn),
    _simulated("whoever knows an answer may rate it", ChatService, "rate", _rate_as_anybody),
    _simulated("chats have no owner", Chat, "check_owner", lambda self, user_id: None),
    _simulated("an answer's id does not follow its question's", ChatService, "_message", _answer_id_by_clock_only),
    _simulated("a request uses its machine's clock", RequestClock, "now", lambda self: self._clock.now()),
    _simulated("a request's clock may be far ahead of API Gateway's", RequestClock, "now", _no_upper_bound),
    _simulated("the store compares nothing", chat_repository, "_same", lambda stored, seen: True),
    _simulated(
        "the store compares only the turn id",
        chat_repository,
        "_same",
        lambda stored, seen: stored.turn_id == seen.turn_id,
    ),
    _simulated("a write that meets a transaction is not sent again", Process, "write", _fail_in_conflict),
    _simulated("the store counts no turns", InMemoryChatRepository, "_acquire_slot", _hold_without_limit),
    _simulated("a budget has no limit", Budget, "counted", _count_without_limit),
    _simulated("a budget counts nothing", Budget, "counted", _count_nothing),
    _simulated("a retry counts in no budget", ChatService, "_restart", _restart_for_nothing),
    _simulated("a stopped turn frees its slots at once", Turn, "frees_slots", lambda self, by_worker: True),
    _simulated("a stopped queued turn keeps its slots", Turn, "frees_slots", lambda self, by_worker: by_worker),
    _simulated("a worker's end keeps the slots", Turn, "frees_slots", lambda self, by_worker: self.lease is None),
    _simulated(
        "a worker that lets go releases nothing", InMemoryChatRepository, "release_slots", lambda self, turn: None
    ),
    _simulated(
        "a worker that lets go releases its chat's later turn",
        InMemoryChatRepository,
        "release_slots",
        _release_what_the_chat_holds_now,
    ),
    _simulated("the store accepts messages in any order", InMemoryChatRepository, "_check_chat", _accept_any_order),
    _simulated(
        "the store ignores idempotency keys", InMemoryChatRepository, "_idempotency_record", lambda self, new: None
    ),
)
