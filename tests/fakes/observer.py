"""A TurnObserver that records."""

from dataclasses import dataclass, field

from domain.chat import Feedback, Turn
from domain.errors import Refused
from domain.ports import TurnObserver


@dataclass
class RecordingObserver(TurnObserver):
    """`turns` after each transition, `steps` as turn id and number, `exceptions` that agents raised, user ids that were
    `rejected`, with `refusals`, and `feedback`.
    """

    turns: list[Turn] = field(default_factory=list)
    steps: list[tuple[str, int]] = field(default_factory=list)
    exceptions: list[Exception] = field(default_factory=list)
    rejected: list[str] = field(default_factory=list)
    refusals: list[Refused] = field(default_factory=list)
    feedback: list[Feedback] = field(default_factory=list)

    def on_transition(self, turn: Turn) -> None:
        self.turns.append(turn)

    def on_step(self, turn: Turn, number: int) -> None:
        self.steps.append((turn.turn_id, number))

    def on_rejected(self, user_id: str, refusal: Refused) -> None:
        self.rejected.append(user_id)
        self.refusals.append(refusal)

    def on_feedback(self, user_id: str, chat_id: str, feedback: Feedback) -> None:
        self.feedback.append(feedback)

    def on_agent_crash(self, turn: Turn, exception: Exception) -> None:
        self.exceptions.append(exception)
