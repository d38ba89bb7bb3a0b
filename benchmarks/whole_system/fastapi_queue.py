"""FastAPI with a queue on Redis: arq and Celery differ only in the worker."""

from __future__ import annotations

import shutil
import signal
import subprocess
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, closing
from pathlib import Path
from typing import Final

from benchmarks.whole_system.http_client import HttpClient
from benchmarks.whole_system.processes import PEERS, PEERS_BIN, Program, answering, free_port
from benchmarks.whole_system.system import Asked, ChatApi, Order

ARQ: Final = ("fastapi_arq", "FastAPI + Redis + arq", ("arq", "worker.WorkerSettings"))
CELERY: Final = (
    "fastapi_celery",
    "FastAPI + Redis + Celery",
    ("celery", "--app", "tasks", "worker", "--pool", "threads", "--concurrency", "100"),
)


class FastApiQueue(ChatApi):
    """A web server, Redis, and one worker process for a hundred concurrent agents."""

    def __init__(self, name: str, http: HttpClient, worker: Program) -> None:
        super().__init__(http)
        self.name, self._worker = name, worker

    async def ask(self, order: Order, chat: str | None = None, person: int = 0) -> Asked:
        asked = await super().ask(order, chat, person)
        assert asked.status == 200, asked
        return asked

    def kill_worker(self) -> None:
        self._worker.end(signal.SIGKILL)
        self._worker.start()


@asynccontextmanager
async def fastapi_queue(
    peer: tuple[str, str, Sequence[str]], scratch: Path, deadline: int
) -> AsyncIterator[FastApiQueue]:
    """One of `ARQ` and `CELERY`, with its own Redis."""
    folder_name, name, worker_command = peer
    folder, logs = PEERS / folder_name, scratch / folder_name
    logs.mkdir()
    redis_port, port = free_port(), free_port()
    environment = {
        "REDIS_URL": f"redis://127.0.0.1:{redis_port}",
        "DEADLINE_SECONDS": str(deadline),
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    server = ["uvicorn", "app:app", "--port", str(port), "--log-level", "warning", "--no-access-log"]
    redis = Program(_redis(redis_port), logs, logs / "redis.log")
    web = Program([PEERS_BIN / server[0], *server[1:]], folder, logs / "web.log", environment)
    worker = Program([PEERS_BIN / worker_command[0], *worker_command[1:]], folder, logs / "worker.log", environment)
    try:
        redis.start()
        await answering(redis_port, "Redis")
        worker.start()
        web.start()
        await answering(port, name)
        with closing(HttpClient(f"http://127.0.0.1:{port}")) as http:
            yield FastApiQueue(name, http, worker)
    finally:
        for program in (web, worker, redis):
            program.end()


def _redis(port: int) -> list[str | Path]:
    """The installed one, else the one in the peers' environment."""
    server = shutil.which("redis-server") or PEERS_BIN / "redis-server"
    return [server, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]


def redis_works() -> bool:
    """Whether there is a Redis server: not every platform has a wheel."""
    try:
        command = [_redis(0)[0], "--version"]
        return subprocess.run(command, capture_output=True, check=False, timeout=10).returncode == 0
    except OSError:
        return False
