"""Signed-in users, kept in one file in the user's configuration folder that only the user can read."""

import json
import os
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path

MARGIN_SECONDS = 60


@dataclass(frozen=True)
class Login:
    """An access token for the service at `url`, and what is needed to refresh it."""

    url: str
    access_token: str = field(repr=False)
    refresh_token: str | None = field(default=None, repr=False)
    expires_at: float | None = None
    sign_in_url: str | None = None
    client_id: str | None = None

    def has_expired(self, now: Callable[[], float] = time.time) -> bool:
        """Whether the token has expired, by the clock of the machine that stored it."""
        return self.expires_at is not None and now() > self.expires_at - MARGIN_SECONDS


class Logins:
    """One login for each service. The latest is the default."""

    def __init__(self, folder: Path) -> None:
        self.file = folder / "logins.json"

    def get(self, url: str | None) -> Login | None:
        """The login at `url`, or the latest."""
        kept = self._read()
        found = [login for login in kept if url is None or login.url == url.rstrip("/")]
        return found[-1] if found else None

    def keep(self, login: Login) -> None:
        """Store a login as the latest."""
        self._write([*(other for other in self._read() if other.url != login.url), login])

    def forget(self, url: str) -> bool:
        """Remove the login at `url`; False if there was none."""
        kept = self._read()
        left = [login for login in kept if login.url != url.rstrip("/")]
        self._write(left)
        return len(left) < len(kept)

    def _read(self) -> list[Login]:
        try:
            return [Login(**kept) for kept in json.loads(self.file.read_text(encoding="utf-8"))]
        except (FileNotFoundError, ValueError, TypeError):
            return []

    def _write(self, logins: list[Login]) -> None:
        self.file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        draft = self.file.with_suffix(f".{os.getpid()}")
        # Mode 0600 from the first byte, and replaced atomically.
        with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:  # noqa: PTH123  # Path.open takes no mode
            json.dump([asdict(login) for login in logins], file, indent=2)
        draft.replace(self.file)
