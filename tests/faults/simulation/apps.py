"""Simulated users with several devices: ask, poll, cancel, retry, delete, and try other users' chats."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from itertools import count
from typing import Final, TypeVar

from domain.chat import Chat, Feedback
from domain.chat_service import ChatService
from domain.errors import AsyncChatError, ChatNotFound, Refused
from domain.poll_hint import PollHint
from domain.records import Ask, ChatPage, PageRequest
from entrypoints.http.problems import problem_for
from entrypoints.schemas.fields import phase_of, status_of
from tests.faults.fault_rates import Killed
from tests.faults.history import Acknowledged, ActionCall, ForeignCall, Hidden, Listed, Shown, ShownMessage, TurnedAway
from tests.faults.simulation.world import World

Result = TypeVar("Result")

#: An app gives up after so many polls, whatever the poll hint says.
POLLS: Final = 60
WHOLE: Final = PageRequest(limit=100)


@dataclass
class Person:
    """A user; `chats` are the ids that responses have named, known on all of the user's devices."""

    name: str
    chats: list[str] = field(default_factory=list)
    deleted: set[str] = field(default_factory=set)
    numbers: "count[int]" = field(default_factory=lambda: count(1))

    def question(self) -> str:
        return f"{self.name} asks no. {next(self.numbers)}"


