"""A ChatRepository in memory."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from threading import RLock

from domain.chat import Chat, ChatSummary, ChatVersion, Feedback, Message, Role, Step, Turn, TurnState
from domain.errors import (
    AlreadyAnswered,
    AnswerNotFound,
    AtCapacity,
    ChatForbidden,
    ChatNotFound,
    OutOfOrder,
    StoreUnavailable,
    TooManyTurns,
)
from domain.limits import Budget, UserLimits, WorkspaceLimits
from domain.ports import ChatRepository
from domain.records import ChatList, ChatPage, IdempotencyRecord, NewQuestion, PageRequest, SavedInput


@dataclass
class InMemoryChatRepository(ChatRepository):
    """`limits` of the workspace; `down` makes every call raise StoreUnavailable.

    `permits`: by turn id, the user and the deadline of each turn that holds slots. `runs`: by owner and budget, the
    window that counts and how many turns have begun in it.
    """

    chats: dict[str, Chat] = field(default_factory=dict)
    messages: dict[str, dict[str, Message]] = field(default_factory=dict)
    keys: dict[tuple[str, str], tuple[IdempotencyRecord, datetime]] = field(default_factory=dict)
    inputs: dict[str, SavedInput] = field(default_factory=dict)
    permits: dict[str, tuple[str, datetime]] = field(default_factory=dict)
    down: bool = False
    limits: WorkspaceLimits = field(default_factory=WorkspaceLimits)
    runs: dict[tuple[str, str], tuple[int, int]] = field(default_factory=dict)
    _lock: RLock = field(default_factory=RLock)

    def save_question(self, new: NewQuestion) -> IdempotencyRecord | None:
        with self._reached():
            turn, message = new.turn, new.message
            past = self._idempotency_record(new)
            if past is not None:
                return None if past.question_id == message.message_id else past
            chat = self.chats.get(turn.chat_id)
            if chat is not None and chat.user_id == turn.user_id and self._is_stored(new):
                return None
            self._check_chat(chat, new)
            self._acquire_slot(turn, new.limits)
            self.chats[turn.chat_id] = chat.with_question(message, turn) if chat else Chat.begun(message, turn)
            self.messages.setdefault(turn.chat_id, {})[message.message_id] = message
            if new.key is not None:
                past = IdempotencyRecord(turn.chat_id, message.message_id, new.key.fingerprint)
                self.keys[turn.user_id, new.key.key] = (past, new.key.expires_at)
            return None

    def _is_stored(self, new: NewQuestion) -> bool:
        return self.messages[new.turn.chat_id].get(new.message.message_id) == new.message

    def _idempotency_record(self, new: NewQuestion) -> IdempotencyRecord | None:
        if new.key is None:
            return None
        past, expires_at = self.keys.get((new.turn.user_id, new.key.key), (None, new.turn.asked_at))
        return past if expires_at > new.turn.asked_at else None

    def _check_chat(self, chat: Chat | None, new: NewQuestion) -> None:
        if chat is None:
            if new.new_chat:
                return
            raise ChatNotFound
        chat.check_owner(new.turn.user_id)
        answers, asked = new.message.answers, self.messages[chat.chat_id].get(chat.turn.question_id)
        if answers and asked and asked.answers == answers:
            raise AlreadyAnswered
        chat.check_free(new.turn.asked_at)
        if answers:
            chat.check_answerable(answers, new.turn.asked_at)
        if new.message.message_id <= chat.last_message_id:
            raise OutOfOrder(chat.last_message_id)

    def _acquire_slot(self, turn: Turn, limits: UserLimits) -> None:
        runs = self._counted(f"user#{turn.user_id}", limits.budgets, turn.asked_at)
        live = sorted((deadline, user) for user, deadline in self.permits.values() if deadline > turn.asked_at)
        own = [deadline for deadline, user in live if user == turn.user_id]
        if len(own) >= limits.turns:
            raise TooManyTurns(limits.turns, (own[0] - turn.asked_at).total_seconds())
        if self.limits.turns:
            runs |= self._counted("workspace", self.limits.budgets(), turn.asked_at)
            if len(live) >= self.limits.turns:
                raise AtCapacity((live[0][0] - turn.asked_at).total_seconds())
        self.runs |= runs
        self.permits[turn.turn_id] = (turn.user_id, turn.deadline)

    def _counted(
        self, owner: str, budgets: tuple[Budget, ...], now: datetime
    ) -> dict[tuple[str, str], tuple[int, int]]:
        """The owner's budgets with one more run, not yet stored."""
        return {
            (owner, budget.name): budget.counted(now, *self.runs.get((owner, budget.name), (None, 0)))
            for budget in budgets
        }

    def load(self, chat_id: str) -> Chat | None:
        with self._reached():
            return self.chats.get(chat_id)

    def version(self, chat_id: str) -> ChatVersion | None:
        chat = self.load(chat_id)
        return chat.version if chat else None

    def read(self, chat_id: str, page: PageRequest) -> ChatPage | None:
        with self._reached():
            if chat_id not in self.chats:
                return None
            messages = sorted(self.messages[chat_id].values(), key=lambda message: message.message_id)
            if page.after is not None:
                newer = [message for message in messages if message.message_id > (page.after or "")]
                shown = newer[: page.limit]
                return ChatPage(self.chats[chat_id], tuple(shown), has_older=True, has_newer=shown != newer)
            older = [message for message in messages if page.before is None or message.message_id < page.before]
            shown = older[-page.limit :]
            return ChatPage(
                self.chats[chat_id], tuple(shown), has_older=shown != older, has_newer=page.before is not None
            )

    def compare_and_set_turn(
        self,
        expected: Turn,
        new: Turn,
        answer: Message | None = None,
        limits: UserLimits | None = None,
        *,
        by_worker: bool = False,
        saved: SavedInput | None = None,
    ) -> bool:
        with self._reached():
            chat = self.chats.get(expected.chat_id)
            if chat is None:
                return False
            if not _same(chat.turn, expected):
                return chat.turn == new
            if new.thinking and not expected.thinking:
                self._acquire_slot(new, limits or UserLimits(1))
            if not new.thinking and expected.frees_slots(by_worker=by_worker or answer is not None):
                self.permits.pop(expected.turn_id, None)
            again = new.turn_id != expected.turn_id
            shown = () if again else chat.turn.progress
            usage = new.usage if again else new.usage or chat.turn.usage
            self.chats[expected.chat_id] = chat.with_turn(replace(new, progress=shown, usage=usage), answer)
            if answer is not None:
                self.messages[expected.chat_id][answer.message_id] = answer
            if saved is not None:
                self.inputs[expected.chat_id] = saved
            return True

    def load_input(self, chat_id: str, input_id: str) -> SavedInput | None:
        with self._reached():
            saved = self.inputs.get(chat_id)
            return saved if saved and saved.request.input_id == input_id else None

    def release_slots(self, turn: Turn) -> None:
        with self._reached():
            self.permits.pop(turn.turn_id, None)

    def save_progress(self, turn: Turn, progress: Sequence[Step], draft: str | None) -> bool:
        with self._reached():
            chat = self.chats.get(turn.chat_id)
            if chat is None or not _same(chat.turn, turn):
                return False
            kept = chat.turn.draft if draft is None else draft
            usage = turn.usage or chat.turn.usage
            shown = replace(chat.turn, progress=tuple(progress), draft=kept, usage=usage)
            self.chats[turn.chat_id] = chat.with_turn(shown)
            return True

    def list_chats(self, user_id: str, limit: int, start: tuple[str, str] | None = None) -> ChatList:
        with self._reached():
            own = (chat for chat in self.chats.values() if chat.user_id == user_id)
            found = sorted(own, key=lambda chat: (chat.last_message_id, chat.chat_id), reverse=True)
            if start is not None:
                found = [chat for chat in found if (chat.last_message_id, chat.chat_id) < start]
            shown = found[:limit]
            cursor = (shown[-1].last_message_id, shown[-1].chat_id) if len(found) > limit else None
            return ChatList(tuple(map(self._summary, shown)), cursor)

    def _summary(self, chat: Chat) -> ChatSummary:
        return ChatSummary(
            chat_id=chat.chat_id,
            title=chat.title,
            last_text=chat.last_text,
            last_message_id=chat.last_message_id,
            last_answer_id=chat.last_answer_id,
            read_up_to=chat.read_up_to,
            active_at=self.messages[chat.chat_id][chat.last_message_id].created_at,
            state=TurnState.ANSWERED if chat.turn.state is TurnState.NEEDS_INPUT else chat.turn.state,
            deadline=chat.turn.deadline,
        )

    def mark_read(self, chat_id: str, user_id: str) -> None:
        with self._reached():
            chat = self._owned(chat_id, user_id)
            self.chats[chat_id] = replace(chat, read_up_to=chat.last_message_id)

    def set_feedback(self, chat_id: str, message_id: str, feedback: Feedback) -> Feedback | None:
        with self._reached():
            message = self.messages.get(chat_id, {}).get(message_id)
            if message is None or message.role is not Role.ASSISTANT:
                raise AnswerNotFound
            self.messages[chat_id][message_id] = replace(message, feedback=feedback)
            return message.feedback

    def delete(self, chat_id: str, user_id: str, until: datetime | None = None) -> None:
        with self._reached():
            turn = self._owned(chat_id, user_id).turn
            if turn.thinking and turn.frees_slots(by_worker=False):
                self.permits.pop(turn.turn_id, None)
            del self.chats[chat_id], self.messages[chat_id]
            self.inputs.pop(chat_id, None)

    def _owned(self, chat_id: str, user_id: str) -> Chat:
        chat = self.chats.get(chat_id)
        if chat is None:
            raise ChatNotFound
        if chat.user_id != user_id:
            raise ChatForbidden
        return chat

    @contextmanager
    def _reached(self) -> Iterator[None]:
        if self.down:
            raise StoreUnavailable
        with self._lock:
            yield


def _same(stored: Turn, seen: Turn) -> bool:
    return (stored.turn_id, stored.state, stored.lease) == (seen.turn_id, seen.state, seen.lease)
