"""Ids as ULIDs: 48 bits of milliseconds, 80 random bits, 26 characters that sort by time."""

import secrets

from ulid import ULID

from domain.ports import Clock, IdSource


class UlidIdSource(IdSource):
    """An id after another one keeps the other's time if the clock is behind it: order matters more than time.

    All 80 random bits are drawn anew for every id. The library's monotonic ids within a millisecond are predictable.
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
