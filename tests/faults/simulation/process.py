"""One simulated invocation of a function: each call that it makes may be slow, fail, or kill it."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from random import Random
from typing import TypeVar

from adapters.dynamodb.writer import RETRY_TIME
from domain.chat import Chat, ChatVersion, Feedback, Message, Step, Turn
from domain.errors import AsyncChatError, StoreUnavailable, TryAgain
from domain.limits import UserLimits
from domain.ports import ChatRepository, Clock, IdSource
from domain.records import ChatList, ChatPage, IdempotencyRecord, NewQuestion, PageRequest, SavedInput
from tests.faults.fault_rates import FaultRates, Killed
from tests.faults.simulation.scheduler import Scheduler

Result = TypeVar("Result")


class Process(Clock):
    """Also the machine's clock: a sleep past the function's timeout kills the process at the timeout."""

    def __init__(
        self, scheduler: Scheduler, random: Random, rates: FaultRates, skew: timedelta, timeout: timedelta
    ) -> None:
        self._scheduler = scheduler
        self._random = random
        self._rates = rates
        self._skew = skew
        self._killed_at = scheduler.now + timeout

    def now(self) -> datetime:
        now = self._scheduler.now + self._skew
        return now.replace(microsecond=now.microsecond // 1000 * 1000)

    def sleep(self, pause: timedelta) -> None:
        left = self._killed_at - self._scheduler.now
        self._scheduler.pause(min(pause, left))
        if pause >= left:
            raise Killed

    def call(
        self, effect: Callable[[], Result], lost: type[TryAgain] = StoreUnavailable, *, repeatable: bool = True
    ) -> Result:
        """Send a request, apply its effect, and wait for the reply; each of the three may fail."""
        self._travel(lost)
        if repeatable and self._chance(self._rates.repeat):
            with suppress(AsyncChatError):
                effect()
        result: Result | None = None
        refusal: AsyncChatError | None = None
        try:
            result = effect()
        except AsyncChatError as error:
            refusal = error
        self._travel(lost)
        if refusal is not None:
            raise refusal
        return result  # type: ignore[return-value]  # None only where the effect returns None

    def write(self, effect: Callable[[], Result], *, repeatable: bool = True) -> Result:
        """As `call`. A write that meets another transaction has no effect; the adapter sends it again after a pause."""
        began = self._scheduler.now
        while self._chance(self._rates.conflict):
            self.sleep(timedelta(seconds=self._random.uniform(0.02, 0.2)))
            if self._scheduler.now - began > RETRY_TIME:
                raise StoreUnavailable
        return self.call(effect, repeatable=repeatable)

    def _travel(self, lost: type[TryAgain]) -> None:
        seconds = self._random.uniform(0.2, 4) if self._chance(self._rates.slow) else self._random.uniform(0.001, 0.03)
        self.sleep(timedelta(seconds=seconds))
        if self._chance(self._rates.crash):
            raise Killed
        if self._chance(self._rates.loss):
            raise lost

    def _chance(self, probability: float) -> bool:
        return self._random.random() < probability


class RemoteChatRepository(ChatRepository):
    """A repository over a process's unreliable network; `on_write` is called after every write."""

    def __init__(self, chats: ChatRepository, process: Process, on_write: Callable[[str], None]) -> None:
        self._chats = chats
        self._process = process
        self._on_write = on_write

    def save_question(self, new: NewQuestion) -> IdempotencyRecord | None:
        return self._write(new.turn.chat_id, lambda: self._chats.save_question(new))

    def load(self, chat_id: str) -> Chat | None:
        return self._process.call(lambda: self._chats.load(chat_id))

    def version(self, chat_id: str) -> ChatVersion | None:
        return self._process.call(lambda: self._chats.version(chat_id))

    def read(self, chat_id: str, page: PageRequest) -> ChatPage | None:
        return self._process.call(lambda: self._chats.read(chat_id, page))

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
        return self._write(
            expected.chat_id,
            lambda: self._chats.compare_and_set_turn(expected, new, answer, limits, by_worker=by_worker, saved=saved),
        )

    def load_input(self, chat_id: str, input_id: str) -> SavedInput | None:
        return self._process.call(lambda: self._chats.load_input(chat_id, input_id))

    def release_slots(self, turn: Turn) -> None:
        self._write(turn.chat_id, lambda: self._chats.release_slots(turn))

    def save_progress(self, turn: Turn, progress: Sequence[Step], draft: str | None) -> bool:
        return self._process.write(lambda: self._chats.save_progress(turn, progress, draft))

    def list_chats(self, user_id: str, limit: int, start: tuple[str, str] | None = None) -> ChatList:
        return self._process.call(lambda: self._chats.list_chats(user_id, limit, start))

    def mark_read(self, chat_id: str, user_id: str) -> None:
        self._process.write(lambda: self._chats.mark_read(chat_id, user_id))

    def set_feedback(self, chat_id: str, message_id: str, feedback: Feedback) -> Feedback | None:
        return self._process.write(lambda: self._chats.set_feedback(chat_id, message_id, feedback))

    def delete(self, chat_id: str, user_id: str, until: datetime | None = None) -> None:
        # Not repeatable: a second delete finds no chat.
        self._write(chat_id, lambda: self._chats.delete(chat_id, user_id, until), repeatable=False)

    def _write(self, chat_id: str, write: Callable[[], Result], *, repeatable: bool = True) -> Result:
        def effect() -> Result:
            result = write()
            self._on_write(chat_id)
            return result

        return self._process.write(effect, repeatable=repeatable)


class TimedIds(IdSource):
    """Ids that sort by a clock, as the real ones do, drawn from the run's seed."""

    def __init__(self, clock: Clock, random: Random) -> None:
        self._clock = clock
        self._random = random

    def new_id(self, after: str | None = None) -> str:
        fresh = f"{round(self._clock.now().timestamp() * 1000):014d}{self._random.getrandbits(48):013x}"
        if after is None or fresh > after:
            return fresh
        return f"{after[:14]}{int(after[14:], 16) + 1 + self._random.getrandbits(32):013x}"

    def new_token(self) -> str:
        return f"{self._random.getrandbits(64):016x}"
