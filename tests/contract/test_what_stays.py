"""What is left of a person's words when they have deleted every chat and memory: docs/data.md says the same."""

import io
import json
import logging
from base64 import b64encode
from collections.abc import Iterator
from contextlib import redirect_stderr, suppress
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import pytest

from adapters.observability.emf_metrics import METRICS_LOG
from adapters.observability.json_logs import start_logging
from domain.chat import Citation, Usage
from domain.errors import AgentFailed
from domain.ports import Clock, ProgressReporter, ReasoningAgent
from domain.records import Answer, Assignment, NeedsInput
from tests.fakes.clock import FakeClock
from tests.fakes.dynamodb.table import KeyedTable
from tests.faults.fault_rates import Killed
from tests.support.deployed import function_of
from tests.support.gateway import http_event
from tests.support.keyed_service import KeyedService

#: As a person may write it: what is escaped, and what is not ASCII, must be found as well.
WORDS: Final = (
    "question",
    "answer",
    "quote",
    "step",
    "draft",
    "sentence",
    "asked",
    "choice",
    "state",
    "reason",
    "memory",
    "tag",
    "key",
)
RATE: Final = "PUT /chats/{chat_id}/messages/{message_id}/feedback"
DATA: Final = (Path(__file__).resolve().parents[2] / "docs" / "data.md").read_text(encoding="utf-8")


def canary(word: str) -> str:
    return f"zq7-{word}"


class Chatty(ReasoningAgent):
    """Puts a canary wherever an agent's words are kept; fails, dies or asks back at the question that says so."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def reason(self, assignment: Assignment, progress: ProgressReporter) -> Answer | NeedsInput:
        progress.used(Usage("nova", 1, 2, 0, 3))
        progress.step(canary("step"))
        self._clock.sleep(timedelta(seconds=30))
        progress.draft(canary("draft"))
        if "die" in assignment.question:
            raise Killed
        if "fail" in assignment.question:
            raise AgentFailed(message=f"{canary('sentence')}.")
        if "ask back" in assignment.question:
            return NeedsInput(canary("asked"), (canary("choice"),), state=canary("state").encode())
        return Answer(canary("answer"), (Citation("01KA0000000000000000000001", canary("quote")),))


class Person:
    """Somebody who uses every route that keeps words."""

    def __init__(self, service: KeyedService) -> None:
        self.service = service

    def send(self, route: str, **parts: Any) -> Any:
        reply = self.service.call(function_of(route), http_event(route, user="alice", **parts))
        assert reply["statusCode"] < 300, reply
        return json.loads(reply.get("body") or "null")

    def uses_everything(self) -> None:
        body = {"memories": [{"text": f"{canary('memory')} {n}", "tags": [canary("tag")]} for n in range(30)]}
        self.send("POST /memories", body=body, headers={"idempotency-key": canary("key")})
        chat_id = self.asks(f"Where is {canary('question')}?")
        answer_id = self.send("GET /chats/messages", query={"chat_id": chat_id})["after"]
        path = {"chat_id": chat_id, "message_id": answer_id}
        self.send(RATE, path=path, body={"rating": -1, "reason": canary("reason")})
        self.send("POST /chats/{chat_id}/read", path=path)
        self.asks(f"And {canary('question')}? It will fail.")
        self.asks(f"And {canary('question')}? You will ask back.")
        with suppress(Killed):
            self.asks(f"And {canary('question')}? You will die.")
        self.asks(f"Never mind {canary('question')}", answered=False)

    def asks(self, question: str, *, answered: bool = True) -> str:
        body, headers = {"question": question, "time_zone": "Europe/Berlin"}, {"idempotency-key": canary("key")}
        if self.service.store.invocations:
            headers = {}
        chat_id = str(self.send("POST /memories/chat", body=body, headers=headers)["chat_id"])
        if answered:
            self.service.work()
        return chat_id

    def deletes_everything(self) -> None:
        for chat in self.send("GET /chats")["chats"]:
            self.send("DELETE /chats/{chat_id}", path={"chat_id": chat["chat_id"]})
        while memories := self.send("GET /memories")["memories"]:
            for memory in memories:
                self.send("DELETE /memories/{memory_id}", path={"memory_id": memory["memory_id"]})


def words_in(text: str) -> set[str]:
    """The words whose mark is in `text`. An agent's state is stored in base64."""
    return {word for word in WORDS if canary(word) in text or b64encode(canary(word).encode()).decode() in text}


def items(*tables: KeyedTable) -> list[dict[str, Any]]:
    return [item for table in tables for item in table.items()]


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    loggers = (logging.getLogger(), METRICS_LOG)
    before = [(logger.handlers[:], logger.level, logger.propagate) for logger in loggers]
    written = io.StringIO()
    with redirect_stderr(written):
        start_logging("INFO", "test", "1.2.3")
        yield written
    for logger, (handlers, level, propagates) in zip(loggers, before, strict=True):
        logger.handlers[:], logger.propagate = handlers, propagates
        logger.setLevel(level)


@pytest.fixture
def person(fake_credentials: None, log: io.StringIO) -> Person:
    clock = FakeClock()
    person = Person(KeyedService(clock, Chatty(clock)))
    person.uses_everything()
    return person


def test_every_word_is_kept_until_it_is_deleted(person: Person) -> None:
    """Otherwise the next test would find nothing, whatever stays. A key is kept as a hash only."""
    kept = json.dumps(items(person.service.chats, person.service.memories))
    assert set(WORDS) - words_in(kept) == {"key"}


def test_no_word_stays_in_tables_queue_or_logs(person: Person, log: io.StringIO) -> None:
    person.deletes_everything()
    kept = items(person.service.chats, person.service.memories)
    places = {"tables": json.dumps(kept), "events": str(person.service.store.invocations), "logs": log.getvalue()}
    assert {place: found for place, text in places.items() if (found := words_in(text))} == {}
    assert "alice" not in log.getvalue()


def test_items_that_stay_are_those_that_the_docs_name(person: Person) -> None:
    person.deletes_everything()
    kinds = {(item["pk"]["S"], item["sk"]["S"].split("#")[0]) for item in items(person.service.chats)}
    assert kinds == {("user#alice", kind) for kind in ("turns", "key", "memories")}
    assert items(person.service.memories) == []
    for kind in ("`turns`", "`key#…`", "`memories`", "`memories#…`"):
        assert f"`user#…`, {kind}" in DATA
