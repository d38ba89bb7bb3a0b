"""A rule of the protocol, broken."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Judge(StrEnum):
    """Who is to notice."""

    SIMULATION = "simulation"
    CRASH_POINTS = "crash points"
    MODEL_BASED = "model-based comparison"
    TORN_READS = "torn reads"


class MutantUnfit(BaseException):
    """The code has changed under the mutant. No Exception: no judge may take it for a fault that it has seen."""


@dataclass(frozen=True)
class Mutant:
    """`instead` takes the place of `attribute` of a class or module while the mutant lives.

    `story` is where the crash points are looked through; the other judges look everywhere.
    """

    name: str
    judge: Judge
    owner: Any
    attribute: str
    instead: Any
    story: str = ""

    @contextmanager
    def alive(self) -> Iterator[None]:
        before = vars(self.owner)[self.attribute]
        setattr(self.owner, self.attribute, self.instead)
        try:
            yield
        finally:
            setattr(self.owner, self.attribute, before)
