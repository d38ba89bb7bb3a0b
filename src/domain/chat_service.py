"""ChatService: dispatch (the fast path), reason and persist (the slow path), and the user's other actions on a chat."""

import hmac
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final, TypeVar

from domain.chat import Chat, Feedback, InputRequest, Message, Role, Turn, TurnState
from domain.errors import (
    AgentFailed,
    AtCapacity,
    BudgetUsedUp,
    ChatNotFound,
    IdempotencyKeyReused,
    OutOfOrder,
    QuestionMissing,
    QuestionTooLong,
    StoreUnavailable,
    TransitionRefused,
    TurnOver,
    UnreadableText,
    WorkspaceBudgetUsedUp,
)
from domain.failure_codes import FailureCode
from domain.held_poll import HeldPoll
from domain.limits import UserLimits
from domain.poll_hint import PollHint, poll_hint
from domain.ports import ChatRepository, Clock, IdSource, ProgressReporter, ReasoningAgent, TurnObserver, WorkerInvoker
from domain.records import (
    KEY_TTL,
    Abandoned,
    Answer,
    Answered,
    Ask,
    AskAccepted,
    Assignment,
    ChatList,
    ChatPage,
    Failed,
    IdempotencyKey,
    IdempotencyRecord,
    NeedsInput,
    NewQuestion,
    PageRequest,
    ReasoningOutcome,
    SavedInput,
    WorkerInvocation,
)
from domain.text import excerpt, is_storable, is_visible, storable
from domain.throttled_progress import ThrottledProgressReporter
from domain.usual_durations import UsualDurations

QUESTION_LIMIT: Final = 8_000
HISTORY_LENGTH: Final = 20
FAILURE_MESSAGE_LENGTH: Final = 500
PERSIST_PAUSE: Final = timedelta(seconds=1)
SLOT_ATTEMPTS: Final = 5
#: Less than the ten seconds after which clients give up a request.
DELETION_TIME: Final = timedelta(seconds=7)

Stored = TypeVar("Stored")


@dataclass(frozen=True, slots=True)
class TurnPolicy:
    """Limits of a turn: `deadline` after the question, and those of a user (`UserLimits`).

    `persist_margin` is the time before the deadline, and before the worker's own end, that the worker keeps for storing
    how the turn ended. `expected_duration` is how long an agent usually reasons, as long as no answer has shown it.
    `hold_polls`: polls may be held, by clients that can.
    """

    deadline: timedelta = timedelta(seconds=70)
    turns_per_user: int = 5
    asks_per_minute: int = 30
    answers_per_day: int = 500
    idempotency_ttl: timedelta = KEY_TTL
    persist_margin: timedelta = timedelta(seconds=3)
    expected_duration: timedelta = timedelta(seconds=56)
    hold_polls: bool = False

    @property
    def user_limits(self) -> UserLimits:
        """What one user may have."""
        return UserLimits(self.turns_per_user, self.asks_per_minute, self.answers_per_day)


