"""A FastAPI app over Redis whose answers come from a queue's worker. The caller chooses the queue."""

import json
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import uuid4

from fastapi import FastAPI, HTTPException
from pydantic import BaseModel
from redis.asyncio import Redis  # noqa: TC002  # as in the others

#: Enqueue (chat id, question).
Enqueue = Callable[[str, str], Awaitable[object]]


class Ask(BaseModel):
    question: str
    chat_id: str | None = None


def add_routes(app: FastAPI, redis: "Redis[Any]", enqueue: Enqueue) -> None:
    """Ask and poll, with Async Chat's bodies."""

    @app.post("/memories/chat")
    async def ask(body: Ask) -> dict[str, str]:
        chat_id = body.chat_id or uuid4().hex
        async with redis.pipeline() as pipe:
            pipe.rpush(f"chat:{chat_id}", json.dumps({"role": "user", "content": body.question}))
            pipe.set(f"status:{chat_id}", "thinking")
            await pipe.execute()
        await enqueue(chat_id, body.question)
        return {"chat_id": chat_id, "status": "thinking"}

    @app.get("/chats/messages")
    async def poll(chat_id: str) -> dict[str, Any]:
        async with redis.pipeline() as pipe:
            pipe.lrange(f"chat:{chat_id}", -50, -1)
            pipe.get(f"status:{chat_id}")
            messages, status = await pipe.execute()
        if status is None:
            raise HTTPException(404)
        return {"chat_id": chat_id, "status": status, "messages": [json.loads(message) for message in messages]}
