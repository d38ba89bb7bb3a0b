"""The functions wired by the real container, some of its parts replaced by fakes."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any, Final

from dependency_injector import providers

from domain.ports import Clock
from entrypoints import chat, edits, events, failures, reads, search, waits
from entrypoints.container import Container
from entrypoints.http.routes import ROUTES

Handler = Callable[[Mapping[str, Any], Any], Any]
#: The function of each route, by API Gateway's route key: "GET /chats".
FUNCTIONS: Final = {route.key: route.function for route in ROUTES}
_MODULES: Final[Mapping[str, Any]] = {
    "chat": chat,
    "reads": reads,
    "waits": waits,
    "search": search,
    "edits": edits,
    "failures": failures,
    "events": events,
}


def deploy(**fakes: object) -> Container:
    """The container with the named parts replaced; logging stays as the process has it."""
    container = Container()
    for name, fake in {"logging": None, **fakes}.items():
        getattr(container, name).override(providers.Object(fake))
    return container


def handler_of(function: str, container: Container) -> Handler:
    """The handler that Lambda calls for chat, reads, waits, search, edits, failures or events."""
    handler: Handler = _MODULES[function].make_handler(container)
    return handler


def handlers(container: Container) -> Mapping[str, Handler]:
    return {name: handler_of(name, container) for name in _MODULES}


def function_of(route: str) -> str:
    """The function that serves the route, or that of $default."""
    return FUNCTIONS.get(route, "reads")


class FakeContext:
    """Lambda's context with `seconds` left: constant, or counted down by `clock`."""

    aws_request_id = "invocation-7"

    def __init__(self, seconds: float = 90, clock: Clock | None = None) -> None:
        self._seconds = seconds
        self._clock = clock
        self._began = clock.now() if clock else None

    def get_remaining_time_in_millis(self) -> int:
        passed = self._clock.now() - self._began if self._clock and self._began else timedelta(0)
        return round((self._seconds - passed.total_seconds()) * 1000)
