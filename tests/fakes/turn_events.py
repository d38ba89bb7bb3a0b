"""TurnEvents that remember."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from domain.chat import Turn
from domain.errors import EventsNotSent
from domain.ports import TurnEvents


@dataclass
class RecordingTurnEvents(TurnEvents):
    """`turns` as they were published; the next `failures` calls publish one turn less, and raise."""

    turns: list[Turn] = field(default_factory=list)
    failures: int = 0

    def publish(self, turns: Sequence[Turn]) -> None:
        if self.failures:
            self.failures -= 1
            self.turns.extend(turns[:-1])
            raise EventsNotSent
        self.turns.extend(turns)
