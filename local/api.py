"""HTTP to the stack's own API."""

from __future__ import annotations

import httpx


def api_client(api_url: str, token: str) -> httpx.Client:
    """A client that calls as the token's user."""
    return httpx.Client(
        base_url=api_url,
        headers={"Authorization": f"Bearer {token}"},
        timeout=60,
        # A proxy of the person's is not for calls to this machine.
        trust_env=False,
    )
