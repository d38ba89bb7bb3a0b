"""One rule of the protocol, broken on purpose."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Judge(StrEnum):
    """The test method that must notice a mutant."""

    SIMULATION = "simulation"
    CRASH_POINTS = "crash points"
    MODEL_BASED = "model-based comparison"
    TORN_READS = "torn reads"
    MEMORIES = "crash points of memories"
    RACES = "races"
    MEMORY_STORE = "model-based comparison of memories"


class OutdatedMutant(BaseException):
    """The code that the mutant changes has changed. Not an Exception: no judge may count it as a fault that it found."""


@dataclass(frozen=True)
class Mutant:
    """`replacement` replaces `attribute` of `owner`, a class or module. `story` limits the crash points that are tried."""

    name: str
    judge: Judge
    owner: Any
    attribute: str
    replacement: Any
    story: str = ""

    @contextmanager
    def applied(self) -> Iterator[None]:
        before = vars(self.owner)[self.attribute]
        setattr(self.owner, self.attribute, self.replacement)
        try:
            yield
        finally:
            setattr(self.owner, self.attribute, before)
