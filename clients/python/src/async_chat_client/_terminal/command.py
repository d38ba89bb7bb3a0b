"""What all commands share: the service, the output, the exit code."""

import inspect
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import typer

from async_chat_client._calls import NotAnId
from async_chat_client._chat import Chat
from async_chat_client._client import ChatClient
from async_chat_client._sansio import RetryBudget
from async_chat_client._terminal.connection import Connection, find_connection
from async_chat_client._terminal.exits import EXPECTED, Exit, exit_for
from async_chat_client._terminal.kept_keys import KeptKeys
from async_chat_client._terminal.logins import Logins
from async_chat_client._terminal.screen import Screen, local_time
from async_chat_client._terminal.time_zone import machine_time_zone, zone_named
from async_chat_client.errors import AsyncChatError, ChatNotFound, Unsendable

#: Shorter than the library's: a person is waiting in front of the screen.
RETRY_BUDGET = RetryBudget(sending=15.0)
IN_DOUBT = "It may have reached the service. The same command again, within a day, repeats it and does nothing twice."
UNKEPT = "It may have reached the service: look there (async-chat chats, async-chat memories) before you repeat it."

Url = Annotated[
    str | None, typer.Option("--url", help="The service. Default: ASYNC_CHAT_URL, the local stack, the latest login.")
]
As = Annotated[
    str | None, typer.Option("--as", help="A demo user of the local stack. Default: ASYNC_CHAT_USER, the first user.")
]
Zone = Annotated[
    str | None, typer.Option("--time-zone", help="Your time zone, such as Europe/Berlin. Default: the machine's.")
]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON document, for scripts.")]


class Terminal:
    """One run of a command."""

    def __init__(self, url: str | None, user: str | None, time_zone: str | None = None, *, as_json: bool) -> None:
        self.screen = Screen(as_json=as_json)
        folder = Path(typer.get_app_dir("async-chat"))
        self.logins = Logins(folder)
        self._keys = KeptKeys(folder / "keys")
        self._url = url
        self._user = user
        self.time_zone = time_zone or machine_time_zone(os.environ)
        self._open = ExitStack()
        self._warned: set[str] = set()

    def zone(self) -> ZoneInfo | None:
        """The zone that a time without one is read in; None for the machine's own."""
        zone = zone_named(self.time_zone) if self.time_zone else None
        if self.time_zone and zone is None:
            raise typer.BadParameter(f"{self.time_zone} is not known here.", param_hint="--time-zone")
        return zone

    def connection(self) -> Connection:
        """The service to use. Raises `NotConnected`."""
        found = find_connection(self._url, self._user, os.environ, Path.cwd(), self.logins, self._warn)
        if found.instead_of:
            self._warn(f"Using {found.url}, as {found.origin}, not {found.instead_of}; --url names another service.")
        return found

    def _warn(self, text: str) -> None:
        """Say a line once: a command may look for the service more than once."""
        if text not in self._warned:
            self._warned.add(text)
            self.screen.note(text, "yellow")

    def client(self) -> ChatClient:
        """A client of the service, closed when the command ends."""
        found = self.connection()
        try:
            return self._open.enter_context(
                ChatClient(found.url, found.token, time_zone=self.time_zone, retry_budget=RETRY_BUDGET)
            )
        except ValueError as error:
            raise typer.BadParameter(str(error)) from None

    def chat(self, name: str | None) -> Chat:
        """The chat with this id, a new one for None, the newest one for `last`. Raises `NotAnId` for an empty id."""
        if name is not None and not name.strip():
            raise NotAnId("The chat's id is empty; leave --chat out for a new chat.")
        client = self.client()
        if name != "last":
            return client.chat(name)
        newest = next(client.chats(), None)
        if newest is None:
            raise ChatNotFound(404, "chat_not_found", "There are no chats.")
        return client.chat(newest.chat_id)

    @contextmanager
    def key_for(self, *request: str) -> Iterator[str]:
        """The idempotency key for sending `request` in this context, the same until its outcome is known."""
        found = self.connection()
        kept = self._keys.keep(found.url, found.user_id(), *request)
        if kept.since is not None:
            before = local_time(datetime.fromtimestamp(kept.since, UTC))
            self._warn(f"Sent at {before} already, without an answer: this repeats it and does nothing twice.")
        try:
            yield kept.key
        except KeyboardInterrupt:
            self._warn(IN_DOUBT if kept.file else UNKEPT)
            raise
        except AsyncChatError as error:
            if kept.is_settled_by(error):
                kept.forget()
            else:
                error.add_note(IN_DOUBT if kept.file else UNKEPT)
            raise
        kept.forget()

    def run(self, function: Callable[..., None], given: dict[str, Any]) -> None:
        """Run a command's function. Expected errors become one line and an exit code."""
        with self._open:
            try:
                function(self, **given)
            except EXPECTED as error:
                self.screen.complain(error)
                raise typer.Exit(exit_for(error)) from None
            except KeyboardInterrupt:
                raise typer.Exit(Exit.INTERRUPTED) from None


def read_stdin() -> str:
    """All of standard input. Raises `Unsendable` for what is not UTF-8."""
    try:
        return sys.stdin.buffer.read().decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Unsendable("Standard input is not UTF-8.") from None


def command(app: typer.Typer, name: str | None = None) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Register a function as a command of `app`, with the options that all commands share."""

    def register(function: Callable[..., None]) -> Callable[..., None]:
        def run(url: Url = None, user: As = None, time_zone: Zone = None, as_json: Json = False, **given: Any) -> None:
            Terminal(url, user, time_zone, as_json=as_json).run(function, given)

        own = list(inspect.signature(function).parameters.values())[1:]
        shared = [found for found in inspect.signature(run).parameters.values() if found.name != "given"]
        parameters = [found.replace(kind=inspect.Parameter.KEYWORD_ONLY) for found in (*own, *shared)]
        run.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]  # Typer reads it
        run.__annotations__ = {found.name: found.annotation for found in parameters}
        app.command(name or function.__name__, help=inspect.getdoc(function))(run)
        return function

    return register
