"""The embedded AWS behind a guard: run by its own interpreter in place of `python -m ministack`.

The emulator answers every origin and every host name, with a key that everybody knows. Without the guard, any web page
that a developer opens could run code on this machine, and read and empty the stack. This file imports nothing of the
project, since the emulator's environment has none of it.
"""

from __future__ import annotations

import importlib
import re
import sys
import threading
import time
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from contextvars import ContextVar
from typing import Any, Final

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

#: The names of this machine. Any other is a name that somebody made resolve to 127.0.0.1 (DNS rebinding).
_OWN_HOST: Final = re.compile(r"(127\.0\.0\.1|([a-z0-9-]+\.)*localhost)(:[0-9]{1,5})?", re.IGNORECASE)
_API_HOST: Final = re.compile(r"[a-z0-9]+\.execute-api\.localhost(:[0-9]{1,5})?", re.IGNORECASE)
_API_PATH: Final = "/_aws/execute-api/"
#: The chat page, as a path of the emulator and as one of the API's own host.
_PAGE: Final = re.compile(r"/_aws/execute-api/[a-z0-9]+/(\$default/)?")
_PAGE_OF_API_HOST: Final = re.compile(r"/(\$default/)?")
#: Fetch metadata of requests that no other site has made: https://www.w3.org/TR/fetch-metadata/#sec-fetch-site-header
_OWN_SITE: Final = ("", "same-origin", "none")
REFUSAL: Final = b"403: the local stack answers its own page and programs only. Another origin: make run CORS=...\n"


class Guard:
    """An ASGI app that passes on what the stack's own page and programs send, and answers the rest with 403.

    Programs send no `Origin` and no `Sec-Fetch-Site`; browsers send at least one of them with whatever a page of
    another origin could do harm by. `origins` are pages of other origins that may call the API, but nothing else.
    """

    def __init__(self, app: App, origins: Iterable[str] = ()) -> None:
        self._app = app
        self._origins = frozenset(origins)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan" or self.allows(scope):
            await self._app(scope, receive, send)
        elif scope["type"] == "websocket":
            # Before it is accepted, closing answers the handshake with 403.
            await send({"type": "websocket.close", "code": 1008})
        else:
            length = str(len(REFUSAL)).encode()
            headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"content-length", length)]
            await send({"type": "http.response.start", "status": 403, "headers": headers})
            await send({"type": "http.response.body", "body": REFUSAL})

    def allows(self, scope: Scope) -> bool:
        """Whether the request comes from the own page, from a program, or from an allowed origin."""
        (host, *more), origins = _values(scope, b"host") or [""], _values(scope, b"origin")
        if more or not _OWN_HOST.fullmatch(host):
            return False
        if len(origins) == 1 and origins[0] in self._origins:
            return _is_api(scope, host)
        if any(origin.lower() != f"http://{host}".lower() for origin in origins):
            return False
        return all(site in _OWN_SITE for site in _values(scope, b"sec-fetch-site")) or _opens_the_page(scope, host)


def _opens_the_page(scope: Scope, host: str) -> bool:
    """A link of another site to the chat page, or the way back from a hosted sign-in. The page itself reads nothing."""
    fetched = {name: _values(scope, b"sec-fetch-" + name) for name in (b"mode", b"dest")}
    page = _PAGE_OF_API_HOST if _API_HOST.fullmatch(host) else _PAGE
    return (
        scope["type"] == "http"
        and scope["method"] == "GET"
        and fetched == {b"mode": ["navigate"], b"dest": ["document"]}
        and page.fullmatch(scope["path"]) is not None
    )


def _is_api(scope: Scope, host: str) -> bool:
    return scope["path"].startswith(_API_PATH) or _API_HOST.fullmatch(host) is not None


def _values(scope: Scope, name: bytes) -> list[str]:
    return [value.decode("latin-1") for found, value in scope["headers"] if found.lower() == name]


def let_busy_workers_end() -> None:
    """Make UpdateFunctionCode leave running invocations alone, as on Lambda; the emulator kills their processes.

    https://docs.aws.amazon.com/lambda/latest/dg/functions-states.html: an update does not touch the code that runs.
    """
    runtime: Any = importlib.import_module("ministack.core.lambda_runtime")
    service: Any = importlib.import_module("ministack.services.lambda_svc")
    updates, kill = service._update_code, service.invalidate_worker  # noqa: SLF001  # it has no other place for this
    updating = ContextVar("updating", default=False)

    def update(*given: Any) -> Any:
        token = updating.set(True)
        try:
            return updates(*given)
        finally:
            updating.reset(token)

    def kill_idle(name: str, **where: str) -> None:
        if updating.get():
            key = ":".join((where["account"], where["region"], name, where["qualifier"]))
            with runtime._lock:  # noqa: SLF001
                busy = [worker for worker in runtime._workers.get(key, []) if worker.in_use]  # noqa: SLF001
                runtime._workers[key] = [one for one in runtime._workers.get(key, []) if one not in busy]  # noqa: SLF001
            for worker in busy:
                threading.Thread(target=_kill_when_idle, args=(runtime, worker), daemon=True).start()
        kill(name, **where)

    service._update_code, service.invalidate_worker = update, kill_idle  # noqa: SLF001


def _kill_when_idle(runtime: Any, worker: Any) -> None:
    while worker.in_use and (worker._proc is None or worker._proc.poll() is None):  # noqa: SLF001
        time.sleep(0.1)
    runtime.kill_workers([worker])


def main() -> None:
    """The arguments are origins of other pages that may call the API; the emulator has its settings by environment."""
    emulator = importlib.import_module("ministack.app")
    emulator.app = Guard(emulator.app, sys.argv[1:])  # type: ignore[attr-defined]  # `main` serves it by this name
    del sys.argv[1:]
    let_busy_workers_end()
    emulator.main()


if __name__ == "__main__":
    main()
