"""A program that asks."""

import httpx


def ask(question: str, base_url: str, token: str) -> str:
    reply = httpx.post(
        f"{base_url}/ask",
        json={"question": question},
        headers={"Authorization": f"Bearer {token}"},
        timeout=60,
    )
    reply.raise_for_status()
    return str(reply.json()["answer"])
