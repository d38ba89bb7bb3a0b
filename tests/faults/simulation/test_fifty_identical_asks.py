"""P4: one ask, sent fifty times at once, with and without faults."""

from datetime import timedelta
from functools import partial
from random import Random

import pytest

from domain.records import Ask
from tests.faults.fault_rates import CALM, MANY_FAULTS, SOME_FAULTS, FaultRates
from tests.faults.history import History
from tests.faults.promises import breaches
from tests.faults.simulation.apps import App, Person
from tests.faults.simulation.world import World

TIMES = 50


def fifty_posts(rates: FaultRates, seed: int) -> History:
    """The same POST, fifty times within two seconds."""
    world = World(Random(seed), rates)
    alice = Person("alice")
    ask = Ask("alice", alice.question(), key="one-tap")
    for _ in range(TIMES):
        moment = timedelta(seconds=world.random.uniform(0, 2))
        world.scheduler.spawn(partial(App(world, alice, Person("bob")).post, ask), moment)
    world.scheduler.run()
    return world.history


@pytest.mark.parametrize("rates", [CALM, SOME_FAULTS, MANY_FAULTS], ids=["calm", "some faults", "many faults"])
def test_fifty_posts_with_one_key_are_one_question_and_one_run(rates: FaultRates) -> None:
    for seed in range(20):
        history = fifty_posts(rates, seed)
        assert breaches(history) == []
        assert len({asked.chat_id for asked in history.acknowledged}) == 1
        assert len(history.reasoned) <= 1


def test_without_faults_all_fifty_are_acknowledged_and_the_agent_runs_once() -> None:
    history = fifty_posts(CALM, seed=17)
    assert (len(history.acknowledged), len(history.reasoned)) == (TIMES, 1)
