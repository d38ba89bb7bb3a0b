"""200 questions from 50 users on the local stack, every POST twice: `python -m tests load`, after `make up`.

Each Lambda worker is a process there, so at most 20 turns are in flight. No question may be lost or doubled, and no
user may see another user's data.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import time
from pathlib import Path
from statistics import median, quantiles
from typing import Final

import httpx

from local.home import PROJECT
from tests.e2e.running_stack import RunningStack, User
from tests.e2e.stack_controls import StackControls
from tests.faults.load.apps import IN_FLIGHT, THINGS, Asked, Load
from tests.faults.load.judge import doubled, lost, strange

USERS: Final = 50
THINKING: Final = "2"


def spread(seconds: list[float]) -> str:
    """Median, 95 % and worst, in milliseconds."""
    figures = (median(seconds), quantiles(seconds, n=20)[-1], max(seconds))
    return " / ".join(f"{figure * 1000:,.0f}" for figure in figures) + " ms (median / 95 % / worst)"


async def load(stack: RunningStack, users: list[User]) -> int:
    """Run the load and print the figures; returns the number of faults."""
    limits = httpx.Limits(max_connections=IN_FLIGHT * 2)
    async with httpx.AsyncClient(base_url=stack.api_url, limits=limits, timeout=60, trust_env=False) as api:
        service = Load(api)
        await asyncio.gather(*(service.remember(user) for user in users))
        questions = [Asked(user, thing) for thing in THINGS for user in users]
        began = time.perf_counter()
        await service.run(questions)
        took = time.perf_counter() - began
        chats = dict(
            zip((user.name for user in users), await asyncio.gather(*map(service.chats_of, users)), strict=True)
        )
        strangers = [(asked, users[number % USERS - 1]) for number, asked in enumerate(questions) if asked.chat_ids]
        statuses = await asyncio.gather(*(service.status_for_stranger(*pair) for pair in strangers[:USERS]))
    acknowledged = [seconds for asked in questions for seconds in asked.acknowledged]
    answered = [asked.answered for asked in questions if asked.answered is not None]
    print(f"{len(questions)} questions of {len(users)} users, each POST twice, {took:.0f} s")
    print(f"acknowledged: {len(acknowledged) / took:.1f} a second, {spread(acknowledged)}")
    print(f"answered, with {THINKING} s of thinking: {spread(answered)}")
    faults = {"lost": lost(questions), "doubled": doubled(questions, chats), "strange": strange(questions, statuses)}
    for name, found in faults.items():
        print(f"{len(found)} {name}", *found[:5], sep="\n  ")
    return sum(map(len, faults.values()))


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests load", description=__doc__)
    parser.add_argument("--home", type=Path, default=PROJECT / ".local", help="the folder of the running stack")
    stack = RunningStack(parser.parse_args().home)
    controls = StackControls(stack)
    controls.configure({"ASYNC_CHAT_RECALL_DELAY_SECONDS": THINKING})
    try:
        users = [controls.sign_up(f"user{number}") for number in range(USERS)]
        return min(1, asyncio.run(load(stack, users)))
    finally:
        controls.restore()


if __name__ == "__main__":
    sys.exit(main())
