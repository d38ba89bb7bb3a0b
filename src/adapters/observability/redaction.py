"""Redaction for logs: a hash for a user id, and a location for an exception, whose text may quote a user."""

import hmac


class UserHash:
    """Distinguishes users in logs without naming them. Without `key` nobody can compute the hash of a user id."""

    def __init__(self, key: str) -> None:
        self._key = key.encode()
        #: All lines of a request are about one user.
        self._last: tuple[str | None, str] = (None, "")

    def __call__(self, user_id: str) -> str:
        """The first 12 hexadecimal digits of HMAC-SHA-256."""
        if user_id != self._last[0]:
            digest = hmac.digest(self._key, user_id.encode(errors="backslashreplace"), "sha256")
            self._last = (user_id, digest.hex()[:12])
        return self._last[1]


def raised_at(exception: Exception | None) -> str:
    """File and line where `exception` was raised, as `file:line`; empty for None."""
    frame = exception.__traceback__ if exception else None
    while frame is not None and frame.tb_next is not None:
        frame = frame.tb_next
    return f"{frame.tb_frame.f_code.co_filename}:{frame.tb_lineno}" if frame else ""
