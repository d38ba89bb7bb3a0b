"""Sign-in at a hosted page: OAuth 2.0 authorization code flow with PKCE, for clients without a secret."""

import base64
import hashlib
import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

import httpx

from async_chat_client._gate import made
from async_chat_client._runners import require_private
from async_chat_client._terminal.callback import wait_for_code
from async_chat_client._terminal.logins import Login

TIMEOUT = 30.0


class SignInFailed(Exception):
    """No token was issued. The text says why and quotes no secret."""


def sign_in(url: str, sign_in_url: str, client_id: str, port: int, show: Callable[[str], None]) -> Login:
    """Sign in with the user's browser. `show` receives the page's address. Raises `SignInFailed`."""
    redirect = f"http://localhost:{port}/callback"
    verifier, state = secrets.token_urlsafe(64), secrets.token_urlsafe(24)
    query = {
        "response_type": "code",
        "client_id": client_id,
        "redirect_uri": redirect,
        "state": state,
        "code_challenge": _challenge(verifier),
        "code_challenge_method": "S256",
    }
    try:
        code = wait_for_code(port, state, lambda: show(f"{sign_in_url}/oauth2/authorize?{urlencode(query)}"))
    except (OSError, ValueError) as error:
        raise SignInFailed(str(error)) from error
    login = Login(url, "", sign_in_url=sign_in_url, client_id=client_id)
    proof = {"grant_type": "authorization_code", "code": code, "redirect_uri": redirect, "code_verifier": verifier}
    return _with_tokens(login, proof)


def refreshed(login: Login) -> Login:
    """The login with a new access token. Raises `SignInFailed`."""
    assert login.refresh_token is not None
    return _with_tokens(login, {"grant_type": "refresh_token", "refresh_token": login.refresh_token})


def revoke(login: Login) -> None:
    """End the session at the sign-in: its refresh token, and the access tokens made by it. Raises `SignInFailed`.

    https://docs.aws.amazon.com/cognito/latest/developerguide/revocation-endpoint.html
    """
    try:
        form = {"token": login.refresh_token, "client_id": login.client_id or ""}
        _post(login, "/oauth2/revoke", form).raise_for_status()
    except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
        raise SignInFailed(
            f"The login is removed from this machine, but {login.sign_in_url} has not revoked it "
            f"({type(error).__name__}): it ends when its refresh token expires."
        ) from None


def _post(login: Login, path: str, form: Mapping[str, str | None]) -> httpx.Response:
    """Codes, verifiers and refresh tokens are sent encrypted only, also for a login that an older version has kept."""
    url = httpx.URL(f"{login.sign_in_url}{path}")
    require_private(url)
    with made(httpx.Client, timeout=TIMEOUT) as http:
        return http.post(url, data=dict(form))


def _with_tokens(login: Login, proof: dict[str, str]) -> Login:
    form = {**proof, "client_id": login.client_id or ""}
    try:
        answer = _post(login, "/oauth2/token", form)
        tokens: dict[str, Any] = answer.raise_for_status().json()
        return replace(
            login,
            access_token=str(tokens["access_token"]),
            # A refresh response has no new refresh token: the old one remains valid.
            refresh_token=tokens.get("refresh_token") or login.refresh_token,
            expires_at=time.time() + float(tokens["expires_in"]),
        )
    except (httpx.HTTPError, httpx.InvalidURL, ValueError, KeyError, TypeError) as error:
        again = f"sign in again with `async-chat login {login.url}`"
        raise SignInFailed(f"{login.sign_in_url} issued no token ({type(error).__name__}): {again}.") from None


def _challenge(verifier: str) -> str:
    digest = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
