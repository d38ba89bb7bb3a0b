"""The functions over moto, on one clock, with Lambda's rules for asynchronous events and their retries."""

import json
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import EndpointConnectionError
from moto.core.models import DEFAULT_ACCOUNT_ID as ACCOUNT
from moto.dynamodb.models import dynamodb_backends

from adapters.dynamodb.items import HEADER, chat_from, from_millis, header_key
from adapters.dynamodb.memory_store import DynamoDbMemoryStore
from adapters.dynamodb.memory_writes import usage_key
from adapters.dynamodb.turn_slots import deadline_of, slots_key, turn_of
from domain.errors import EventsNotSent, StoreUnavailable
from domain.memory import Memory, MemoryUsage
from entrypoints.container import Container
from entrypoints.schemas.stop import STOP
from entrypoints.settings import Settings
from tests.fakes.clock import NOON, FakeClock
from tests.faults.crash_points.interruptions import Interruptions
from tests.faults.crash_points.scripted_agent import ScriptedAgent
from tests.faults.fault_rates import Killed
from tests.faults.history import Accepted, ActionCall, History, Run, Work
from tests.support.aws import REGION, dynamodb_client, lambda_client, make_tables
from tests.support.deployed import FakeContext, deploy, function_of, handler_of
from tests.support.gateway import Answer, http_event

if TYPE_CHECKING:
    from adapters.dynamodb.items import Item

#: More than any story needs; slots must be released all the same.
CAPACITY: Final = 10
TICK: Final = timedelta(milliseconds=10)
PICKED_UP_AFTER: Final = timedelta(milliseconds=300)
#: Lambda waits a minute before it runs a failed event again, and two before the third time.
RETRY_AFTER: Final = timedelta(minutes=1)
QUEUE_TRIES: Final = 5
VISIBILITY: Final = timedelta(seconds=30)


class FlakyBus:
    """EventBridge: keeps the ids of what was sent. Of the first call it refuses the last entry, the second is lost."""

    def begin(self, told: list[str]) -> None:
        self._told = told
        self._calls = 0

    def put_events(self, *, Entries: list[dict[str, Any]]) -> dict[str, Any]:  # noqa: N803  # AWS's name
        self._calls += 1
        if self._calls == 2:
            raise EndpointConnectionError(endpoint_url="https://aws.invalid")
        refused = int(self._calls == 1)
        details = [json.loads(entry["Detail"]) for entry in Entries]
        self._told += [f"{detail['turn_id']}.{detail['status']}" for detail in details[: len(details) - refused]]
        assert all(detail["id"] == f"{detail['turn_id']}.{detail['status']}" for detail in details)
        return {"FailedEntryCount": refused}


