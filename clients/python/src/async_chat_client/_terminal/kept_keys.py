"""Idempotency keys of requests that may have taken effect, kept until that is known."""

import hashlib
import json
import os
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

from async_chat_client.errors import AsyncChatError, IdempotencyKeyReused

#: Ten minutes less than the service keeps a key: a request may be on its way for a while.
LIFE_SECONDS = 24 * 3600 - 600


@dataclass(frozen=True)
class KeptKey:
    """The key for a request. `since`: when an earlier attempt began whose outcome is not known, a POSIX time.

    `file` is None where nothing can be stored.
    """

    key: str
    since: float | None
    file: Path | None

    def is_settled_by(self, error: AsyncChatError) -> bool:
        """Whether the error shows that nothing was stored under the key, or something else.

        A refusal of this attempt says nothing about an earlier one.
        """
        return isinstance(error, IdempotencyKeyReused) or (self.since is None and error.idempotency_key is None)

    def forget(self) -> None:
        if self.file:
            self.file.unlink(missing_ok=True)


class KeptKeys:
    """One file for each request, written before the request is sent: a killed terminal leaves it.

    Only the user can read the files. Their names are hashes of the requests, so that no text is stored.
    """

    def __init__(self, folder: Path, now: Callable[[], float] = time.time) -> None:
        self._folder = folder
        self._now = now

    def keep(self, *request: str) -> KeptKey:
        """The key of this request: the one of an earlier attempt whose outcome is not known, else a new one."""
        file = self._folder / hashlib.sha256(json.dumps(request).encode()).hexdigest()
        key = uuid4().hex
        draft = self._folder / key
        try:
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._forget_expired()
            with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as written:  # noqa: PTH123  # Path.open takes no mode
                written.write(key)
            try:
                return _linked(draft, file, key)
            finally:
                draft.unlink()
        except OSError:
            return KeptKey(key, None, None)

    def _forget_expired(self) -> None:
        for file in self._folder.iterdir():
            with suppress(FileNotFoundError):  # another terminal was faster
                if self._now() - file.stat().st_mtime > LIFE_SECONDS:
                    file.unlink()


def _linked(draft: Path, file: Path, key: str) -> KeptKey:
    """`file` with the key in it, at once and only if there is none: of two terminals, both get the same key."""
    while True:
        try:
            file.hardlink_to(draft)
            return KeptKey(key, None, file)
        except FileExistsError:
            with suppress(FileNotFoundError):  # settled by another terminal in the meantime
                return KeptKey(file.read_text(), file.stat().st_mtime, file)
