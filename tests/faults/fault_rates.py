"""The probabilities of faults in a simulated run."""

from dataclasses import dataclass, replace
from datetime import timedelta
from random import Random
from typing import Final


class Killed(BaseException):
    """The process is gone. Not an Exception: nothing in the service may catch it."""


@dataclass(frozen=True)
class FaultRates:
    """Probabilities: of the first four per call of a port, of the others per event; the clocks are off by `skew`.

    `loss` makes a call fail before or after its effect, `repeat` lets the client library send it twice, and `slow`
    makes it take seconds. `conflict` lets a write meet another transaction; that is no fault, and the adapter hides it.
    """

    crash: float = 0
    loss: float = 0
    repeat: float = 0
    slow: float = 0
    conflict: float = 0
    drop: float = 0
    duplicate: float = 0
    late: float = 0
    forgery: float = 0
    odd_agent: float = 0
    skew: timedelta = timedelta(0)
    wild_skew: timedelta = timedelta(0)

    @property
    def calm(self) -> bool:
        return self == CALM


CALM: Final = FaultRates(conflict=0.05)
#: Faults that Lambda's documentation says may happen at any time.
SOME_FAULTS: Final = FaultRates(
    crash=0.002,
    loss=0.01,
    repeat=0.02,
    slow=0.01,
    conflict=0.05,
    drop=0.03,
    duplicate=0.2,
    late=0.1,
    forgery=0.1,
    odd_agent=0.1,
    skew=timedelta(seconds=2),
)
MANY_FAULTS: Final = FaultRates(
    crash=0.02,
    loss=0.06,
    repeat=0.06,
    slow=0.05,
    conflict=0.2,
    drop=0.15,
    duplicate=0.4,
    late=0.3,
    forgery=0.2,
    odd_agent=0.3,
    skew=timedelta(seconds=8),
)


def fault_rates_for(random: Random) -> FaultRates:
    """A quarter of the runs has no faults; in some of the others one machine's clock is off by up to an hour."""
    rates = random.choice((CALM, SOME_FAULTS, SOME_FAULTS, MANY_FAULTS))
    wild = not rates.calm and random.random() < 0.2
    return replace(rates, wild_skew=timedelta(hours=random.uniform(-1, 1))) if wild else rates
