"""Only a worker pays for its agent: dispatcher and readers never import it, nor what it is made of."""

import json
import subprocess
import sys

import pytest

from tests.architecture.source import ROOT, SRC, files

AGENTS = {
    file.module for file in files(SRC / "adapters") if any("ReasoningAgent" in found.bases for found in file.classes())
}
#: What agents bring along: engines and frameworks.
HEAVY = {"sqlite3", "pydantic_ai", "langgraph", "langchain_core", "strands", "httpx", "openai"}

FAST_PATH = """
import json, sys
from tests.support.service import Service

service = Service()
service.container.agent.reset_override()
{what}
print(json.dumps(sorted(sys.modules)))
"""
ASK = 'service.gateway.ask("Where did I park?").body["chat_id"]'
CALLS = {
    "an ask": ASK,
    "a poll": f"service.gateway.poll({ASK}).body",
    "a list": 'service.gateway.call("GET /chats").body',
    "a retry": f"service.gateway.call('POST /chats/{{chat_id}}/retry', path=dict(chat_id={ASK})).body",
    "a cancellation": f"service.gateway.call('POST /chats/{{chat_id}}/cancel', path=dict(chat_id={ASK})).body",
    "a memory": 'service.gateway.call("POST /memories", body={"text": "Parked"}).body',
}


def modules_after(what: str) -> set[str]:
    """What a new process has imported after it did `what`."""
    script = FAST_PATH.replace("{what}", what)
    path = f"{SRC}:{ROOT}"
    ran = subprocess.run(
        [sys.executable, "-c", script], check=True, capture_output=True, text=True, env={"PYTHONPATH": path}, cwd=ROOT
    )
    return set(json.loads(ran.stdout.splitlines()[-1]))


def test_there_are_agents_to_look_for() -> None:
    assert {"adapters.agents.recall_agent", "adapters.agents.time_limited_agent"} <= AGENTS


@pytest.mark.parametrize("what", CALLS.values(), ids=CALLS)
def test_the_fast_path_does_not_load_the_agent(what: str) -> None:
    loaded = modules_after(what)
    assert "entrypoints.chat" in loaded
    assert not loaded & (AGENTS | HEAVY)


def test_the_worker_does_load_it() -> None:
    """Else the tests above would look for something that is called otherwise by now."""
    assert modules_after("service.container.agent()") >= {
        "adapters.agents.recall_agent",
        "adapters.agents.time_limited_agent",
        "sqlite3",
    }