class ChatService:
    """Keeps nothing but how long answers took, to tell when to poll. `agent` makes the agent on first use: importing
    one is slow, and only the worker needs it."""

    def __init__(
        self,
        chats: ChatRepository,
        worker: WorkerInvoker,
        agent: Callable[[], ReasoningAgent],
        clock: Clock,
        ids: IdSource,
        observer: TurnObserver,
        policy: TurnPolicy,
    ) -> None:
        self._chats = chats
        self._worker = worker
        self._agent = agent
        self._clock = clock
        self._ids = ids
        self._observer = observer
        self._policy = policy
        self._usual = UsualDurations(policy.expected_duration)

    # ---- fast path: dispatch

    def dispatch(self, ask: Ask) -> AskAccepted:
        """Store the question, invoke its worker asynchronously, and return.

        Raises `QuestionMissing`, `QuestionTooLong`, `UnreadableText`, the refusals of `ChatRepository.save_question`,
        `IdempotencyKeyReused`, and `TryAgain` when the store or the worker cannot be reached. After `TryAgain` the
        question is not stored, or its turn has failed; the same ask may be sent again.
        """
        question = _checked_question(ask.question)
        key = self._idempotency_key(ask, question)
        new, past = self._with_slot(ask.user_id, lambda: self._save(ask, question, key))
        if past is not None:
            return self._replay(past, ask, question)
        self._observer.on_transition(new.turn)
        self._start(new.turn, ask.correlation_id)
        return AskAccepted(new.turn.chat_id)

    def retry(self, user_id: str, chat_id: str, correlation_id: str = "") -> AskAccepted:
        """Ask the last question again in a new turn. Raises `NothingToRetry`, `ChatBusy`, and as `dispatch`."""
        while True:
            chat = self._owned(user_id, chat_id)
            chat.check_retriable(self._clock.now())
            if self._run_again(chat.turn, correlation_id):
                return AskAccepted(chat_id)

    def _save(
        self, ask: Ask, question: str, key: IdempotencyKey | None
    ) -> tuple[NewQuestion, IdempotencyRecord | None]:
        after: str | None = None
        while True:
            new = self._new_question(ask, question, key, after)
            try:
                return new, self._chats.save_question(new)
            except OutOfOrder as order:
                after = order.last_message_id

    def _new_question(self, ask: Ask, question: str, key: IdempotencyKey | None, after: str | None) -> NewQuestion:
        now = self._clock.now()
        message_id = self._ids.new_id(after)
        message = Message(message_id, Role.USER, question, now, time_zone=ask.time_zone, answers=ask.answers)
        turn = self._new_turn(ask.chat_id or self._ids.new_id(), ask.user_id, message.message_id)
        return NewQuestion(message, turn, ask.chat_id is None, self._policy.user_limits, key)

    def _new_turn(self, chat_id: str, user_id: str, question_id: str) -> Turn:
        now = self._clock.now()
        return Turn(
            chat_id=chat_id,
            user_id=user_id,
            turn_id=self._ids.new_id(),
            question_id=question_id,
            asked_at=now,
            deadline=now + self._policy.deadline,
            dispatch_token=self._ids.new_token(),
        )

    def _idempotency_key(self, ask: Ask, question: str) -> IdempotencyKey | None:
        if ask.key is None:
            return None
        return IdempotencyKey(ask.key, _fingerprint(ask, question), self._clock.now() + self._policy.idempotency_ttl)

    def _replay(self, past: IdempotencyRecord, ask: Ask, question: str) -> AskAccepted:
        """Answer a repeated ask as the first one; if its worker never started, start it now."""
        if past.fingerprint != _fingerprint(ask, question):
            raise IdempotencyKeyReused
        while True:
            chat = self._chats.load(past.chat_id)
            if chat is None or chat.turn.question_id != past.question_id or self._ensure_worker(chat.turn, ask):
                return AskAccepted(past.chat_id, replayed=True)

    def _ensure_worker(self, turn: Turn, ask: Ask) -> bool:
        """Start the turn's worker if it never started. False after a concurrent change of the turn: read it again."""
        if turn.started_at is not None or turn.state is TurnState.CANCELLED:
            return True
        if turn.thinking and not turn.overdue(self._clock.now()):
            # The first attempt may invoke at the same time: of two events, only one can claim the turn.
            self._start(turn, ask.correlation_id)
            return True
        return self._run_again(turn, ask.correlation_id)

    def _run_again(self, turn: Turn, correlation_id: str) -> bool:
        """Start a new turn about an ended turn's question. False after a concurrent change: read it again."""
        if turn.thinking or turn.overdue(self._clock.now()):  # overdue: store its end first
            self._expire(turn)
            return False
        again = self._with_slot(turn.user_id, lambda: self._restart(turn))
        if again is None:
            return False
        self._observer.on_transition(again)
        self._start(again, correlation_id)
        return True

    def _restart(self, turn: Turn) -> Turn | None:
        again = self._new_turn(turn.chat_id, turn.user_id, turn.question_id)
        return again if self._chats.compare_and_set_turn(turn, again, limits=self._policy.user_limits) else None

    def _with_slot(self, user_id: str, store: Callable[[], Stored]) -> Stored:
        """Store a new turn. Each attempt has a new turn id, which may hash to a shard with free slots."""
        try:
            for _ in range(SLOT_ATTEMPTS - 1):
                with suppress(AtCapacity, WorkspaceBudgetUsedUp):
                    return store()
            return store()
        except (AtCapacity, BudgetUsedUp) as refusal:
            self._observer.on_rejected(user_id, refusal)
            raise

    def _start(self, turn: Turn, correlation_id: str) -> None:
        """Invoke the worker. Whatever the invoker raises, a turn that no worker has claimed ends as not started."""
        try:
            self._worker.invoke(WorkerInvocation(turn.chat_id, turn.turn_id, turn.dispatch_token, correlation_id))
        except Exception:
            with suppress(StoreUnavailable):  # the first poll after the deadline ends the turn
                ended = self._end(turn, turn.failed(FailureCode.NOT_STARTED, self._clock.now()))
                if not ended and self._claimed_meanwhile(turn):
                    return  # the event was delivered after all
            raise

    def _claimed_meanwhile(self, turn: Turn) -> bool:
        # The turn may have ended without a worker: a concurrent repetition of the ask may have failed to invoke it too.
        chat = self._chats.load(turn.chat_id)
        return chat is not None and chat.turn.turn_id == turn.turn_id and chat.turn.started_at is not None

    # ---- slow path: reason and persist

    def reason(self, invocation: WorkerInvocation, until: datetime) -> ReasoningOutcome | None:
        """Claim the turn and run the agent on it, until `until` at the latest.

        None for an event that is a duplicate, late, unknown or forged. Raises `StoreUnavailable` only before the turn
        is claimed, or when the outcome of the claim is unknown: a redelivered event finds the turn queued, or claimed.
        """
        page = self._chats.read(invocation.chat_id, PageRequest(limit=HISTORY_LENGTH))
        if page is None or not _matches(invocation, page.chat.turn):
            return None
        question, history = _split(page.messages, page.chat.turn.question_id)
        resumed = self._resumed(page.chat.turn, question)
        turn = self._claim(page.chat.turn)
        if turn is None:
            return None
        if question is None:
            # A restored table may lack the question: another message must not be answered in its place.
            return Failed(turn, FailureCode.AGENT_FAILED)
        if question.answers and resumed is None:
            return Failed(turn, FailureCode.INPUT_EXPIRED)
        until = min(until, turn.deadline) - self._policy.persist_margin
        zone = question.time_zone or "UTC"
        assignment = Assignment(
            turn.user_id, question.content, history, turn.asked_at, until, zone, turn.chat_id, turn.turn_id, resumed
        )
        return self._run_agent(page.chat.with_turn(turn), assignment)

    def persist(self, outcome: ReasoningOutcome) -> Turn | None:
        """Store the outcome. Returns the turn as stored; None if somebody else had ended it: then release its slots.

        Retries an unreachable store until the turn's deadline, then raises `StoreUnavailable`.
        """
        turn = outcome.turn
        if not isinstance(outcome, Abandoned):
            ended, answer, saved = self._ending(outcome)
            if self._until_deadline(turn, lambda: self._end(turn, ended, answer, saved, by_worker=True)):
                return ended
        self._until_deadline(turn, lambda: self._chats.release_slots(turn))
        return None

    def _until_deadline(self, turn: Turn, write: Callable[[], Stored]) -> Stored:
        while True:
            try:
                return write()
            except StoreUnavailable:
                if self._clock.now() + PERSIST_PAUSE >= turn.deadline:
                    raise
                self._clock.sleep(PERSIST_PAUSE)

    def fail(self, invocation: WorkerInvocation, code: FailureCode) -> Turn | None:
        """End the turn that `invocation` started, if it is still thinking: Lambda has given up on its event.

        The event may have been delivered twice, so that another worker still runs: a claimed turn keeps its slots.
        """
        chat = self._chats.load(invocation.chat_id)
        if chat is None or not _matches(invocation, chat.turn) or not chat.turn.thinking:
            return None
        failed = chat.turn.failed(code, self._clock.now())
        return failed if self._end(chat.turn, failed) else None

    def _claim(self, turn: Turn) -> Turn | None:
        try:
            claimed = turn.claimed(self._ids.new_token(), self._clock.now())
        except TransitionRefused:
            return None
        if not self._chats.compare_and_set_turn(turn, claimed):
            return None
        self._observer.on_transition(claimed)
        return claimed

    def _resumed(self, turn: Turn, question: Message | None) -> SavedInput | None:
        """What the agent saved when it asked what `question` answers. Not for a retry that begins after it expired."""
        if question is None or question.answers is None:
            return None
        saved = self._chats.load_input(turn.chat_id, question.answers)
        return saved if saved and turn.asked_at < saved.request.expires_at else None

    def _run_agent(self, chat: Chat, assignment: Assignment) -> ReasoningOutcome:
        progress = ThrottledProgressReporter(self._chats, self._clock, self._observer, chat.turn)
        outcome = self._reasoned(chat, assignment, progress)
        return replace(outcome, turn=replace(chat.turn, usage=progress.usage))

    def _reasoned(self, chat: Chat, assignment: Assignment, progress: ProgressReporter) -> ReasoningOutcome:
        turn = chat.turn
        try:
            return Answered(turn, self._agent().reason(assignment, progress), chat.last_message_id)
        except TurnOver:
            return Abandoned(turn)
        except AgentFailed as failure:
            return Failed(turn, _known_code(failure.code), _message_of(failure))
        except Exception as exception:  # noqa: BLE001  # an agent's crash must end its turn visibly
            self._observer.on_agent_crash(turn, exception)
            return Failed(turn, FailureCode.AGENT_FAILED)

    def _ending(self, outcome: Answered | Failed) -> tuple[Turn, Message | None, SavedInput | None]:
        turn, now = outcome.turn, self._clock.now()
        if isinstance(outcome, Failed):
            return turn.failed(outcome.code, now, outcome.message), None, None
        message, lease = self._message(outcome, now), turn.lease or ""
        try:
            if isinstance(outcome.reply, Answer):
                return turn.answered(lease, now), message, None
            saved = _saved(outcome.reply, message)
            return turn.asked_back(lease, saved.request, now), message, saved
        except TransitionRefused:  # the answer came too late
            return turn.failed(FailureCode.TIMED_OUT, now), None, None

    def _message(self, outcome: Answered, now: datetime) -> Message:
        # No other message can follow what the worker has read: the chat is busy until this turn ends.
        message_id, reply = self._ids.new_id(outcome.after), outcome.reply
        return Message(message_id, Role.ASSISTANT, reply.text, now, reply.citations, outcome.turn.usage)

    def _end(
        self,
        seen: Turn,
        ended: Turn,
        answer: Message | None = None,
        saved: SavedInput | None = None,
        *,
        by_worker: bool = False,
    ) -> bool:
        if not by_worker:
            # What was read may be old by now: the worker may have stored a later report.
            ended = replace(ended, usage=None)
        done = self._chats.compare_and_set_turn(seen, ended, answer, by_worker=by_worker, saved=saved)
        if done:
            self._observer.on_transition(ended)
        return done

    # ---- reading and managing chats

    def read(self, user_id: str, chat_id: str, page: PageRequest) -> ChatPage:
        """A page of the chat's messages. Ends an overdue turn in the store before it is shown as ended.

        Raises `ChatNotFound`, `ChatForbidden`.
        """
        while True:
            found = self._chats.read(chat_id, page)
            if found is None:
                raise ChatNotFound
            found.chat.check_owner(user_id)
            if not found.chat.turn.overdue(self._clock.now()):
                self._usual.learn(found.chat)
                return found
            self._expire(found.chat.turn)

    def hold(
        self, user_id: str, chat_id: str, page: PageRequest, wait: timedelta, is_news: Callable[[ChatPage], bool]
    ) -> ChatPage:
        """As `read`, when there is something that `is_news` to the caller or, with nothing new, `wait` later.

        Sooner where holding is not worth it. Raises `ChatNotFound`, also when the chat is deleted meanwhile, and
        `ChatForbidden`.
        """
        held = HeldPoll(
            self._chats,
            self._clock,
            lambda: self.read(user_id, chat_id, page),
            lambda chat: self.poll_hint(chat, can_hold=True).hold_now,
        )
        return held.answer(wait, is_news)

    def poll_hint(self, chat: Chat, *, can_hold: bool = False, held: bool = False) -> PollHint:
        """When to poll next; `can_hold`: the client can hold a poll; `held`: this one was."""
        can_hold = can_hold and self._policy.hold_polls
        return poll_hint(chat, self._clock.now(), self._usual.expect(chat), can_hold=can_hold, held=held)

    def list_chats(self, user_id: str, limit: int, start: tuple[str, str] | None = None) -> ChatList:
        """The user's chats, newest activity first."""
        return self._chats.list_chats(user_id, limit, start)

    def mark_read(self, user_id: str, chat_id: str) -> None:
        """Mark the chat as read. Raises `ChatNotFound`, `ChatForbidden`."""
        self._chats.mark_read(chat_id, user_id)

    def rate(self, user_id: str, chat_id: str, message_id: str, feedback: Feedback) -> None:
        """Keep what the user says of an answer; it replaces what was said before.

        Raises `ChatNotFound`, `ChatForbidden`, `AnswerNotFound`, and `UnreadableText` for a reason that cannot be
        stored.
        """
        if not is_storable(feedback.reason or ""):
            raise UnreadableText("reason")
        self._owned(user_id, chat_id)
        before = self._chats.set_feedback(chat_id, message_id, feedback)
        if before is None or before.rating != feedback.rating:
            self._observer.on_feedback(user_id, chat_id, feedback)

    def cancel(self, user_id: str, chat_id: str) -> Turn:
        """Stop the chat's turn unless it has ended. Returns the turn. Raises `ChatNotFound`, `ChatForbidden`."""
        return self._cancelled(lambda: self._owned(user_id, chat_id).turn)

    def stop(self, chat_id: str, turn_id: str, reason: str) -> Turn:
        """For an operator: stop this turn of any user unless it has ended, for a `reason` that the app shows.

        Returns the turn. Raises `ChatNotFound`, also when the chat's latest turn is another one.
        """

        def found() -> Turn:
            chat = self._chats.load(chat_id)
            if chat is None or chat.turn.turn_id != turn_id:
                raise ChatNotFound
            return chat.turn

        return self._cancelled(found, reason)

    def _cancelled(self, current: Callable[[], Turn], reason: str | None = None) -> Turn:
        while True:
            turn = current()
            if turn.overdue(self._clock.now()):
                self._expire(turn)
                continue
            if not turn.thinking:
                return turn
            cancelled = turn.cancelled(self._clock.now(), reason)
            if self._end(turn, cancelled):
                return cancelled

    def delete(self, user_id: str, chat_id: str) -> None:
        """Cancel the running turn, then delete the chat. Raises `ChatNotFound`, `ChatForbidden`.

        Raises `StoreUnavailable` for a chat that is too long to be deleted in `DELETION_TIME`: the same call goes on.
        """
        until = self._clock.now() + DELETION_TIME
        with suppress(ChatNotFound):  # an interrupted deletion has hidden the chat; it continues below
            self.cancel(user_id, chat_id)
        self._chats.delete(chat_id, user_id, until)

    def _expire(self, turn: Turn) -> None:
        self._end(turn, turn.expired(self._clock.now()))

    def _owned(self, user_id: str, chat_id: str) -> Chat:
        chat = self._chats.load(chat_id)
        if chat is None:
            raise ChatNotFound
        chat.check_owner(user_id)
        return chat


