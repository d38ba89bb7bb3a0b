"""Is a deployed workspace all right? Asks it from outside, and compares the code that runs with the package built here.

The token comes from ASYNC_CHAT_TOKEN: an access token of a user, as the page or `aws cognito-idp` got it.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import os
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import httpx

from scripts.deployed import PROJECT, Deployed

QUESTION = "Smoke test: are you there?"
PATIENCE_SECONDS = 120
CALL_SECONDS = 30


class Smoke(Exception):
    """Something is not as it should be."""


class Api:
    """The deployed API, as an app sees it."""

    def __init__(self, url: str, token: str) -> None:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        self._http = httpx.Client(base_url=url, headers=headers, timeout=CALL_SECONDS)

    def call(self, method: str, path: str, body: object = None, query: Mapping[str, str] | None = None) -> Any:
        """What a call answers, which has to succeed."""
        try:
            reply = self._http.request(method, path, params=query, json=body)
        except httpx.TransportError as error:
            raise Smoke(f"{method} {path} did not get through: {error}") from None
        if not reply.is_success:
            raise Smoke(f"{method} {path} answered {reply.status_code}: {reply.text[:300]}")
        return reply.json() if reply.content else None


def check_health(api: Api, workspace: str) -> str:
    """The API answers, and it is this workspace's."""
    health = api.call("GET", "/health")
    if health["workspace"] != workspace:
        raise Smoke(f"the API at this address is of workspace {health['workspace']}")
    return f"healthy: version {health['version']}"


def check_code(deployed: Deployed, package: Path) -> str:
    """Every function runs the package that lies here."""
    wanted = base64.b64encode(hashlib.sha256(package.read_bytes()).digest()).decode()
    others = [key for key, running in deployed.running_code().items() if running != wanted]
    if others:
        raise Smoke(f"other code than {package} runs in {', '.join(others)}")
    return f"all functions run {package.name}, sha256 {wanted}"


def check_answer(api: Api) -> str:
    """A question gets its answer; the chat is deleted again."""
    began = time.monotonic()
    chat = api.call("POST", "/memories/chat", {"question": QUESTION})["chat_id"]
    acknowledged = time.monotonic() - began
    try:
        page = _poll(api, chat)
    finally:
        api.call("DELETE", f"/chats/{chat}")
    if page["status"] != "answered":
        raise Smoke(f"the turn {page['status']}: {page['turn']['error']}")
    return f"answered after {time.monotonic() - began:.1f} s, taken after {acknowledged:.2f} s"


def _poll(api: Api, chat: str) -> Any:
    give_up = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < give_up:
        page = api.call("GET", "/chats/messages", query={"chat_id": chat})
        if page["status"] != "thinking":
            return page
        time.sleep(page["poll_after_ms"] / 1000)
    raise Smoke(f"still thinking after {PATIENCE_SECONDS} s")


def main(arguments: list[str]) -> int:
    """1 when anything is not as it should be."""
    given = _arguments(arguments)
    deployed = Deployed.read(given.outputs)
    token = os.environ.get("ASYNC_CHAT_TOKEN", "")
    if not token and given.ask:
        sys.exit("ASYNC_CHAT_TOKEN holds no access token; --no-ask leaves the question out.")
    api = Api(given.api_url or deployed["api_url"], token)
    checks: list[Callable[[], str]] = [
        lambda: check_health(api, deployed["workspace"]),
        lambda: check_code(deployed, given.package),
        *([lambda: check_answer(api)] if given.ask else []),
    ]
    return max([_run(check) for check in checks])


def _run(check: Callable[[], str]) -> int:
    try:
        print(f"ok    {check()}")
    except Smoke as trouble:
        print(f"FAIL  {trouble}")
        return 1
    return 0


def _arguments(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m scripts.smoke", description=__doc__)
    parser.add_argument("--outputs", type=Path, help="a file with Terraform's outputs; else Terraform is asked")
    parser.add_argument("--api-url", help="where the API is, when not where Terraform says")
    parser.add_argument("--package", type=Path, default=PROJECT / "build" / "lambda.zip", help="default: %(default)s")
    parser.add_argument("--no-ask", dest="ask", action="store_false", help="health and code only: needs no token")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
