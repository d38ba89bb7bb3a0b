"""The page's own function on one address, and a hosted sign-in that checks PKCE on another."""

from __future__ import annotations

import base64
import hashlib
import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qsl, urlencode, urlsplit

from entrypoints.settings import Settings
from tests.support.deployed import FakeContext, deploy, handler_of

TOKEN = "a.hosted.token"
REFRESH = "a-refresh-token"
CLIENT = "the-page"
JSON = {"Content-Type": "application/json"}


class HostedSignIn:
    """A deployed workspace on two local ports; the page may connect only to these."""

    def __init__(self, *, known: bool = True) -> None:
        self.tokens_given = 0
        #: Sign-outs that ended a session at the hosted sign-in.
        self.signed_out = 0
        #: Refresh tokens that nobody can use any more.
        self.revoked: set[str] = set()
        self.callers: set[str] = set()
        self.refuses = False
        self._challenges: dict[str, str] = {}
        self._issuer = serve(self._sign_in)
        self._service = serve(self._serve_page)
        self._page = handler_of("reads", deploy(settings=self._settings(known=known)))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for server in (self._issuer, self._service):
            server.shutdown()
            server.server_close()

    @property
    def page_url(self) -> str:
        return f"{address_of(self._service)}/"

    def _settings(self, *, known: bool) -> Settings:
        issuer = address_of(self._issuer)
        way = {
            "kind": "hosted",
            "authorize_url": f"{issuer}/oauth2/authorize",
            "token_url": f"{issuer}/oauth2/token",
            "client_id": CLIENT,
            "scope": "openid async-chat/chats.read",
        }
        sign_in = json.dumps(way) if known else ""
        return Settings(workspace="test", chats_table="chats", memories_table="memories", sign_in=sign_in)

    def _serve_page(self, request: BaseHTTPRequestHandler) -> None:
        path = urlsplit(request.path).path
        if path != "/":
            self.callers.add(request.headers["Authorization"])
            _answer(request, 200, JSON, '{"chats": [], "memories": [], "next": null}')
            return
        event = {"routeKey": "GET /", "rawPath": "/", "headers": {}, "requestContext": {"requestId": "r"}}
        reply = self._page(event, FakeContext())
        _answer(request, reply["statusCode"], reply["headers"], reply["body"])

    def _sign_in(self, request: BaseHTTPRequestHandler) -> None:
        asked = urlsplit(request.path)
        if asked.path == "/oauth2/authorize":
            self._authorize(request, dict(parse_qsl(asked.query)))
        elif asked.path == "/logout":
            self._log_out(request, dict(parse_qsl(asked.query)))
        else:
            length = int(request.headers["Content-Length"])
            form = dict(parse_qsl(request.rfile.read(length).decode()))
            (self._revoke if asked.path == "/oauth2/revoke" else self._give_token)(request, form)

    def _revoke(self, request: BaseHTTPRequestHandler, sent: dict[str, str]) -> None:
        """As Cognito for a client without a secret: no CORS headers are promised."""
        assert sent["client_id"] == CLIENT
        self.revoked.add(sent["token"])
        _answer(request, 200, {})

    def _authorize(self, request: BaseHTTPRequestHandler, asked: dict[str, str]) -> None:
        """Signs every user in at once, or refuses."""
        assert (asked["response_type"], asked["client_id"]) == ("code", CLIENT)
        assert (asked["redirect_uri"], asked["code_challenge_method"]) == (self.page_url, "S256")
        back = {"state": asked["state"]}
        if self.refuses:
            back |= {"error": "access_denied", "error_description": "Alice changed her mind"}
        else:
            code = f"code-{len(self._challenges)}"
            self._challenges[code] = asked["code_challenge"]
            back["code"] = code
        _answer(request, 302, {"Location": f"{asked['redirect_uri']}?{urlencode(back)}"})

    def _log_out(self, request: BaseHTTPRequestHandler, asked: dict[str, str]) -> None:
        """As Cognito: back to one of the client's sign-out URLs, which Terraform lists."""
        assert asked == {"client_id": CLIENT, "logout_uri": self.page_url}
        self.signed_out += 1
        _answer(request, 302, {"Location": asked["logout_uri"]})

    def _give_token(self, request: BaseHTTPRequestHandler, sent: dict[str, str]) -> None:
        """As Cognito: only for the verifier of the challenge, and once."""
        headers = {"Access-Control-Allow-Origin": "*", **JSON}
        if self._challenges.pop(sent["code"], None) == _challenge_of(sent["code_verifier"]):
            self.tokens_given += 1
            _answer(
                request, 200, headers, json.dumps({"access_token": TOKEN, "refresh_token": REFRESH, "expires_in": 3600})
            )
        else:
            _answer(request, 400, headers, '{"error": "invalid_grant"}')


def _challenge_of(verifier: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")


def serve(handle: Any) -> ThreadingHTTPServer:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            handle(self)

        def do_POST(self) -> None:
            handle(self)

        def log_message(self, format: str, *arguments: Any) -> None:  # noqa: A002  # http.server's name
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, daemon=True).start()
    return server


def address_of(server: ThreadingHTTPServer) -> str:
    return f"http://127.0.0.1:{server.server_port}"


def _answer(request: BaseHTTPRequestHandler, status: int, headers: dict[str, str], body: str = "") -> None:
    request.send_response(status)
    for name, value in {**headers, "Content-Length": str(len(body.encode()))}.items():
        request.send_header(name, value)
    request.end_headers()
    request.wfile.write(body.encode())
