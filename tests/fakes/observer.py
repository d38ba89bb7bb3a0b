"""Remembers what it was told."""

from dataclasses import dataclass, field

from domain.chat import Turn
from domain.ports import TurnObserver


@dataclass
class RecordingObserver(TurnObserver):
    """`turns` are the transitions in order, `defects` what agents raised, `away` who was turned away."""

    turns: list[Turn] = field(default_factory=list)
    defects: list[Exception] = field(default_factory=list)

    away: list[str] = field(default_factory=list)

    def on_transition(self, turn: Turn) -> None:
        self.turns.append(turn)

    def on_rejected(self, user_id: str) -> None:
        self.away.append(user_id)

    def on_agent_crash(self, turn: Turn, exception: Exception) -> None:
        self.defects.append(exception)