class Cloud:
    """Used for many runs; `begin` empties it. Events are delivered when the clock passes their time."""

    def __init__(self) -> None:
        self.clock = FakeClock(NOON)
        self.agent = ScriptedAgent(self.clock, self._observe_work)
        self._plain = dynamodb_client()
        self._tables = make_tables(self._plain, stream=True)
        self._bus = FlakyBus()
        self._clients = dynamodb_client(), lambda_client()
        self.interruptions = Interruptions(self._plain, self._tick, self._take_event)
        self.interruptions.tap(*self._clients)
        self._functions = {
            name: handler_of(name, self._container())
            for name in ("chat", "reads", "waits", "search", "edits", "failures", "events")
        }
        self.running: list[str] = []
        self.begin(retries=0)

    def begin(self, retries: int, *, calm: bool = False) -> None:
        """Start a run with empty tables; Lambda retries a worker's failed event `retries` times."""
        # moto copies the whole table for every transaction: items left of earlier runs would slow down all later ones.
        self._empty_tables()
        self._stream().clear()
        self.history = History(calm=calm)
        self.agent.begin(self.history)
        self.sent: list[dict[str, Any]] = []
        self._runs: dict[str, Run] = {}
        #: The turns of the deliveries in progress, innermost last, each with whether the agent has begun.
        self._deliveries: list[list[Any]] = []
        #: Turns whose worker died after a claim: no one releases their slots.
        self._orphaned: set[str] = set()
        #: How many workers die before they do anything.
        self.dead_on_start = 0
        self._retries = retries

    def _empty_tables(self) -> None:
        keys = {self._tables.chats: "pk, sk", self._tables.memories: "user_id, memory_id"}
        for table, names in keys.items():
            found = self._plain.scan(TableName=table, ProjectionExpression=names)["Items"]
            requests: Any = [{"DeleteRequest": {"Key": key}} for key in found]
            for start in range(0, len(requests), 25):
                self._plain.batch_write_item(RequestItems={table: requests[start : start + 25]})

    def _container(self) -> Container:
        """One for each function, as each has its own machine; clients are shared to save time."""
        settings = Settings(
            workspace="test",
            chats_table=self._tables.chats,
            memories_table=self._tables.memories,
            worker_function="chat",
            turns_per_user=2,
            max_concurrent_turns=CAPACITY,
            hold_polls=True,
        )
        dynamodb, lambda_ = self._clients
        clients = {"dynamodb": dynamodb, "lambda_": lambda_, "events": self._bus}
        return deploy(settings=settings, system_clock=self.clock, agent=self.agent, **clients)

    def _tick(self) -> None:
        """Before each call: time passes, and what the call before it has ended is seen."""
        self.clock.sleep(TICK)
        self.history.ended |= self._ends()

    # ---- ends of turns, and their events

    def _ends(self) -> set[str]:
        """Turn and state of every chat whose turn has ended."""
        items = self._plain.scan(TableName=self._tables.chats, ConsistentRead=True)["Items"]
        chats = [chat for item in items if item["sk"]["S"] == HEADER and (chat := chat_from(item))]
        return {f"{chat.turn.turn_id}.{chat.turn.state.value}" for chat in chats if not chat.turn.thinking}

    def _stream(self) -> list[Any]:
        """The records that moto keeps of the chats table's stream."""
        shard = dynamodb_backends[ACCOUNT][REGION].get_table(self._tables.chats).stream_shard
        assert shard is not None
        records: list[Any] = shard.items
        return records

    def tell_ends(self) -> None:
        """Lambda passes on the stream's records; the bus does not take them all at first."""
        self.history.ended |= self._ends()
        records = [record.to_json() for record in self._stream()]
        self._bus.begin(self.history.told)
        while True:
            with suppress(EventsNotSent):
                self._run("events", {"Records": records})
                return

    # ---- over HTTP

    def call(self, route: str, user: str, **parts: Any) -> tuple[datetime, Answer | None]:
        """When the request came and its response, None when the function died."""
        received_at = self.clock.now()
        event = http_event(route, user=user, **parts)
        event["requestContext"]["timeEpoch"] = round(received_at.timestamp() * 1000)
        try:
            reply = self._run(function_of(route), event)
        except Killed:
            return received_at, None
        return received_at, Answer(reply["statusCode"], reply["headers"], reply.get("body"))

    def _run(self, function: str, event: Mapping[str, Any]) -> Any:
        worker = "_async_worker" in event
        if worker and self.dead_on_start:
            self.dead_on_start -= 1
            raise Killed
        self.running.append("worker" if worker else function)
        try:
            return self._functions[function](event, FakeContext())
        finally:
            self.running.pop()

    # ---- asynchronous invocation

    def _take_event(self, payload: bytes) -> None:
        event = json.loads(payload)
        self.sent.append(event)
        header = self._header_of(event)
        if header:
            deadline = from_millis(int(header["deadline"]["N"]))
            self._runs[event["turn_id"]] = Run(header["user_id"]["S"], event["turn_id"], deadline)
        question = str(header["last_text"]["S"]) if header else ""
        self.history.accepted.append(Accepted(self.clock.now(), event["chat_id"], question))
        self.clock.at(self.clock.now() + PICKED_UP_AFTER, lambda: self.deliver(event))

    def _header_of(self, event: Mapping[str, Any]) -> "Item":
        """The header of the event's chat, empty if it is at another turn."""
        found = self._plain.get_item(
            TableName=self._tables.chats, Key=header_key(event["chat_id"]), ConsistentRead=True
        )
        header = found.get("Item", {})
        return header if header.get("turn_id") == {"S": event["turn_id"]} else {}

    def deliver(self, event: Mapping[str, Any], attempt: int = 0) -> None:
        """Run the worker; retry or give up a failure as Lambda does."""
        self._deliveries.append([event["turn_id"], False])
        try:
            self._run("chat", event)
            turn_id, begun = self._deliveries.pop()
            if begun and turn_id in self._turns_holding_slots():
                self.history.kept.append(turn_id)
        except (Exception, Killed):  # noqa: BLE001  # to Lambda, all of them are failed invocations
            _, begun = self._deliveries.pop()
            if begun or "lease" in self._header_of(event):
                self._orphaned.add(event["turn_id"])
            if attempt < self._retries:
                retry_at = self.clock.now() + RETRY_AFTER * (attempt + 1)
                self.clock.at(retry_at, lambda: self.deliver(event, attempt + 1))
            else:
                self.clock.at(self.clock.now() + PICKED_UP_AFTER, lambda: self.give_up(event))

    def give_up(self, event: Mapping[str, Any], attempt: int = 1) -> None:
        """Pass the on-failure record to the failures function, again after a failure."""
        record = {"requestContext": {"condition": "RetriesExhausted"}, "requestPayload": event}
        message = {"messageId": "record-1", "body": json.dumps(record)}
        try:
            undone = self._run("failures", {"Records": [message]})["batchItemFailures"]
        except Killed:
            undone = [message]
        if undone and attempt < QUEUE_TRIES:
            self.clock.at(self.clock.now() + VISIBILITY, lambda: self.give_up(event, attempt + 1))

    def stop(self, chat_id: str) -> None:
        """An operator stops the chat's turn, again after the function died."""
        found = self._plain.get_item(TableName=self._tables.chats, Key=header_key(chat_id), ConsistentRead=True)
        turn_id, user = found["Item"]["turn_id"]["S"], found["Item"]["user_id"]["S"]
        wanted = {"chat_id": chat_id, "turn_id": turn_id, "reason": "Maintenance."}
        for _ in range(QUEUE_TRIES):
            began, done = self.clock.now(), False
            with suppress(Killed, StoreUnavailable):
                done = bool(self._run("failures", {STOP: wanted}))
            self.history.actions.append(ActionCall(user, chat_id, began, self.clock.now(), action="stop", done=done))
            if done:
                return

    def memories_of(self, user: str) -> tuple[tuple[Memory, ...], MemoryUsage]:
        """The user's memories, newest first, and their usage as it was counted."""
        store = DynamoDbMemoryStore(self._plain, self._tables.memories, self._tables.chats, self.clock)
        return store.list_all(user), store.usage(user)

    def forget_usage(self, user: str) -> None:
        """Delete the user's usage, as before it was counted."""
        self._plain.delete_item(TableName=self._tables.chats, Key=usage_key(user))

    # ---- slots

    def _observe_work(self) -> None:
        """Record the agents at work, this one and those around it, and the turns that hold slots."""
        self._deliveries[-1][1] = True
        at_work = tuple(self._runs[turn] for turn, begun in self._deliveries if begun and turn in self._runs)
        held = tuple(self._runs[turn] for turn in self._turns_holding_slots() if turn in self._runs)
        self.history.work.append(Work(self.clock.now(), at_work, held))

    def _turns_holding_slots(self) -> set[str]:
        """The turns with a permit; one that holds only its user's or only the workspace's counts as kept."""
        users = {f"user#{run.user}" for run in self._runs.values()}
        of_users, of_workspace = self._permits(users), self._permits({"places#0"})
        self.history.kept.extend(of_users ^ of_workspace)
        return of_users

    def _permits(self, owners: set[str]) -> set[str]:
        """The turns with a permit that has not expired."""
        held: set[str] = set()
        for owner in owners:
            found = self._plain.get_item(TableName=self._tables.chats, Key=slots_key(owner), ConsistentRead=True)
            held |= set(found.get("Item", {}).get("thinking", {}).get("SS", []))
        return {turn_of(permit) for permit in held if deadline_of(permit) > self.clock.now()}

    def record_miscounted_runs(self, user: str) -> None:
        """The day's budget counts each turn once; that of an ask whose process died was counted and never sent."""
        key = slots_key(f"user#{user}")
        item = self._plain.get_item(TableName=self._tables.chats, Key=key, ConsistentRead=True).get("Item", {})
        counted = sum(int(value["N"]) for name, value in item.items() if name.startswith("day_") and name != "day_at")
        sent = len({event["turn_id"] for event in self.sent})
        if not sent <= counted <= sent + (not self.history.calm):
            self.history.miscounted.append(user)

    def record_kept_slots(self) -> None:
        """When every turn has ended: only those of dead workers still hold slots."""
        self.history.kept.extend(self._turns_holding_slots() - self._orphaned)
