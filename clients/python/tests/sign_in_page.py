"""A hosted sign-in on a real socket: OAuth's two endpoints as Cognito implements them."""

import base64
import hashlib
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

CLIENT_ID = "app-client"


class SignInPage:
    """Signs every browser in as `user` at once. `calls` are the token requests, `revoked` those that end a session."""

    def __init__(self) -> None:
        self.url = ""
        self.user = "alice"
        self.refuses = False
        self.expires_in = 3600
        self.state: str | None = None
        self.calls: list[dict[str, str]] = []
        self.revoked: list[dict[str, str]] = []
        self.revokes = True
        self._challenges: dict[str, str] = {}

    def authorize(self, query: dict[str, str]) -> str:
        """The redirect of the browser."""
        assert (query["response_type"], query["client_id"]) == ("code", CLIENT_ID)
        assert query["code_challenge_method"] == "S256"
        state = self.state or query["state"]
        if self.refuses:
            refusal = {"error": "access_denied", "error_description": "The user said no", "state": state}
            return f"{query['redirect_uri']}?{urlencode(refusal)}"
        code = f"code-{len(self._challenges)}"
        self._challenges[code] = query["code_challenge"]
        return f"{query['redirect_uri']}?{urlencode({'code': code, 'state': state})}"

    def tokens(self, form: dict[str, str]) -> dict[str, Any] | None:
        """The tokens for a code or a refresh token; None for an invalid one."""
        self.calls.append(form)
        token = {"access_token": self.user, "expires_in": self.expires_in, "token_type": "Bearer"}
        if form["grant_type"] == "refresh_token":
            return token if form["refresh_token"] == "refresh-1" else None
        challenge = base64.urlsafe_b64encode(hashlib.sha256(form["code_verifier"].encode()).digest()).rstrip(b"=")
        proven = self._challenges.pop(form["code"], None) == challenge.decode()
        return {**token, "refresh_token": "refresh-1"} if proven else None


@contextmanager
def hosted() -> Iterator[SignInPage]:
    """A sign-in page on a free port."""
    page = SignInPage()

    class Handler(_Handler):
        sign_in = page

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        page.url = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield page
        finally:
            server.shutdown()
            thread.join()


class _Handler(BaseHTTPRequestHandler):
    sign_in: SignInPage

    def do_GET(self) -> None:
        address = urlsplit(self.path)
        assert address.path == "/oauth2/authorize"
        self.send_response(302)
        self.send_header("Location", self.sign_in.authorize(_flat(address.query)))
        self.end_headers()

    def do_POST(self) -> None:
        form = _flat(self.rfile.read(int(self.headers["Content-Length"])).decode())
        if self.path == "/oauth2/revoke":
            self.sign_in.revoked.append(form)
            self.send_response(200 if self.sign_in.revokes else 400)
            self.end_headers()
            return
        assert self.path == "/oauth2/token"
        tokens = self.sign_in.tokens(form)
        self.send_response(200 if tokens else 400)
        self.end_headers()
        self.wfile.write(json.dumps(tokens or {"error": "invalid_grant"}).encode())

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # named so by http.server
        """No log."""


def _flat(query: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(query).items()}
