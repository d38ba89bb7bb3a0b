"""Deterministic simulation of the whole service over its ports: `python -m tests simulate --seeds 5000`, or `--seed 17`.

A seed decides everything: the users' actions, the faults, and the order of concurrent events.
"""

import argparse
import sys
from collections.abc import Callable, Iterator
from random import Random

from tests.faults.fault_rates import fault_rates_for
from tests.faults.history import History
from tests.faults.promises import breaches
from tests.faults.simulation.apps import App, Person
from tests.faults.simulation.world import World

#: Actions of each device in a run.
ACTIONS = 7


def simulate(seed: int) -> History:
    """One run from its seed; then, without faults, every chat is read and gets another question."""
    random = Random(seed)
    world = World(random, fault_rates_for(random))
    alice, bob = Person("alice"), Person("bob")
    owners = ((alice, bob), (alice, bob), (bob, alice))
    apps = [App(world, person, stranger) for person, stranger in owners]
    for app in apps:
        world.scheduler.spawn(_using(app))
    world.scheduler.run()
    world.stop_faults()
    for person, stranger in owners[1:]:
        world.scheduler.spawn(_going_on(world, person, App(world, person, stranger)))
    world.scheduler.run()
    return world.history


def _using(app: App) -> Callable[[], None]:
    return lambda: app.use(ACTIONS)


def _going_on(world: World, person: Person, app: App) -> Callable[[], None]:
    def go_on() -> None:
        for chat_id in person.chats:
            app.poll(chat_id, from_start=True)
            if chat_id in person.deleted:
                continue
            app.ask_and_wait(chat_id)
            world.history.afterwards.append(world.history.shown[-1])

    return go_on


def failing(seeds: Iterator[int] | range) -> Iterator[tuple[int, list[str]]]:
    """The seeds whose runs break a promise, with the breaches."""
    for seed in seeds:
        broken = breaches(simulate(seed))
        if broken:
            yield seed, broken


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests simulate", description=__doc__)
    parser.add_argument("--seeds", type=int, default=5000)
    parser.add_argument("--seed", type=int, help="run this one only")
    chosen = parser.parse_args()
    seeds = range(chosen.seeds) if chosen.seed is None else range(chosen.seed, chosen.seed + 1)
    found = 0
    for seed, broken in failing(seeds):
        found += 1
        print(f"seed {seed}:", *broken[:5], sep="\n  ")
    print(f"{len(seeds)} runs, {found} broke a promise")
    return min(found, 1)


if __name__ == "__main__":
    sys.exit(main())
