"""Acceptance of a deployed workspace, from outside: feature files over HTTP, preflights, and what a user waits for.

Needs two users made for it, without chats and memories; what they have at the end is deleted. Their access tokens are
in ASYNC_CHAT_TOKEN and ASYNC_CHAT_OTHER_TOKEN. The workspace is the one of TF_WORKSPACE. Long turns and a worker's
death need the acceptance agent: docs/operations.md says how to deploy it in a workspace made for the run.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import httpx

from scripts.deployed import PROJECT, Deployed
from tests.acceptance.deployment import DeployedDriver, Deployment, Unusable
from tests.acceptance.in_the_zip.acceptance_agent import ORDER, WHO
from tests.acceptance.measuring import measure
from tests.acceptance.results import page_of_results
from tests.acceptance.scenarios import ScenarioRun
from tests.features.app import App
from tests.features.driver import Call

TOKENS: Final = ("ASYNC_CHAT_TOKEN", "ASYNC_CHAT_OTHER_TOKEN")
#: About how long a run takes; the tokens must hold so long.
RUN_TIME: Final = timedelta(minutes=15)
FOREIGN: Final = "https://foreign.example"


def main(arguments: list[str]) -> int:
    """0 when all holds, 1 when something does not, 2 when the run is not possible."""
    given = _arguments(arguments)
    try:
        return _run(given)
    except Unusable as error:
        print(f"No acceptance run: {error}", file=sys.stderr)
        return 2
    except httpx.TransportError as error:
        print(f"The API cannot be reached: {type(error).__name__}", file=sys.stderr)
        return 2


def _run(given: argparse.Namespace) -> int:
    outputs = Deployed.read(given.outputs)
    with Deployment(given.api_url or outputs["api_url"], _tokens()) as deployment:
        return _accept(deployment, outputs["workspace"], given)


def _accept(deployment: Deployment, workspace: str, given: argparse.Namespace) -> int:
    health = _health(deployment, workspace)
    _require_empty(deployment)
    print(f"workspace {health['workspace']}, version {health['version']}", flush=True)
    began = time.monotonic()
    try:
        with_agent = _has_acceptance_agent(deployment)
        print(
            f"acceptance agent: {'yes' if with_agent else 'no, long turns and a death of a worker are left out'}",
            flush=True,
        )
        preflights = [preflight(deployment, origin, allowed=True) for origin in given.origin] + [
            preflight(deployment, FOREIGN, allowed=False)
        ]
        waits = measure(deployment, deployment.users[0], given.turns)
        print("measured; now the feature files", flush=True)
        for user in deployment.users:
            deployment.clear(user)
        scenarios = ScenarioRun(deployment, with_agent, given.every)
        code = scenarios.run(given.keyword)
    finally:
        for user in deployment.users:
            deployment.clear(user)
    passed = code == 0 and all(fine for fine, _ in preflights) and set(waits.ends) <= {"answered"}
    page = page_of_results(health, with_agent, preflights, waits, scenarios, passed, time.monotonic() - began)
    target = given.output or PROJECT / "build" / f"acceptance-{health['workspace']}.md"
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(page, encoding="utf-8")
    print(page)
    return 0 if passed else 1


def _tokens() -> tuple[str, str]:
    first, second = (os.environ.get(name, "") for name in TOKENS)
    if not first or not second:
        raise Unusable(f"{' and '.join(TOKENS)} must hold the access tokens of two users.")
    return first, second


def _health(deployment: Deployment, workspace: str) -> dict[str, str]:
    reply = deployment.call(None, Call(None, "GET", "/health"))
    if reply.status != 200:
        raise Unusable(f"GET /health answered {reply.status}: {reply.text}")
    health: dict[str, str] = reply.body
    if health["workspace"] != workspace:
        raise Unusable(f"the API at this address belongs to workspace {health['workspace']}, not {workspace}")
    return health


def _require_empty(deployment: Deployment) -> None:
    """A run deletes what its users have, so it refuses users who have something."""
    for name, user in zip(TOKENS, deployment.users, strict=True):
        if user.expires < datetime.now(UTC) + RUN_TIME:
            raise Unusable(
                f"the token in {name} holds until {user.expires:%H:%M} UTC; a run may take {RUN_TIME}. Get a new one."
            )
        if deployment.chats(user) or deployment.memories(user):
            raise Unusable(
                f"the user of {name} has chats or memories, and a run deletes them. Use two users made for it."
            )


def _has_acceptance_agent(deployment: Deployment) -> bool:
    """Asks the agent who it is."""
    app = App(DeployedDriver(deployment))
    page = app.ask_until_answered("Alice", WHO)
    return bool(page["messages"][-1]["content"].startswith(ORDER))


def preflight(deployment: Deployment, origin: str, *, allowed: bool) -> tuple[bool, str]:
    """Whether the preflight of an ask from this origin is answered as it should be, and a sentence about it."""
    headers = {
        "origin": origin,
        "access-control-request-method": "POST",
        "access-control-request-headers": "authorization,content-type,idempotency-key",
    }
    reply = deployment.call(None, Call(None, "OPTIONS", "/memories/chat", headers=headers))
    granted = reply.headers.get("access-control-allow-origin")
    fine = (granted == origin and reply.status < 300) if allowed else granted not in {origin, "*"}
    wanted = "is allowed" if allowed else "is not allowed"
    return fine, f"{origin} {wanted}: {reply.status}, access-control-allow-origin {granted or 'absent'}"


def _arguments(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m tests accept", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--outputs", type=Path, help="a file with Terraform's outputs; default: terraform output")
    parser.add_argument("--api-url", help="the API's URL; default: Terraform's output")
    parser.add_argument(
        "--origin", action="append", default=[], help="a web origin that the workspace allows; may be repeated"
    )
    parser.add_argument("--turns", type=int, default=20, help="turns to measure; default: %(default)s")
    parser.add_argument(
        "--every",
        action="store_true",
        help="all scenarios that can run, not only those that depend on AWS or on access",
    )
    parser.add_argument("--keyword", default="", help="only the scenarios that match, as pytest's -k")
    parser.add_argument(
        "--output", type=Path, help="where the page of results goes; default: build/acceptance-<workspace>.md"
    )
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
