"""FastAPI and Celery: `uvicorn app:app`, and `celery --app tasks worker`."""

import os

from fastapi import FastAPI
from fastapi.concurrency import run_in_threadpool
from queue_api import add_routes
from redis.asyncio import Redis
from tasks import reason


async def enqueue(chat_id: str, question: str) -> None:
    await run_in_threadpool(reason.delay, chat_id, question)


app = FastAPI()
add_routes(app, Redis.from_url(os.environ["REDIS_URL"], decode_responses=True), enqueue)
