"""Agents that mostly think and answer; some take too long, raise, or kill their process."""

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from domain.chat import Usage
from domain.errors import AgentFailed
from domain.failure_codes import FailureCode
from domain.ports import ProgressReporter, ReasoningAgent
from domain.records import Answer, Assignment
from tests.faults.fault_rates import Killed
from tests.faults.history import ReasoningOutcome, answer_to, sorry_for
from tests.faults.simulation.process import Process

if TYPE_CHECKING:
    from tests.faults.simulation.world import World


#: How many agents of a run without faults notice no end of their turn.
CALM_BLOCKING: Final = 0.3


class SimulatedAgent(ReasoningAgent):
    """A `stubborn` agent ignores its time limit and the turn's end."""

    def __init__(self, world: "World", process: Process, turn_id: str) -> None:
        self._world = world
        self._process = process
        self._turn_id = turn_id

    def reason(self, assignment: Assignment, progress: ProgressReporter) -> Answer:
        world = self._world
        heard = tuple(message.content for message in assignment.history)
        world.history.reasoned.append(
            ReasoningOutcome(world.scheduler.now, assignment.user_id, assignment.question, heard)
        )
        odd = world.chance(world.rates.odd_agent)
        manner = world.random.choice(("stubborn", "stubborn", "broken", "killing")) if odd else "good"
        if world.rates.calm and world.chance(CALM_BLOCKING):
            manner = "stubborn"  # no fault: an agent may block, as long as it answers in time
        with world.at_work(self._turn_id):
            self._think(assignment, progress, stubborn=manner == "stubborn")
        if manner == "broken":
            sentence = sorry_for(assignment.question)
            raise AgentFailed(message=sentence) if sentence else RuntimeError("no idea")
        if manner == "killing":
            raise Killed
        return Answer(answer_to(assignment.question))

    def _think(self, assignment: Assignment, progress: ProgressReporter, *, stubborn: bool) -> None:
        random = self._world.random
        longest = 60 if self._world.rates.calm or not stubborn else 85
        end = self._process.now() + timedelta(seconds=random.triangular(0.1, longest, 5))
        progress.used(Usage("simulated", 1, 900, 0, 80))
        while (now := self._process.now()) < end:
            self._process.sleep(min(end - now, timedelta(seconds=random.uniform(0.3, 6))))
            if stubborn:
                continue
            if self._process.now() >= assignment.answer_by:
                raise AgentFailed(FailureCode.TIMED_OUT)
            progress.step("Thinking")
            progress.draft("So far")
