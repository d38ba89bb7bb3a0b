"""The service in process: real handlers and agent over in-memory ports and a fake clock."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from adapters.aws.worker_event import VERSION
from domain.ports import ChatRepository, ReasoningAgent
from domain.records import WorkerInvocation
from entrypoints.http.routes import PUBLIC, ROUTES
from entrypoints.settings import Settings
from tests.acceptance.in_the_zip.acceptance_agent import AskingAgent
from tests.fakes.agent import PacedAgent
from tests.fakes.chat_repository import InMemoryChatRepository
from tests.fakes.ids import SequentialIds
from tests.fakes.memory_store import InMemoryMemoryStore
from tests.fakes.observer import RecordingObserver
from tests.fakes.worker_invoker import WaitingWorkerInvoker
from tests.features.driver import Call, Driver, Reply, Traces
from tests.features.interleaved_clock import InterleavedClock, Killed
from tests.support.deployed import FakeContext, deploy, function_of, handlers
from tests.support.gateway import http_event, worker_event

LAMBDA_TIMEOUT = 90
SETTINGS = Settings(workspace="story", version="1.2.3", chats_table="none", memories_table="none", hold_polls=True)


class InProcessDriver(Driver):
    """Plays Lambda: delivers events to workers, and failed events to the failures function."""

    def __init__(self) -> None:
        self.clock = InterleavedClock()
        self.invoker = WaitingWorkerInvoker()
        self._chats = InMemoryChatRepository()
        self._ids = SequentialIds()
        self._memories = InMemoryMemoryStore()
        self.observer = RecordingObserver()
        self._settings = SETTINGS
        self._replaced: dict[str, object] = {}
        self._delivered: list[WorkerInvocation] = []
        self._delivers = True
        self._written_by_dispatcher: dict[str, object] = {}
        self._deploy()

    def call(self, call: Call) -> Reply:
        assert call.who or _route_of(call)[0] in PUBLIC, "API Gateway answers 401 itself: tag it with @http-only"
        return self.call_with_claims(call, {"sub": self.user_id(call.who)} if call.who else None)

    def call_with_claims(self, call: Call, claims: Mapping[str, object] | None) -> Reply:
        """A call whose token has these claims, or without a token; `call.who` is not used."""
        route, path = _route_of(call)
        query = call.query or None
        event = http_event(route, claims=claims, raw_body=call.body, path=path, query=query, headers=call.headers)
        began = self.clock.now()
        reply = self._invoke(function_of(route), event)
        took = (self.clock.now() - began).total_seconds()
        if self._delivers:
            self.deliver()
        headers = {name.lower(): value for name, value in reply["headers"].items()}
        return Reply(reply["statusCode"], headers, reply.get("body", ""), took)

    def user_id(self, who: str) -> str:
        return f"sub-of-{who}"

    def now(self) -> datetime:
        return self.clock.now()

    def wait(self, seconds: float) -> None:
        self.clock.sleep(timedelta(seconds=seconds))

    def traces(self) -> Traces:
        messages = {f"{chat_id}/{message_id}" for chat_id, held in self._chats.messages.items() for message_id in held}
        turns = {chat.turn.turn_id for chat in self._chats.chats.values()}
        keys = {f"{user_id}/{key}" for user_id, key in self._chats.keys}
        return Traces(frozenset(messages | turns | keys), len(self._delivered) + len(self.invoker.waiting))

    def warm_up(self) -> None:
        """No cold starts in process."""

    def agent_takes(self, seconds: float) -> None:
        self._settings = self._settings.model_copy(update={"recall_delay_seconds": seconds})
        self._deploy()

    def agent_blocks(self, seconds: float) -> None:
        self.replace_agent(PacedAgent(self.clock, takes=timedelta(seconds=seconds), checks=False))

    def agent_asks_back(self, seconds: float) -> None:
        self.replace_agent(AskingAgent(self.clock, lambda: self._settings.recall_delay_seconds, seconds))

    def turn_may_think_for(self, seconds: float) -> None:
        self._settings = self._settings.model_copy(update={"deadline_seconds": seconds})
        self._deploy()

    def allow_a_user(self, *, asks_per_minute: int = 0, answers_per_day: int = 0) -> None:
        budgets = {"asks_per_minute": asks_per_minute, "answers_per_day": answers_per_day}
        self._settings = self._settings.model_copy(update=budgets)
        self._deploy()

    def allow_the_workspace(self, answers_per_day: int) -> None:
        self._chats.limits = replace(self._chats.limits, answers_per_day=answers_per_day)

    def have_workers_for(self, turns: int) -> None:
        self._chats.limits = replace(self._chats.limits, turns=turns)

    def cut_off_worker(self) -> None:
        self.invoker.unreachable = True

    def reconnect_worker(self) -> None:
        self.invoker.unreachable = False

    def cut_off_store(self) -> None:
        self._chats.down = True

    def kill_worker(self) -> None:
        assert self.clock.kill_sleepers() == 1, "not one worker was running"

    def close(self) -> None:
        self.clock.kill_sleepers()
        if "agent" not in self._replaced:
            assert self.observer.exceptions == []

    # ---- only on this driver

    def users_may_have(self, memories: int) -> None:
        """The limit of a user's memories from now on."""
        self._settings = self._settings.model_copy(update={"memories_per_user": memories})
        self._deploy()

    def hold_events(self) -> None:
        """Keep workers' events in `invoker`."""
        self._delivers = False

    def deliver(self) -> None:
        """Deliver all waiting events."""
        for invocation in self.invoker.waiting:
            self._delivered.append(invocation)
            self.clock.start(partial(self._work, invocation))
        self.invoker.waiting.clear()

    def deliver_again(self) -> None:
        """Deliver the last event again, as Lambda may."""
        self.clock.start(partial(self._work, self._delivered[-1]))

    def dispatch_newer_events(self) -> None:
        """Deliver events as a dispatcher of the next release would write them."""
        self._written_by_dispatcher = {"version": VERSION + 1, "attachments": []}

    def give_up(self) -> None:
        """Report the last event as failed, as Lambda does when it was delivered twice and one delivery has failed."""
        self._invoke("failures", {"Records": [_failure_record(worker_event(self._delivered[-1]))]})

    def replace_agent(self, agent: ReasoningAgent) -> None:
        self._replaced["agent"] = agent
        self._deploy()

    def replace_chats(self, chats: ChatRepository) -> None:
        self._replaced["chats"] = chats
        self._deploy()

    def _deploy(self) -> None:
        """New handlers over the same stores."""
        fakes = {
            "settings": self._settings,
            "system_clock": self.clock,
            "ids": self._ids,
            "observer": self.observer,
            "chats": self._chats,
            "memories": self._memories,
            "worker": self.invoker,
        }
        self._handlers = handlers(deploy(**{**fakes, **self._replaced}))

    def _invoke(self, function: str, event: Mapping[str, object]) -> Any:
        return self._handlers[function](event, FakeContext(LAMBDA_TIMEOUT, self.clock))

    def _work(self, invocation: WorkerInvocation) -> None:
        event = worker_event(invocation, **self._written_by_dispatcher)
        try:
            self._invoke("chat", event)
        except (Killed, Exception):  # noqa: BLE001  # Lambda reports every failure; its retries are off
            self._invoke("failures", {"Records": [_failure_record(event)]})


def _route_of(call: Call) -> tuple[str, dict[str, str]]:
    """The key of the call's route and its path parameters; method and path of the call when no route matches."""
    for route in ROUTES:
        match = re.fullmatch(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", route.path), call.path)
        if match and route.method == call.method:
            return route.key, match.groupdict()
    return f"{call.method} {call.path}", {}


def _failure_record(event: Mapping[str, object]) -> dict[str, str]:
    """Lambda's on-failure record of `event` in the failures queue."""
    body = {
        "version": "1.0",
        "requestContext": {"condition": "RetriesExhausted", "approximateInvokeCount": 1},
        "requestPayload": event,
        "responseContext": {"statusCode": 200, "executedVersion": "$LATEST", "functionError": "Unhandled"},
        "responsePayload": {"errorType": "Runtime.ExitError", "errorMessage": "Runtime exited: signal: killed"},
    }
    return {"messageId": "5f8b9c1e-7a43-4c2e-9f7b-2f0d8d3b6a10", "body": json.dumps(body)}