class App:
    """One device of a person; `stranger` is the user whose chats it tries to reach."""

    def __init__(self, world: World, person: Person, stranger: Person) -> None:
        self._world = world
        self._person = person
        self._stranger = stranger
        self._screens: dict[str, tuple[ShownMessage, ...]] = {}

    def use(self, times: int) -> None:
        """Do a random action, `times` times."""
        actions = (
            self._ask,
            self._follow,
            self._cancel,
            self._retry,
            self._delete,
            self._list,
            self._try_another_users_chat,
        )
        for _ in range(times):
            self._wait(self._world.random.expovariate(1 / 8))
            (act,) = self._world.random.choices(actions, weights=(10, 4, 3, 3, 1, 1, 2))
            act()

    # ---- asking

    def _ask(self) -> None:
        chat_id = self._some_chat() if self._chance(0.6) else None
        key = self._person.question()
        ask = Ask(self._person.name, key, chat_id, key if self._chance(0.7) else None)
        for _ in range(self._world.random.randint(1, 3) - 1 if ask.key else 0):
            pause = timedelta(seconds=self._world.random.uniform(0, 3))
            self._world.scheduler.spawn(partial(self.post, ask), pause)
        for attempt in range(4 if ask.key else 1):
            if self.post(ask):
                break
            self._wait(self._world.random.choice((0.1, 2, 5, 80)) * (attempt + 1))
        if self._chance(0.8):
            self._follow(ask.chat_id)

    def post(self, ask: Ask) -> bool:
        """Returns whether the response is final."""
        received_at = self._now()
        try:
            chat_id = self._world.request(lambda service: service.dispatch(ask)).chat_id
        except Refused as error:
            call = (self._person.name, ask.chat_id or "", received_at, self._now())
            code = problem_for(error).code
            self._world.history.turned_away.append(TurnedAway(*call, question=ask.question, code=code))
            return True
        except (AsyncChatError, Killed):
            return False
        if chat_id not in self._person.chats:
            self._person.chats.append(chat_id)
        call = (self._person.name, chat_id, received_at, self._now())
        self._world.history.acknowledged.append(Acknowledged(*call, question=ask.question, key=ask.key))
        return True

    def ask_and_wait(self, chat_id: str) -> None:
        """Ask another question in a chat and poll until its turn has ended."""
        self.post(Ask(self._person.name, self._person.question(), chat_id))
        for _ in range(POLLS):
            wait = self.poll(chat_id, from_start=True)
            if wait is None:
                break
            self._wait(wait.total_seconds())

    # ---- polling

    def _follow(self, chat_id: str | None = None) -> None:
        chat_id = chat_id or self._some_chat()
        if chat_id is None:
            return
        self._wait(2)
        for _ in range(POLLS):
            wait = self.poll(chat_id)
            if wait is None or self._chance(0.02):
                break
            self._wait(wait.total_seconds() * self._world.random.uniform(0.5, 1.5))

    def poll(self, chat_id: str, *, from_start: bool = False) -> timedelta | None:
        """Show what is new, or everything `from_start`. Returns when to poll next, None for never."""
        screen = () if from_start or self._chance(0.3) else self._screens.get(chat_id, ())
        after = screen[-1].message_id if screen else None
        wanted = PageRequest(self._world.random.choice((1, 3, 50)), after) if after else WHOLE
        received_at, wait = self._now(), timedelta(seconds=self._world.random.randint(1, 20))
        held = self._chance(0.5)
        read = self._hold(wait) if held else self._read
        try:
            page, hint = self._world.request(lambda service: read(service, chat_id, wanted))
        except ChatNotFound:
            self._world.history.hidden.append(Hidden(self._person.name, chat_id, received_at, self._now()))
            return None
        except (AsyncChatError, Killed):
            return timedelta(seconds=2)
        self._screens[chat_id] = (*screen, *_shown_messages(page))
        if page.has_newer:
            return self.poll(chat_id) if not from_start else None
        call = (self._person.name, chat_id, received_at, self._now())
        self._world.history.shown.append(_shown(call, page.chat, self._screens[chat_id], held=held))
        return hint.after

    def _read(self, service: ChatService, chat_id: str, wanted: PageRequest) -> tuple[ChatPage, PollHint]:
        page = service.read(self._person.name, chat_id, wanted)
        return page, service.poll_hint(page.chat)

    def _hold(self, wait: timedelta) -> Callable[[ChatService, str, PageRequest], tuple[ChatPage, PollHint]]:
        """A held poll by cursor: as without `If-None-Match`, messages are news. With the whole page it is a poll."""

        def hold(service: ChatService, chat_id: str, wanted: PageRequest) -> tuple[ChatPage, PollHint]:
            page = service.hold(self._person.name, chat_id, wanted, wait, lambda page: bool(page.messages))
            return page, service.poll_hint(page.chat, can_hold=True)

        return hold

    # ---- other actions

    def _cancel(self) -> None:
        self._request("cancel", lambda service, chat_id: service.cancel(self._person.name, chat_id))

    def _retry(self) -> None:
        self._request("retry", lambda service, chat_id: service.retry(self._person.name, chat_id))

    def _delete(self) -> None:
        self._request("delete", lambda service, chat_id: service.delete(self._person.name, chat_id))

    def _request(self, action: str, act: Callable[[ChatService, str], object]) -> None:
        chat_id = self._some_chat()
        if chat_id is None:
            return
        received_at, done = self._now(), False
        if action == "delete":
            self._person.deleted.add(chat_id)
        try:
            self._world.request(lambda service: act(service, chat_id))
            done = True
        except (AsyncChatError, Killed):
            pass
        self._world.history.actions.append(
            ActionCall(self._person.name, chat_id, received_at, self._now(), action=action, done=done)
        )

    def _list(self) -> None:
        try:
            found = self._world.request(lambda service: service.list_chats(self._person.name, 50)).chats
        except (AsyncChatError, Killed):
            return
        self._world.history.listed.append(Listed(self._person.name, tuple(chat.chat_id for chat in found)))

    def _try_another_users_chat(self) -> None:
        if not self._stranger.chats:
            return
        chat_id, name = self._world.random.choice(self._stranger.chats), self._person.name
        attempts: tuple[Callable[[ChatService], object], ...] = (
            lambda service: service.read(name, chat_id, WHOLE),
            lambda service: service.hold(name, chat_id, WHOLE, timedelta(seconds=2), lambda _: False),
            lambda service: service.dispatch(Ask(name, self._person.question(), chat_id)),
            lambda service: service.cancel(name, chat_id),
            lambda service: service.retry(name, chat_id),
            lambda service: service.mark_read(name, chat_id),
            lambda service: service.rate(name, chat_id, "m", Feedback(-1)),
            lambda service: service.delete(name, chat_id),
        )
        received_at = self._now()
        refusal: str | None = None
        try:
            self._world.request(self._world.random.choice(attempts))
        except Refused as error:
            refusal = problem_for(error).code
        except (AsyncChatError, Killed):
            return
        self._world.history.foreign_calls.append(ForeignCall(name, chat_id, received_at, self._now(), refusal=refusal))

    def _some_chat(self) -> str | None:
        return self._world.random.choice(self._person.chats) if self._person.chats else None

    def _now(self) -> datetime:
        return self._world.scheduler.now

    def _wait(self, seconds: float) -> None:
        self._world.scheduler.pause(timedelta(seconds=seconds))

    def _chance(self, probability: float) -> bool:
        return self._world.chance(probability)


def _shown_messages(page: ChatPage) -> list[ShownMessage]:
    return [ShownMessage(message.message_id, message.role, message.content) for message in page.messages]


def _shown(
    call: tuple[str, str, datetime, datetime], chat: Chat, messages: tuple[ShownMessage, ...], *, held: bool
) -> Shown:
    turn = chat.turn
    return Shown(
        *call,
        turn=turn.turn_id,
        status=status_of(turn.state),
        phase=phase_of(turn.state),
        failure=turn.failure,
        deadline=turn.deadline,
        ended_at=turn.ended_at,
        draft=turn.draft,
        messages=messages,
        used=turn.usage is not None,
        sentence=turn.failure_message,
        explained=turn.cancel_reason is not None,
        held=held,
    )
