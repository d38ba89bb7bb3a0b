"""Simulated AWS around the real domain: functions on separate machines, and asynchronous invocation between them."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from random import Random
from typing import Final, TypeVar

from adapters.clocks import RequestClock
from domain.chat import Turn, TurnState
from domain.chat_service import ChatService, TurnPolicy
from domain.errors import AsyncChatError, WorkerUnreachable
from domain.failure_codes import FailureCode
from domain.limits import WorkspaceLimits
from domain.ports import Clock, WorkerInvoker
from domain.records import WorkerInvocation
from tests.fakes.chat_repository import InMemoryChatRepository
from tests.fakes.clock import NOON
from tests.fakes.observer import RecordingObserver
from tests.faults.fault_rates import FaultRates, Killed
from tests.faults.history import Accepted, History, Run, Stored, Work
from tests.faults.simulation.process import Process, RemoteChatRepository, TimedIds
from tests.faults.simulation.scheduler import Scheduler
from tests.faults.simulation.simulated_agent import SimulatedAgent

API_TIMEOUT: Final = timedelta(seconds=29)
WORKER_TIMEOUT: Final = timedelta(seconds=90)
#: As configured, and Lambda's maximum: the promises must not depend on it.
EVENT_AGES: Final = (timedelta(seconds=60), timedelta(hours=6))
MACHINES: Final = 4
QUEUE_TRIES: Final = 5

Result = TypeVar("Result")


class World(WorkerInvoker):
    """`policy` allows few turns per user, at once and in a window, so that runs reach the limits."""

    def __init__(self, random: Random, rates: FaultRates) -> None:
        self.random = random
        self.rates = rates
        self.policy = TurnPolicy(
            turns_per_user=2, asks_per_minute=3, answers_per_day=random.choice((0, 12)), hold_polls=True
        )
        self.history = History(
            calm=rates.calm,
            skew=max(rates.skew, abs(rates.wild_skew)),
            limits=self.policy.user_limits,
            capacity=random.choice((0, 0, 2)),
        )
        self.scheduler = Scheduler(random, NOON)
        self.chats = InMemoryChatRepository(limits=WorkspaceLimits(self.history.capacity))
        self.retries = random.choice((0, 0, 1, 2))
        self._event_age = random.choice(EVENT_AGES)
        self.skews = [self._skew() for _ in range(MACHINES)] + [rates.wild_skew]
        self._questions: dict[str, str] = {}
        self._seen: dict[str, Turn] = {}
        self._runs: dict[str, Run] = {}
        self._at_work: list[Run] = []

    def stop_faults(self) -> None:
        """Nothing fails from here on, no budget holds, and two hours pass: everything begun before has ended."""
        self.policy = replace(self.policy, asks_per_minute=0, answers_per_day=0)
        self.history.unlimited_since = self.scheduler.now
        self.rates = FaultRates()
        self.skews = [timedelta(0)]
        self.scheduler.now += timedelta(hours=2)

    # ---- functions behind the API

    def request(self, act: Callable[[ChatService], Result]) -> Result:
        """A request over HTTP, on any machine. Raises what the service raises, and `Killed`."""
        received_at = self.scheduler.now.replace(microsecond=self.scheduler.now.microsecond // 1000 * 1000)
        process = self._process(API_TIMEOUT)
        process.sleep(self._seconds(0.001, 0.5))
        clock = RequestClock(process)
        clock.begin(received_at)
        return act(self._service(process, clock))

    @contextmanager
    def at_work(self, turn_id: str) -> Iterator[None]:
        """While an agent works on this turn."""
        run = self._runs[turn_id]
        self._at_work.append(run)
        self._record_work()
        try:
            yield
        finally:
            self._at_work.remove(run)

    def _process(self, timeout: timedelta) -> Process:
        return Process(self.scheduler, self.random, self.rates, self.random.choice(self.skews), timeout)

    def _service(self, process: Process, clock: Clock, turn_id: str = "") -> ChatService:
        return ChatService(
            chats=RemoteChatRepository(self.chats, process, self._record_turn),
            worker=_RemoteWorkerInvoker(self, process),
            agent=lambda: SimulatedAgent(self, process, turn_id),
            clock=clock,
            ids=TimedIds(clock, self.random),
            observer=RecordingObserver(),
            policy=self.policy,
        )

    # ---- asynchronous invocation

    def invoke(self, invocation: WorkerInvocation) -> None:
        question = self._questions.get(invocation.turn_id, "")
        self.history.accepted.append(Accepted(self.scheduler.now, invocation.chat_id, question))
        copies = 0 if self.chance(self.rates.drop) else 2 if self.chance(self.rates.duplicate) else 1
        for _ in range(copies):
            self._deliver_later(invocation, self.queue_wait(), 0)
        if self.chance(self.rates.forgery):
            self.scheduler.spawn(lambda: self._forge(replace(invocation, token="guessed")), self.queue_wait())

    def _forge(self, invocation: WorkerInvocation) -> None:
        """Send an event with the right ids and a wrong token."""
        process = self._process(WORKER_TIMEOUT)
        service = self._service(process, process)
        try:
            if self.chance(0.5):
                accepted = service.reason(invocation, process.now() + WORKER_TIMEOUT) is not None
            else:
                accepted = service.fail(invocation, FailureCode.WORKER_DIED) is not None
        except (Killed, AsyncChatError):
            return
        self.history.forged += accepted

    def _deliver_later(self, invocation: WorkerInvocation, wait: timedelta, attempt: int) -> None:
        if wait > self._event_age:
            self._give_up(invocation)
        else:
            self.scheduler.spawn(lambda: self._deliver(invocation, attempt), wait)

    def _deliver(self, invocation: WorkerInvocation, attempt: int) -> None:
        process = self._process(WORKER_TIMEOUT)
        service = self._service(process, process, invocation.turn_id)
        try:
            reasoned = service.reason(invocation, process.now() + WORKER_TIMEOUT)
            if reasoned is not None:
                service.persist(reasoned)
                self._record_kept(invocation.turn_id)
        except (Killed, AsyncChatError):
            if attempt < self.retries:
                self._deliver_later(invocation, self._seconds(1, 70), attempt + 1)
            else:
                self._give_up(invocation)

    def _give_up(self, invocation: WorkerInvocation) -> None:
        """On-failure destination: a queue, and a function that may fail as well."""
        self.history.given_up.append(invocation.turn_id)
        if not self.chance(self.rates.drop):
            self.scheduler.spawn(lambda: self._fail_dead_turn(invocation, 1), self.queue_wait())
        if self.chance(self.rates.duplicate):
            self.scheduler.spawn(lambda: self._fail_dead_turn(invocation, 1), self.queue_wait())

    def _fail_dead_turn(self, invocation: WorkerInvocation, attempt: int) -> None:
        process = self._process(timedelta(seconds=30))
        try:
            self._service(process, process).fail(invocation, FailureCode.WORKER_DIED)
        except (Killed, AsyncChatError):
            if attempt < QUEUE_TRIES:
                self.scheduler.spawn(lambda: self._fail_dead_turn(invocation, attempt + 1), timedelta(seconds=180))

    # ---- chance

    def chance(self, probability: float) -> bool:
        return self.random.random() < probability

    def queue_wait(self) -> timedelta:
        """Often an event is delivered before the call that sent it returns."""
        if self.chance(self.rates.late):
            return self._seconds(0.1, 100)
        return self._seconds(0.001, 0.03) if self.chance(0.5) else self._seconds(0.03, 0.5)

    def _seconds(self, least: float, most: float) -> timedelta:
        return timedelta(seconds=self.random.uniform(least, most))

    def _skew(self) -> timedelta:
        return self.rates.skew * self.random.uniform(-1, 1)

    # ---- recording

    def _record_turn(self, chat_id: str) -> None:
        """Record the chat's turn when it has changed."""
        chat, seen = self.chats.load(chat_id), self._seen.get(chat_id)
        turn = chat.turn if chat else None
        if turn == seen:
            return
        if seen is not None and seen.state is TurnState.QUEUED and (turn is None or not turn.thinking):
            self._record_kept(seen.turn_id)
        if turn is None:
            del self._seen[chat_id]
            return
        self._seen[chat_id] = turn
        self._runs.setdefault(turn.turn_id, Run(turn.user_id, turn.turn_id, turn.deadline))
        self._record_work()
        question = self._questions.setdefault(turn.turn_id, self._question(chat_id, turn.question_id))
        self.history.stored.append(
            Stored(
                self.scheduler.now,
                turn.user_id,
                chat_id,
                turn.turn_id,
                question,
                turn.state.value,
                turn.deadline,
                turn.failure,
            )
        )

    def _record_work(self) -> None:
        held = tuple(self._runs[turn_id] for turn_id in self.chats.permits if turn_id in self._runs)
        self.history.work.append(Work(self.scheduler.now, tuple(self._at_work), held))

    def _record_kept(self, turn_id: str) -> None:
        if turn_id in self.chats.permits:
            self.history.kept.append(turn_id)

    def _question(self, chat_id: str, question_id: str) -> str:
        return self.chats.messages[chat_id][question_id].content


class _RemoteWorkerInvoker(WorkerInvoker):
    """The invoker over a process's unreliable network."""

    def __init__(self, world: World, process: Process) -> None:
        self._world = world
        self._process = process

    def invoke(self, invocation: WorkerInvocation) -> None:
        self._process.call(lambda: self._world.invoke(invocation), WorkerUnreachable)