def _checked_question(text: str) -> str:
    question = text.strip()
    if not is_visible(question):
        raise QuestionMissing
    if not is_storable(question):
        raise UnreadableText("question")
    if len(question) > QUESTION_LIMIT:
        raise QuestionTooLong(len(question), QUESTION_LIMIT)
    return question


def _fingerprint(ask: Ask, question: str) -> str:
    """Keyed by the client's key, which is not stored: the record outlives a deleted chat by a day and more, and a short
    question could be guessed from a plain hash of it. Without the time zone: who repeats a question after a journey has
    not asked another one."""
    asked = "\n".join((ask.chat_id or "", question, *([ask.answers] if ask.answers else [])))
    return hmac.digest((ask.key or "").encode(), asked.encode(), "sha256").hex()


def _split(messages: tuple[Message, ...], question_id: str) -> tuple[Message | None, tuple[Message, ...]]:
    """The turn's question, None if it is not there, and the messages before it.

    After it there may only be what an agent asked in an earlier turn about the same question, and got no answer to.
    """
    for place, message in enumerate(messages):
        if message.message_id == question_id:
            asked_back = all(later.role is Role.ASSISTANT for later in messages[place + 1 :])
            return (message if asked_back else None), messages[:place]
    return None, ()


def _saved(asked: NeedsInput, message: Message) -> SavedInput:
    expires_at = message.created_at + asked.expires_in
    request = InputRequest(message.message_id, asked.question, asked.choices, expires_at)
    return SavedInput(request, asked.state, asked.version)


def _matches(invocation: WorkerInvocation, turn: Turn) -> bool:
    return (invocation.turn_id, invocation.token) == (turn.turn_id, turn.dispatch_token)


def _known_code(code: str) -> FailureCode:
    """`code` as the enum; a custom agent's unknown code becomes `AGENT_FAILED`."""
    try:
        return FailureCode(code)
    except ValueError:
        return FailureCode.AGENT_FAILED


def _message_of(failure: AgentFailed) -> str | None:
    """The agent's own sentence for the user, as it can be stored and shown; None without one."""
    message = storable(failure.message or "")
    return excerpt(message, FAILURE_MESSAGE_LENGTH) if is_visible(message) else None
