"""Which service to call, and as which user."""

import base64
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from async_chat_client._local_stack import LocalStack, find_local_stack
from async_chat_client._terminal.logins import Login, Logins
from async_chat_client._terminal.sign_in import refreshed

HOW = (
    "No service. Start the local stack (`make up`) and run this in its project, "
    "sign in with `async-chat login URL`, or set ASYNC_CHAT_URL and ASYNC_CHAT_TOKEN."
)


class NotConnected(Exception):
    """No service or no user is known; the text says what to do."""


@dataclass(frozen=True)
class Connection:
    """A service and the token for it. `origin` says where they were found.

    `instead_of` is another service that the user has named or signed in at, when the folder decided against it.
    """

    url: str
    token: str | Callable[[], str]
    origin: str
    instead_of: str | None = None

    def user_id(self) -> str:
        """Who the token says the user is; the token itself, if it does not say. Raises as signing in does."""
        token = self.token() if callable(self.token) else self.token
        return str(claims(token).get("sub", token))


def claims(token: str) -> dict[str, Any]:
    """What a JWT says; nothing for a token that is none."""
    try:
        payload = token.split(".")[1]
        found = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    except (ValueError, LookupError):
        return {}
    return found if isinstance(found, dict) else {}


def find_connection(
    url: str | None,
    user: str | None,
    environment: Mapping[str, str],
    folder: Path,
    logins: Logins,
    warn: Callable[[str], None],
) -> Connection:
    """The service of `url` or ASYNC_CHAT_URL, else the local stack around `folder`, else the latest login.

    `user` names a demo user of the local stack. Arguments take precedence over the environment. `warn` hears, in a
    line, that a file which describes a local stack was found and is not used. Raises `NotConnected`.
    """
    named = environment.get("ASYNC_CHAT_URL")
    if user is None:
        url = url or named
    if url is None:
        user = user or environment.get("ASYNC_CHAT_USER")
    if url and user is None and (found := _signed_in(url, environment, logins)):
        return found
    latest = None if url or user else logins.get(None)
    try:
        stack = find_local_stack(folder)
    except ValueError as error:
        if latest is None:
            raise NotConnected(f"{error}: start the local stack again with `make up`.") from None
        warn(f"{error}; using {latest.url}.")
        stack = None
    if stack and (url is None or _same(url, stack.api_url)):
        other = latest.url if latest else named
        return _as_demo_user(stack, user, None if other and _same(other, stack.api_url) else other)
    if user:
        raise NotConnected("--as names a demo user of the local stack, which is not running: `make up`.")
    if url:
        raise NotConnected(f"Not signed in at {url}: `async-chat login {url}`.")
    if latest:
        return _by(latest, logins)
    raise NotConnected(HOW)


def _same(url: str, other: str) -> bool:
    return url.rstrip("/") == other.rstrip("/")


def _signed_in(url: str, environment: Mapping[str, str], logins: Logins) -> Connection | None:
    # The environment's token belongs to the environment's URL: it is not sent to another service.
    token, named = environment.get("ASYNC_CHAT_TOKEN"), environment.get("ASYNC_CHAT_URL")
    if token and named and _same(url, named):
        return Connection(url, token, "ASYNC_CHAT_TOKEN")
    login = logins.get(url)
    return _by(login, logins) if login else None


def _by(login: Login, logins: Logins) -> Connection:
    return Connection(login.url, lambda: _fresh(login, logins), f"the login in {logins.file}")


def _as_demo_user(stack: LocalStack, user: str | None, instead_of: str | None) -> Connection:
    try:
        token = stack.token(user)
    except KeyError:
        names = " and ".join(stack.tokens)
        raise NotConnected(f"The local stack has no user {user}; it has {names}.") from None
    origin = f"{user or next(iter(stack.tokens))} of the local stack ({stack.file})"
    return Connection(stack.api_url, token, origin, instead_of)


def _fresh(login: Login, logins: Logins) -> str:
    current = logins.get(login.url) or login
    if current.has_expired() and current.refresh_token:
        current = refreshed(current)
        logins.keep(current)
    return current.access_token
