"""Only a worker imports the agent and its libraries."""

import json
import subprocess
import sys

import pytest

from tests.architecture.source import ROOT, SRC, files

AGENTS = {
    file.module for file in files(SRC / "adapters") if any("ReasoningAgent" in found.bases for found in file.classes())
}
#: Libraries of agents.
HEAVY = {"sqlite3", "pydantic_ai", "langgraph", "langchain_core", "strands", "httpx", "openai"}

FAST_PATH = """
import json, sys
from tests.support.service import Service

service = Service()
service.container.agent.reset_override()
{code}
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


def modules_after(code: str) -> set[str]:
    """The modules of a new process after it ran `code`."""
    script = FAST_PATH.replace("{code}", code)
    path = f"{SRC}:{ROOT}"
    ran = subprocess.run(
        [sys.executable, "-c", script], check=True, capture_output=True, text=True, env={"PYTHONPATH": path}, cwd=ROOT
    )
    return set(json.loads(ran.stdout.splitlines()[-1]))


def test_agents_are_found() -> None:
    assert {"adapters.agents.recall_agent", "adapters.agents.time_limited_agent"} <= AGENTS


@pytest.mark.parametrize("code", CALLS.values(), ids=CALLS)
def test_fast_path_does_not_load_the_agent(code: str) -> None:
    loaded = modules_after(code)
    assert "entrypoints.chat" in loaded
    assert not loaded & (AGENTS | HEAVY)


def test_worker_loads_the_agent() -> None:
    """Otherwise the tests above could pass because of a wrong name."""
    assert modules_after("service.container.agent()") >= {
        "adapters.agents.recall_agent",
        "adapters.agents.time_limited_agent",
        "sqlite3",
    }
