"""FastAPI and arq: `uvicorn app:app`, and `arq worker.WorkerSettings`."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from arq import create_pool
from arq.connections import RedisSettings
from fastapi import FastAPI
from queue_api import add_routes
from redis.asyncio import Redis

URL = os.environ["REDIS_URL"]
pool: dict[str, Any] = {}


@asynccontextmanager
async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
    pool["arq"] = await create_pool(RedisSettings.from_dsn(URL))
    yield


async def enqueue(chat_id: str, question: str) -> None:
    await pool["arq"].enqueue_job("reason", chat_id, question)


app = FastAPI(lifespan=lifespan)
add_routes(app, Redis.from_url(URL, decode_responses=True), enqueue)
