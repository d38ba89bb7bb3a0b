"""Commands about the service and the login."""

import sys
import webbrowser
from getpass import getpass
from threading import Thread
from typing import Annotated

import httpx
import typer

from async_chat_client._client import ChatClient
from async_chat_client._runners import http_settings
from async_chat_client._terminal.command import RETRY_BUDGET, Terminal, command
from async_chat_client._terminal.connection import NotConnected
from async_chat_client._terminal.doctor import examine
from async_chat_client._terminal.exits import Exit
from async_chat_client._terminal.logins import Login
from async_chat_client._terminal.sign_in import revoke, sign_in

app = typer.Typer()

Service = Annotated[str, typer.Argument(metavar="URL", help="The service's base URL.")]


@command(app)
def login(
    terminal: Terminal,
    service: Service,
    sign_in_url: Annotated[str | None, typer.Option(help="The hosted sign-in: Terraform's output sign_in_url.")] = None,
    client_id: Annotated[str | None, typer.Option(help="Terraform's output user_pool_client_id.")] = None,
    port: Annotated[
        int, typer.Option(min=1, max=65535, help="The sign-in must allow http://localhost:PORT/callback.")
    ] = 8477,
) -> None:
    """Sign in and keep the token in a file that only you can read.

    With --sign-in-url and --client-id, sign in with your browser; the values of an earlier login are used again.
    Otherwise an access token is prompted for, or read from standard input.
    """
    url = service.rstrip("/")
    _require_service(url)
    if sign_in_url:
        _require_service(sign_in_url)
    known = terminal.logins.get(url)
    if known and not (sign_in_url or client_id):
        sign_in_url, client_id = known.sign_in_url, known.client_id
    if sign_in_url and client_id:
        found = sign_in(url, sign_in_url.rstrip("/"), client_id, port, lambda page: _open(terminal, page))
    else:
        found = Login(url, _typed_token())
    with ChatClient(found.url, found.access_token, retry_budget=RETRY_BUDGET) as client:
        next(client.chats(), None)  # raises for a token that does not work, before it is kept
    terminal.logins.keep(found)
    terminal.screen.note(f"Signed in at {url}; the token is in {terminal.logins.file}")


@command(app)
def logout(terminal: Terminal, service: Service) -> None:
    """Forget the login at a service, and end its session at the sign-in."""
    found = terminal.logins.get(service)
    if not found:
        raise NotConnected(f"Not signed in at {service}.")
    # Forgotten first: without the sign-in, nothing on this machine may stay signed in.
    terminal.logins.forget(service)
    if found.refresh_token:
        revoke(found)


@command(app)
def doctor(terminal: Terminal) -> None:
    """Check the endpoint, the clock, the token and the latency."""
    findings = []
    for finding in examine(terminal.connection()):
        findings.append(finding)
        if not terminal.screen.as_json:
            mark, style = ("✓", "") if finding.ok else ("✗", "red")
            terminal.screen.say(f"{mark} {finding.check:9} {finding.text}", style)
    if terminal.screen.as_json:
        terminal.screen.result({"findings": findings})
    if not all(finding.ok for finding in findings):
        raise typer.Exit(Exit.FAILED)


def _require_service(url: str) -> None:
    """Before the user signs in: a token is not asked for where it cannot be sent."""
    try:
        http_settings(url)
    except (ValueError, httpx.InvalidURL) as error:
        raise typer.BadParameter(str(error)) from None


def _typed_token() -> str:
    token = (getpass("Access token: ") if sys.stdin.isatty() else sys.stdin.readline()).strip()
    if not token:
        raise NotConnected("No token was given.")
    return token


def _open(terminal: Terminal, page: str) -> None:
    terminal.screen.note(f"If no browser opens, sign in here: {page}")
    # webbrowser.open may block until the browser closes; the callback server has to answer meanwhile.
    Thread(target=webbrowser.open, args=[page], daemon=True).start()
