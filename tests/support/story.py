"""Test data: chats of Alice and Bob, stored event by event through the repository."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

from domain.chat import Citation, InputRequest, Message, Role, Turn
from domain.failure_codes import FailureCode
from domain.limits import UserLimits
from domain.ports import ChatRepository, IdSource
from domain.records import ChatPage, IdempotencyKey, NewQuestion, PageRequest, SavedInput
from tests.fakes.clock import FakeClock
from tests.fakes.ids import SequentialIds

ALICE: Final = "alice"
BOB: Final = "bob"
DEADLINE: Final = timedelta(seconds=70)
TURN_LIMIT: Final = 5
PARKING: Final = "Where did I park?"
BAY: Final = "Level 3, bay 12."
UNKNOWN_CHAT: Final = "01KAZZZZZZZZZZZZZZZZZZZZZZ"


@dataclass
class Story:
    """Each method stores its event at once. Time moves only when the test moves the clock."""

    chats: ChatRepository
    clock: FakeClock = field(default_factory=FakeClock)
    ids: IdSource = field(default_factory=SequentialIds)

    def turn(self, user: str = ALICE, chat_id: str | None = None, question_id: str | None = None) -> Turn:
        """A queued turn, not stored."""
        now = self.clock.now()
        return Turn(
            chat_id=chat_id or self.ids.new_id(),
            user_id=user,
            turn_id=self.ids.new_id(),
            question_id=question_id or self.ids.new_id(),
            asked_at=now,
            deadline=now + DEADLINE,
            dispatch_token=self.ids.new_token(),
        )

    def question(
        self,
        text: str = PARKING,
        *,
        user: str = ALICE,
        chat_id: str | None = None,
        message_id: str | None = None,
        key: IdempotencyKey | None = None,
        answers: str | None = None,
        limit: int = TURN_LIMIT,
        limits: UserLimits | None = None,
    ) -> NewQuestion:
        """A question, not stored; without `chat_id` in a new chat."""
        message = Message(message_id or self.ids.new_id(), Role.USER, text, self.clock.now(), answers=answers)
        turn = self.turn(user, chat_id, message.message_id)
        return NewQuestion(message, turn, new_chat=chat_id is None, limits=limits or UserLimits(limit), key=key)

    def key(self, name: str = "tap-1", fingerprint: str = "where-did-i-park") -> IdempotencyKey:
        """An idempotency key that lives for a day."""
        return IdempotencyKey(name, fingerprint, self.clock.now() + timedelta(hours=24))

    def asks(self, text: str = PARKING, *, user: str = ALICE, chat_id: str | None = None) -> Turn:
        new = self.question(text, user=user, chat_id=chat_id)
        assert self.chats.save_question(new) is None
        return new.turn

    def claims(self, turn: Turn) -> Turn:
        return self._transition(turn, turn.claimed(self.ids.new_token(), self.clock.now()))

    def answers(self, turn: Turn, text: str = BAY, citations: tuple[Citation, ...] = ()) -> Turn:
        """Store an answer; a queued turn is claimed first."""
        held = turn if turn.lease else self.claims(turn)
        answered = held.answered(held.lease or "", self.clock.now())
        return self._transition(held, answered, self.answer(text, citations), by_worker=True)

    def asks_back(self, turn: Turn, state: bytes = b"", waits: timedelta = timedelta(hours=1)) -> Turn:
        """Ask the user which bay is meant, in place of an answer."""
        held = turn if turn.lease else self.claims(turn)
        message = self.answer("Which bay?")
        now = self.clock.now()
        request = InputRequest(message.message_id, message.content, ("12", "13"), now + waits)
        ended = held.asked_back(held.lease or "", request, now)
        saved = SavedInput(request, state, version=3)
        assert self.chats.compare_and_set_turn(held, ended, message, by_worker=True, saved=saved)
        return ended

    def answer(self, text: str = BAY, citations: tuple[Citation, ...] = ()) -> Message:
        """An answer, not stored."""
        return Message(self.ids.new_id(), Role.ASSISTANT, text, self.clock.now(), citations)

    def fails(self, turn: Turn, code: FailureCode = FailureCode.WORKER_DIED, *, by_worker: bool = False) -> Turn:
        return self._transition(turn, turn.failed(code, self.clock.now()), by_worker=by_worker)

    def cancels(self, turn: Turn) -> Turn:
        return self._transition(turn, turn.cancelled(self.clock.now()))

    def talks(self, exchanges: int, *, user: str = ALICE) -> str:
        """A chat with so many questions and answers; returns its id."""
        turn = self.answers(self.asks("Question 1", user=user), "Answer 1")
        for number in range(2, exchanges + 1):
            turn = self.answers(self.asks(f"Question {number}", user=user, chat_id=turn.chat_id), f"Answer {number}")
        return turn.chat_id

    def newest(self, chat_id: str, limit: int = 50) -> ChatPage:
        page = self.chats.read(chat_id, PageRequest(limit))
        assert page is not None
        return page

    def stored(self, chat_id: str) -> Turn:
        chat = self.chats.load(chat_id)
        assert chat is not None
        return chat.turn

    def pass_deadline(self, turn: Turn) -> None:
        self.clock.move_to(turn.deadline)

    def _transition(self, seen: Turn, then: Turn, answer: Message | None = None, *, by_worker: bool = False) -> Turn:
        assert self.chats.compare_and_set_turn(seen, then, answer, by_worker=by_worker)
        return then


def texts(page: ChatPage) -> list[str]:
    return [message.content for message in page.messages]
