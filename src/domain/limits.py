"""Limits of one user and of a workspace: slots for turns at once, and budgets of runs in a window of time."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from domain.errors import BudgetUsedUp, TooManyAsks, WorkspaceBudgetUsedUp

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Budget:
    """At most `limit` runs in each window of `length`; `used_up` makes the refusal, given the seconds until it ends.

    Windows are fixed and numbered since 1970 in UTC: a count of one window says nothing about the next.
    """

    name: str
    length: timedelta
    limit: int
    used_up: Callable[[float], BudgetUsedUp]

    def window(self, now: datetime) -> int:
        """The number of the window at `now`."""
        return (now - _EPOCH) // self.length

    def left(self, window: int, now: datetime) -> float:
        """The seconds from `now` until this window ends."""
        return (_EPOCH + self.length * (window + 1) - now).total_seconds()

    def counted(self, now: datetime, window: int | None, runs: int) -> tuple[int, int]:
        """Window and number of runs with one more at `now`, after `runs` in `window`. Raises what `used_up` makes.

        A clock that is behind counts in the window that another machine has begun, so that no window begins twice.
        """
        current = max(self.window(now), window or 0)
        before = runs if current == window else 0
        if before >= self.limit:
            raise self.used_up(self.left(current, now))
        return current, before + 1


@dataclass(frozen=True, slots=True)
class UserLimits:
    """What one user may have: `turns` that hold a slot at once; turns in a minute and in a UTC day, 0 for any number.

    Every turn counts, however it ends: what is limited is how often an agent may run.
    """

    turns: int
    asks_per_minute: int = 0
    answers_per_day: int = 0

    @property
    def budgets(self) -> tuple[Budget, ...]:
        """The one that lasts longest first, so that a refusal names the longest wait."""
        asks, answers = self.asks_per_minute, self.answers_per_day
        day = Budget("day", timedelta(days=1), answers, lambda left: BudgetUsedUp(answers, left))
        minute = Budget("minute", timedelta(minutes=1), asks, lambda left: TooManyAsks(asks, left))
        return tuple(budget for budget in (day, minute) if budget.limit)


@dataclass(frozen=True, slots=True)
class WorkspaceLimits:
    """What all users together may have: `turns` that hold a slot at once, and turns in a UTC day; 0 for any number."""

    turns: int = 0
    answers_per_day: int = 0

    def budgets(self, limit: int | None = None) -> tuple[Budget, ...]:
        """The day's, or a part of it with its own `limit`."""
        limit = self.answers_per_day if limit is None else limit
        answers = self.answers_per_day
        day = Budget("day", timedelta(days=1), limit, lambda left: WorkspaceBudgetUsedUp(answers, left))
        return (day,) if self.answers_per_day else ()
