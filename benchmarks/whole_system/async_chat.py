"""Async Chat on the benchmark's own local stack and, on the same stack, an empty function."""

from __future__ import annotations

import asyncio
import json
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from pathlib import Path
from typing import Final

from benchmarks.whole_system.embedded_aws import FLOOR_ROUTE, EmbeddedAws
from benchmarks.whole_system.http_client import HttpClient
from benchmarks.whole_system.processes import AGENT, ROOT
from benchmarks.whole_system.system import ChatApi, Order, begun
from local.crash import crash, workers
from local.home import Home

PEOPLE: Final = 50
#: Concurrent cold starts: with more the emulator would respond too late.
AT_ONCE: Final = 8
WARMING_SECONDS: Final = 16.5  # shorter than the deadline
PATIENCE: Final = 20.0


class AsyncChat(ChatApi):
    """Fifty users, since turns are limited per user, and one user's asks contend for one item."""

    name = "Async Chat, local stack"

    def __init__(self, http: HttpClient, home: Home, tokens: list[str], aws: EmbeddedAws) -> None:
        super().__init__(http)
        self._home, self._tokens, self.aws = home, tokens, aws

    async def floor(self, method: str) -> float:
        """Seconds that the empty function takes on the same path."""
        reply = await self._http.call(method, FLOOR_ROUTE, {} if method == "POST" else None, self._headers(0))
        assert reply.status == 200, reply
        return reply.took

    def kill_worker(self) -> None:
        crash(self._home)  # Lambda starts workers on demand

    def processes(self) -> int:
        """Processes of the chat function, idle or busy."""
        return len(workers(self._home))

    def _headers(self, person: int) -> dict[str, str]:
        return {"Authorization": f"Bearer {self._tokens[person % PEOPLE]}"}


@asynccontextmanager
async def async_chat(scratch: Path, deadline: int) -> AsyncIterator[AsyncChat]:
    """The applied Terraform with the sleeping agent and this deadline."""
    home = Home(scratch / "stack")
    settings = {"agent": "sleeping:agent", "deadline_seconds": deadline, "turns_per_user": 100}
    options = [f"--extra={AGENT}", *(f"--set={name}={value}" for name, value in settings.items())]
    try:
        _local("up", "--port=0", "--no-samples", *options, f"--home={home.folder}")
        described = json.loads(home.stack_file.read_text(encoding="utf-8"))
        outputs = json.loads(home.outputs_file.read_text(encoding="utf-8"))
        aws = EmbeddedAws(described["api_url"].split("/_aws/")[0], outputs)
        aws.add_floor()
        tokens = [aws.signed_up(f"person-{number}") for number in range(PEOPLE)]
        with closing(HttpClient(described["api_url"])) as http:
            yield AsyncChat(http, home, tokens, aws)
    finally:
        _local("down", f"--home={home.folder}")


def _local(*arguments: str) -> None:
    command: list[str | Path] = [ROOT / ".venv" / "bin" / "python", "-m", "local", *arguments]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(done.stdout + done.stderr)


async def warm(system: AsyncChat, wanted: int, diary: Path) -> int:
    """Start so many processes of the chat function, a few at a time; returns how many there are.

    Their agents sleep at the same time, each in its own process.
    """
    for first in range(0, wanted, AT_ONCE):
        batch = range(first, min(first + AT_ONCE, wanted))
        orders = [Order(WARMING_SECONDS, diary) for _ in batch]
        await asyncio.gather(*(system.ask(order, person=number) for number, order in zip(batch, orders, strict=True)))
        await begun(orders, PATIENCE)
    await asyncio.sleep(WARMING_SECONDS + 1)
    return system.processes()
