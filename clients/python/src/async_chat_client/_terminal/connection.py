"""Which service to call, and as which user."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

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
    """A service and the token for it. `origin` says where they were found."""

    url: str
    token: str | Callable[[], str]
    origin: str


def find_connection(
    url: str | None, user: str | None, environment: Mapping[str, str], folder: Path, logins: Logins
) -> Connection:
    """The service of `url` or ASYNC_CHAT_URL, else the local stack around `folder`, else the latest login.

    `user` names a demo user of the local stack. Arguments take precedence over the environment.
    """
    if user is None:
        url = url or environment.get("ASYNC_CHAT_URL")
    if url is None:
        user = user or environment.get("ASYNC_CHAT_USER")
    if url and user is None and (found := _signed_in(url, environment, logins)):
        return found
    stack = _local_stack(folder)
    if stack and url in {None, stack.api_url}:
        return _as_demo_user(stack, user)
    if user:
        raise NotConnected("--as names a demo user of the local stack, which is not running: `make up`.")
    if url:
        raise NotConnected(f"Not signed in at {url}: `async-chat login {url}`.")
    if login := logins.get(None):
        return _by(login, logins)
    raise NotConnected(HOW)


def _signed_in(url: str, environment: Mapping[str, str], logins: Logins) -> Connection | None:
    # The environment's token belongs to the environment's URL: it is not sent to another service.
    if token := environment.get("ASYNC_CHAT_TOKEN"):
        return Connection(url, token, "ASYNC_CHAT_TOKEN")
    login = logins.get(url)
    return _by(login, logins) if login else None


def _by(login: Login, logins: Logins) -> Connection:
    return Connection(login.url, lambda: _fresh(login, logins), f"the login in {logins.file}")


def _as_demo_user(stack: LocalStack, user: str | None) -> Connection:
    try:
        token = stack.token(user)
    except KeyError:
        names = " and ".join(stack.tokens)
        raise NotConnected(f"The local stack has no user {user}; it has {names}.") from None
    return Connection(stack.api_url, token, f"{user or next(iter(stack.tokens))} of the local stack ({stack.file})")


def _local_stack(folder: Path) -> LocalStack | None:
    try:
        return find_local_stack(folder)
    except ValueError as error:
        raise NotConnected(f"{error}: start the local stack again with `make up`.") from None


def _fresh(login: Login, logins: Logins) -> str:
    current = logins.get(login.url) or login
    if current.has_expired() and current.refresh_token:
        current = refreshed(current)
        logins.keep(current)
    return current.access_token
