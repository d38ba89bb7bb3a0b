"""The worker, with Celery's defaults."""

import json
import os

from celery import Celery
from redis import Redis
from sleeping import sleep

URL = os.environ["REDIS_URL"]
app = Celery("tasks", broker=URL)
# The answer goes into the chat, so results are not needed.
app.conf.task_ignore_result = True
redis = Redis.from_url(URL)


@app.task
def reason(chat_id: str, question: str) -> None:
    answer = sleep(question)
    with redis.pipeline() as pipe:
        pipe.rpush(f"chat:{chat_id}", json.dumps({"role": "assistant", "content": answer}))
        pipe.set(f"status:{chat_id}", "answered")
        pipe.execute()
