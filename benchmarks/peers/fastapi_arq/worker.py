"""The worker: arq's defaults, except for the number of concurrent agents and their time limit."""

import json
import os
from typing import Any

from arq.connections import RedisSettings
from sleeping import sleep_async


async def reason(context: dict[str, Any], chat_id: str, question: str) -> None:
    answer = await sleep_async(question)
    async with context["redis"].pipeline() as pipe:
        pipe.rpush(f"chat:{chat_id}", json.dumps({"role": "assistant", "content": answer}))
        pipe.set(f"status:{chat_id}", "answered")
        await pipe.execute()


class WorkerSettings:
    functions = (reason,)
    redis_settings = RedisSettings.from_dsn(os.environ["REDIS_URL"])
    max_jobs = 100
    job_timeout = int(os.environ["DEADLINE_SECONDS"])
