"""Predictable ids."""

from itertools import count

from domain.ports import IdSource


class SequentialIds(IdSource):
    """ULIDs that count up from 1."""

    def __init__(self) -> None:
        self._numbers = count(1)

    def new_id(self, after: str | None = None) -> str:
        while (fresh := f"01KA{next(self._numbers):022d}") <= (after or ""):
            pass
        return fresh

    def new_token(self) -> str:
        return f"token-{next(self._numbers)}"
