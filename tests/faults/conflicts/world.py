"""The functions behind the conflict proxy: requests and workers run concurrently, in virtual time."""

import json
import random
from collections import defaultdict
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from random import Random
from typing import Any, Final

from adapters.dynamodb.turn_slots import deadline_of, slots_key
from domain.ports import Clock, ProgressReporter, ReasoningAgent
from domain.records import Answer as AgentAnswer
from domain.records import Assignment
from entrypoints.settings import Settings
from tests.fakes.clock import NOON
from tests.fakes.ids import SequentialIds
from tests.faults.conflicts.proxy import ConflictProxy
from tests.faults.history import answer_to
from tests.faults.simulation.scheduler import Scheduler
from tests.support.aws import Tables, dynamodb_client, lambda_client, make_tables
from tests.support.deployed import FakeContext, Handler, deploy, function_of, handler_of
from tests.support.gateway import Answer, http_event

TURNS_PER_USER: Final = 5
CAPACITY: Final = 20
#: Longer than the service goes on after conflicts: no turn ends before its rivals are judged.
TAKES: Final = timedelta(seconds=3)


class VirtualClock(Clock):
    def __init__(self, scheduler: Scheduler) -> None:
        self._scheduler = scheduler

    def now(self) -> datetime:
        now = self._scheduler.now
        return now.replace(microsecond=now.microsecond // 1000 * 1000)

    def sleep(self, pause: timedelta) -> None:
        self._scheduler.pause(pause)


class CountingAgent(ReasoningAgent):
    """Takes `TAKES`. Fails on a question that says so, the first time."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.runs: list[str] = []

    def reason(self, assignment: Assignment, progress: ProgressReporter) -> AgentAnswer:
        self.runs.append(assignment.question)
        progress.step("Thinking")
        self._clock.sleep(TAKES)
        if "fail" in assignment.question and self.runs.count(assignment.question) == 1:
            raise RuntimeError(assignment.question)
        return AgentAnswer(answer_to(assignment.question))


class World:
    """One round. Needs moto, and a greenlet for everything that calls the functions: `together`."""

    def __init__(self, seed: int) -> None:
        random.seed(seed)  # the adapter's jitter
        self.random = Random(seed)
        self.scheduler = Scheduler(self.random, NOON)
        self.clock = VirtualClock(self.scheduler)
        self.agent = CountingAgent(self.clock)
        self._ids = SequentialIds()
        self._plain = dynamodb_client()
        self._tables: Tables = make_tables(self._plain)
        self._clients = dynamodb_client(), lambda_client()
        self.proxy = ConflictProxy(self.scheduler, self.random, self._plain, self._take_event)
        self.proxy.tap(*self._clients)
        self._idle: defaultdict[str, list[Handler]] = defaultdict(list)
        self.events: list[Mapping[str, Any]] = []
        self.answers: list[tuple[str, Answer]] = []
        self.raised: list[str] = []

    def close(self) -> None:
        """moto copies every table for every transaction."""
        for table in (self._tables.chats, self._tables.memories):
            self._plain.delete_table(TableName=table)

    def together(self, *acts: Callable[[], object], within: float = 0) -> None:
        """Run them concurrently, each beginning within so many milliseconds, and all that they start, to the end."""
        for act in acts:
            self.scheduler.spawn(act, timedelta(milliseconds=self.random.uniform(0, within)))
        self.scheduler.run()

    # ---- requests

    def call(self, route: str, user: str = "alice", **parts: Any) -> Answer:
        event = http_event(route, user=user, **parts)
        event["requestContext"]["timeEpoch"] = round(self.clock.now().timestamp() * 1000)
        reply = self._run(function_of(route), event)
        answer = Answer(reply["statusCode"], reply["headers"], reply.get("body"))
        self.answers.append((route, answer))
        return answer

    def post(self, question: str, chat_id: str | None = None, *, user: str = "alice") -> Answer:
        body = {"question": question, **({"chat_id": chat_id} if chat_id else {})}
        return self.call(
            "POST /memories/chat", user, body=body, headers={"Idempotency-Key": question.replace(" ", "-")}
        )

    def poll(self, chat_id: str) -> Answer:
        return self.call("GET /chats/messages", query={"chat_id": chat_id, "limit": "100"})

    def _run(self, function: str, event: Mapping[str, Any]) -> Any:
        """Each invocation that runs at the same time has an environment of its own."""
        idle = self._idle[function]
        handler = idle.pop() if idle else self._environment(function)
        try:
            return handler(event, FakeContext())
        finally:
            idle.append(handler)

    def _environment(self, function: str) -> Handler:
        settings = Settings(
            workspace="test",
            chats_table=self._tables.chats,
            memories_table=self._tables.memories,
            worker_function="chat",
            turns_per_user=TURNS_PER_USER,
            max_concurrent_turns=CAPACITY,
        )
        dynamodb, lambda_ = self._clients
        parts = {"system_clock": self.clock, "ids": self._ids, "agent": self.agent}
        return handler_of(function, deploy(settings=settings, dynamodb=dynamodb, lambda_=lambda_, **parts))

    # ---- asynchronous invocation

    def _take_event(self, payload: bytes) -> None:
        event = json.loads(payload)
        self.events.append(event)
        wait = timedelta(milliseconds=self.random.uniform(5, 40))  # often before the POST is answered
        self.scheduler.spawn(lambda: self.deliver(event), wait)

    def deliver(self, event: Mapping[str, Any]) -> None:
        try:
            self._run("chat", event)
        except Exception as error:  # noqa: BLE001  # to Lambda, all of them are failed invocations
            self.raised.append(repr(error))
            self.give_up(event)

    def give_up(self, event: Mapping[str, Any]) -> None:
        record = {"requestContext": {"condition": "RetriesExhausted"}, "requestPayload": event}
        self._run("failures", {"Records": [{"messageId": "record-1", "body": json.dumps(record)}]})

    # ---- what is left

    def permits(self, owner: str) -> int:
        """Those whose deadline has not passed."""
        found = self._plain.get_item(TableName=self._tables.chats, Key=slots_key(owner))
        held = found.get("Item", {}).get("thinking", {}).get("SS", [])
        return sum(deadline_of(permit) > self.clock.now() for permit in held)
