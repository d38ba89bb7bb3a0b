"""Ids as ULIDs: 48 bits of milliseconds, 80 random bits, 26 characters that sort by time."""

import secrets

from ulid import ULID

from domain.ports import Clock, IdSource


class UlidIdSource(IdSource):
    """An id after a given one keeps that one's time when the clock is not past it, so that order beats clocks.

    All 80 bits are drawn for every id: the library's own ids of one millisecond follow from each other.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def new_id(self, after: str | None = None) -> str:
        millis = round(self._clock.now().timestamp() * 1000)
        fresh = str(ULID.from_int(millis << 80 | secrets.randbits(80)))
        if after is None or fresh > after:
            return fresh
        return str(ULID.from_int(int(ULID.from_str(after)) + 1 + secrets.randbits(64)))

    def new_token(self) -> str:
        return secrets.token_urlsafe(16)
