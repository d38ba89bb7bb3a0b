"""LangGraph's own server, in memory, as `langgraph dev` starts it."""

from __future__ import annotations

import shutil
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from pathlib import Path
from uuid import uuid4

from benchmarks.whole_system.http_client import HttpClient
from benchmarks.whole_system.processes import PEERS, PEERS_BIN, Program, answering, free_port
from benchmarks.whole_system.system import THINKING, Asked, Order, Seen, System


class LangGraphDev(System):
    """One process: web server, queue and agents. A thread is a chat."""

    name = "LangGraph dev server"

    def __init__(self, http: HttpClient, server: Program) -> None:
        self._http, self._server = http, server

    async def ask(self, order: Order, chat: str | None = None, person: int = 0) -> Asked:  # noqa: ARG002  # it knows no users
        thread = chat or str(uuid4())
        body = {
            "assistant_id": "agent",
            "input": {"messages": [{"role": "user", "content": order.question}]},
            "multitask_strategy": "reject",
            "if_not_exists": "create",
        }
        reply = await self._http.call("POST", f"/threads/{thread}/runs", body)
        return Asked(reply.status, thread, reply.took)

    async def poll(self, chat: str, person: int = 0) -> Seen:  # noqa: ARG002  # it knows no users
        reply = await self._http.call("GET", f"/threads/{chat}")
        if reply.status == 404:
            return Seen("not found", 0, reply.took)
        thread = reply.body
        messages = (thread.get("values") or {}).get("messages", [])
        answers = sum(message["type"] == "ai" for message in messages)
        status = THINKING if thread["status"] == "busy" else thread["status"]
        return Seen(status, answers, reply.took)

    def kill_worker(self) -> None:
        self._server.end(signal.SIGKILL)
        self._server.start()


@asynccontextmanager
async def langgraph_dev(scratch: Path) -> AsyncIterator[LangGraphDev]:
    """A server for a hundred concurrent runs."""
    folder = scratch / "langgraph_dev"  # it keeps its state beside its graph
    shutil.copytree(PEERS / "langgraph_dev", folder)
    port = free_port()
    options = ["--no-browser", "--no-reload", "--port", str(port), "--n-jobs-per-worker", "100"]
    server = Program([PEERS_BIN / "langgraph", "dev", *options], folder, scratch / "langgraph_dev.log")
    try:
        server.start()
        await answering(port, LangGraphDev.name)
        with closing(HttpClient(f"http://127.0.0.1:{port}")) as http:
            yield LangGraphDev(http, server)
    finally:
        server.end()
