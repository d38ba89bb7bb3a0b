"""Smoke test of a deployed workspace from outside. Compares the deployed code with the package built here.

ASYNC_CHAT_TOKEN holds the access token of a user, as the page or `aws cognito-idp` gets it.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

from async_chat_client import ChatClient, RetryBudget, plain
from async_chat_client.errors import AsyncChatError, InternalError, ServiceError, TurnFailed

from scripts.deployed import PROJECT, Deployed

QUESTION = "Smoke test: are you there?"
#: Beyond every deadline that Terraform accepts: the client gives up by itself soon after the turn's own.
TIMEOUT_SECONDS = 900
#: A single failed call fails the test.
NO_RETRIES = RetryBudget(sending=0, outage=0)


class Smoke(Exception):
    """A check failed."""


def check_health(client: ChatClient, workspace: str) -> str:
    """The API answers, and it belongs to this workspace."""
    health = client.health()
    if health.workspace != workspace:
        raise Smoke(f"the API at this address belongs to workspace {health.workspace}")
    return f"healthy: version {health.version}"


def check_code(deployed: Deployed, package: Path) -> str:
    """Every function runs this package."""
    wanted = base64.b64encode(hashlib.sha256(package.read_bytes()).digest()).decode()
    others = [key for key, running in deployed.running_code().items() if running != wanted]
    if others:
        raise Smoke(f"{', '.join(others)} run other code than {package}")
    return f"all functions run {package.name}, sha256 {wanted}"


def check_search(client: ChatClient) -> None:
    """The functions' runtime has the full-text search."""
    try:
        next(iter(client.memories.search(QUESTION)), None)
    except InternalError as error:
        raise Smoke(
            f"a search of memories fails ({error}): if the logs say SearchUnavailable, the runtime's SQLite has no FTS5"
        ) from error


def check_answer(client: ChatClient) -> str:
    """A search works, and a question is answered; its chat is deleted afterwards."""
    check_search(client)
    began = time.monotonic()
    chat = client.chat()
    turn = chat.ask(QUESTION)
    acknowledged = time.monotonic() - began
    try:
        turn.answer(TIMEOUT_SECONDS)
    finally:
        chat.delete()
    return f"answered after {time.monotonic() - began:.1f} s, accepted after {acknowledged:.2f} s"


def main(arguments: list[str]) -> int:
    """Returns 1 when a check failed."""
    given = _arguments(arguments)
    deployed = Deployed.read(given.outputs)
    token = os.environ.get("ASYNC_CHAT_TOKEN", "")
    if not token and given.ask:
        sys.exit("ASYNC_CHAT_TOKEN holds no access token; use --no-ask to leave out the question.")
    with ChatClient(given.api_url or deployed["api_url"], token, retry_budget=NO_RETRIES) as client:
        checks: dict[str, Callable[[], str]] = {
            "health": lambda: check_health(client, deployed["workspace"]),
            "code": lambda: check_code(deployed, given.package),
            **({"answer": lambda: check_answer(client)} if given.ask else {}),
        }
        return max([_run(name, check) for name, check in checks.items()])


def _run(name: str, check: Callable[[], str]) -> int:
    try:
        print(plain(f"ok    {check()}"))
    except (Smoke, AsyncChatError) as error:
        print(plain(f"FAIL  {name}: {_sentence(error)}"))
        return 1
    return 0


def _sentence(error: Exception) -> str:
    match error:
        case ServiceError():
            return f"the API answered {error.status} {error.code}: {error}"
        case TurnFailed():
            return f"the turn failed: {error.code}: {error}"
    return str(error)


def _arguments(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m scripts.smoke", description=__doc__)
    parser.add_argument("--outputs", type=Path, help="a file with Terraform's outputs; default: terraform output")
    parser.add_argument("--api-url", help="the API's URL; default: Terraform's output")
    parser.add_argument("--package", type=Path, default=PROJECT / "build" / "lambda.zip", help="default: %(default)s")
    parser.add_argument("--no-ask", dest="ask", action="store_false", help="health and code only: needs no token")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
