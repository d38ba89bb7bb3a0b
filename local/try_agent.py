"""`make agent`: an agent in this process, over a user's memories, where a breakpoint stops it."""

from __future__ import annotations

import json
import os
import sys
from datetime import timedelta

from adapters.agents.custom_agent import AgentDependencies, AgentLoadError, load_agent
from adapters.agents.registry import make_agent
from adapters.clocks import SystemClock
from adapters.dynamodb.memory_store import DynamoDbMemoryStore
from adapters.ulid_ids import UlidIdSource
from domain.chat import Usage
from domain.errors import AgentFailed
from domain.ports import MemoryStore, ProgressReporter
from domain.records import Assignment, Reply
from domain.verified_agent import VerifiedAgent
from entrypoints.settings import PREFIX, Settings, read_settings
from local import emulator, samples, stack
from local.agent import OwnAgent
from local.aws import DIRECT, session
from local.failure import StackFailure
from local.home import Home
from local.in_the_zip.local_agent import wait_for_debugger
from local.progress import Report
from tests.fakes.memory_store import InMemoryMemoryStore

#: Long enough for somebody who looks at a breakpoint.
TIME = timedelta(hours=1)


def try_agent(home: Home, agent: OwnAgent, user: str, question: str, report: Report) -> Reply:
    """The verified reply. `report` gets the steps as they come. Raises `StackFailure` when the agent fails.

    Whatever else the agent raises passes, with its traceback.
    """
    memories, user_id = _memories(home, user, report)
    clock = SystemClock()
    ids, now = UlidIdSource(clock), clock.now()
    progress = _Reported(report)
    assignment = Assignment(user_id, question, (), now, now + TIME, "UTC", ids.new_id(), ids.new_id())
    sys.path[:0] = agent.python_path(home)
    os.environ.update(agent.environment)
    if agent.debug_port:
        wait_for_debugger(agent.debug_port, progress)
    dependencies = AgentDependencies(memories, clock)
    own = ":" in agent.name
    try:
        made = load_agent(agent.name, dependencies) if own else make_agent(agent.name, _settings(agent), dependencies)
        return VerifiedAgent(made, memories).reason(assignment, progress)
    except AgentLoadError as error:
        raise StackFailure(f"{error}.") from error
    except AgentFailed as failure:
        raise StackFailure(f"{failure.message or 'The agent failed.'} ({failure.code})") from failure


def _memories(home: Home, user: str, report: Report) -> tuple[MemoryStore, str]:
    """The user's memories and id: of the running stack, else of the samples."""
    running = emulator.running(home)
    if running is None or not home.stack_file.exists():
        found = [samples.memory(f"01KA{row:022d}", one) for row, one in enumerate(samples.lines(user))]
        store = InMemoryMemoryStore()
        store.put_many(user, found)
        report(f"Over the {len(found)} sample memories of {user}: no stack runs")
        return store, user
    ready = stack.read(home)
    subs = {person.name: person.sub for person in ready.users}
    if user not in subs:
        raise StackFailure(f"There is no user {user}; the users are {' and '.join(subs)}.")
    tables = json.loads(home.outputs_file.read_text(encoding="utf-8"))["table_names"]
    client = session(ready.region).client("dynamodb", endpoint_url=running.endpoint, config=DIRECT)
    report(f"Over {user}'s memories on the running stack")
    return DynamoDbMemoryStore(client, tables["memories"], tables["chats"], SystemClock()), subs[user]


def _settings(agent: OwnAgent) -> Settings:
    """Of a built-in agent: from ASYNC_CHAT_* variables, as the function has them."""
    tables = {f"{PREFIX}CHATS_TABLE": "none", f"{PREFIX}MEMORIES_TABLE": "none"}
    return read_settings({**os.environ, **tables, f"{PREFIX}WORKSPACE": "local", f"{PREFIX}AGENT": agent.name})


class _Reported(ProgressReporter):
    """Reports steps, and usage as it grows. The turn never ends: nobody can stop it but Ctrl-C."""

    def __init__(self, report: Report) -> None:
        self._report = report

    def step(self, text: str) -> None:
        self._report(text)

    def draft(self, text: str) -> None:
        """The answer is shown when it is complete."""

    def raise_if_ended(self) -> None:
        """It has not."""

    def used(self, usage: Usage) -> None:
        self._report(f"{usage.model}: {usage.requests} requests, {usage.input_tokens} + {usage.output_tokens} tokens")
