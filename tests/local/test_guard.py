"""What the guard of the embedded AWS lets through: a started emulator, and the rule itself over any request."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, MutableMapping
from http.client import HTTPConnection
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local import emulator
from local.emulator import Emulator
from local.guard import REFUSAL, Guard
from local.home import Home
from tests.local.test_emulator import create_table, tables

ALLOWED_ORIGIN: Final = "http://localhost:5173"
PAGE: Final = "/_aws/execute-api/abc123/"
#: A path of the emulator that changes state without a key, and one that only reads.
RESET: Final = "/_ministack/reset"
HEALTH: Final = "/_ministack/health"
NAVIGATES: Final = {"Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}

Headers = dict[str, str]


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulator]:
    home = Home(tmp_path_factory.mktemp("guarded") / "home")
    started = emulator.start(home, emulator.choose_port(home, 0), origins=[ALLOWED_ORIGIN])
    try:
        create_table(started)
        yield started
    finally:
        emulator.stop(home)


def is_refused(running: Emulator, method: str, path: str, headers: Headers) -> bool:
    """Whether the guard answers. `PORT` in a header stands for the emulator's port."""
    connection = HTTPConnection("127.0.0.1", running.port, timeout=20)
    connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
    for name, value in {"Host": "127.0.0.1:PORT", "Content-Length": "0", **headers}.items():
        if value:
            connection.putheader(name, value.replace("PORT", str(running.port)))
    connection.endheaders()
    try:
        answer = connection.getresponse()
        # The emulator too has 403s, for example for an API that it does not know.
        return answer.status == 403 and (answer.read() == REFUSAL or "Upgrade" in headers)
    finally:
        connection.close()


REFUSED: Final[dict[str, tuple[str, str, Headers]]] = {
    "a page of another site": ("GET", HEALTH, {"Origin": "https://evil.example"}),
    "a page of another port": ("GET", HEALTH, {"Origin": "http://127.0.0.1:1"}),
    "a page of this port by another name": ("GET", HEALTH, {"Origin": "http://localhost:PORT"}),
    "a page of this port over https": ("GET", HEALTH, {"Origin": "https://127.0.0.1:PORT"}),
    "a sandboxed page": ("GET", HEALTH, {"Origin": "null"}),
    "an origin that begins like ours": ("GET", HEALTH, {"Origin": "http://127.0.0.1:PORT.evil.example"}),
    "a preflight": ("OPTIONS", "/", {"Origin": "https://evil.example", "Access-Control-Request-Method": "POST"}),
    "a form": ("POST", RESET, {"Origin": "https://evil.example", "Sec-Fetch-Mode": "navigate"}),
    "a reset without a preflight": ("POST", RESET, {"Origin": "null", "Sec-Fetch-Site": "cross-site"}),
    "an image of another site": ("GET", HEALTH, {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors"}),
    "an image of another port": ("GET", HEALTH, {"Sec-Fetch-Site": "same-site", "Sec-Fetch-Mode": "no-cors"}),
    "a value of tomorrow": ("GET", HEALTH, {"Sec-Fetch-Site": "same-party"}),
    "a link to something else than the page": ("GET", HEALTH, {"Sec-Fetch-Site": "cross-site", **NAVIGATES}),
    "a link that calls AWS": ("GET", "/?Action=ListTopics", {"Sec-Fetch-Site": "cross-site", **NAVIGATES}),
    "the page in a frame": (
        "GET", PAGE, {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "iframe"},
    ),
    "a form posted to the page": ("POST", PAGE, {"Sec-Fetch-Site": "cross-site", **NAVIGATES}),
    "a name that resolves to this machine": ("GET", HEALTH, {"Host": "evil.example:PORT"}),
    "a rebound page": ("GET", HEALTH, {"Host": "evil.example:PORT", "Sec-Fetch-Site": "same-origin"}),
    "a rebound page that asks": (
        "POST", RESET, {"Host": "evil.example:PORT", "Origin": "http://evil.example:PORT", "Sec-Fetch-Site": "same-origin"},
    ),
    "a name that ends like ours": ("GET", HEALTH, {"Host": "evillocalhost:PORT"}),
    "a name that begins like ours": ("GET", HEALTH, {"Host": "127.0.0.1.evil.example:PORT"}),
    "a user in the name": ("GET", HEALTH, {"Host": "127.0.0.1@evil.example"}),
    "the allowed origin beyond the API": ("POST", RESET, {"Origin": ALLOWED_ORIGIN, "Sec-Fetch-Site": "cross-site"}),
    "the allowed origin at the API of another name": ("GET", PAGE, {"Origin": ALLOWED_ORIGIN, "Host": "evil.example"}),
}  # fmt: skip

PASSED: Final[dict[str, tuple[str, str, Headers]]] = {
    "a program": ("GET", HEALTH, {}),
    "a program by name": ("GET", HEALTH, {"Host": "localhost:PORT"}),
    "a program by the API's name": ("GET", "/", {"Host": "abc123.execute-api.localhost:PORT"}),
    "a program by a name in capitals": ("GET", HEALTH, {"Host": "LOCALHOST:PORT"}),
    "an address that a person typed": ("GET", PAGE, {"Sec-Fetch-Site": "none", **NAVIGATES}),
    "a link to the page": ("GET", PAGE, {"Sec-Fetch-Site": "cross-site", **NAVIGATES}),
    "the way back from a sign-in": ("GET", f"{PAGE}?code=c&state=s", {"Sec-Fetch-Site": "cross-site", **NAVIGATES}),
    "a link to the page by the API's name": (
        "GET", "/", {"Sec-Fetch-Site": "cross-site", "Host": "abc123.execute-api.localhost:PORT", **NAVIGATES},
    ),
    "the page's own call": ("GET", HEALTH, {"Origin": "http://127.0.0.1:PORT", "Sec-Fetch-Site": "same-origin"}),
    "the page's own call by name": (
        "GET", HEALTH, {"Host": "localhost:PORT", "Origin": "http://localhost:PORT", "Sec-Fetch-Site": "same-origin"},
    ),
    "the allowed origin at the API": ("GET", f"{PAGE}health", {"Origin": ALLOWED_ORIGIN, "Sec-Fetch-Site": "cross-site"}),
    "the allowed origin's preflight": (
        "OPTIONS", f"{PAGE}chats", {"Origin": ALLOWED_ORIGIN, "Access-Control-Request-Method": "GET"},
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_requests_of_other_origins_and_names_are_refused(running: Emulator, name: str) -> None:
    assert is_refused(running, *REFUSED[name])
    assert tables(running).list_tables()["TableNames"] == ["kept"], "and nothing has happened"


@pytest.mark.parametrize("name", PASSED)
def test_requests_of_programs_and_of_the_own_page_are_answered(running: Emulator, name: str) -> None:
    assert not is_refused(running, *PASSED[name])


def test_a_socket_of_another_origin_is_refused(running: Emulator) -> None:
    handshake = {
        "Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
    }  # fmt: skip
    assert is_refused(running, "GET", f"{PAGE}socket", {**handshake, "Origin": "https://evil.example"})


# ---- the rule, over any header

OWN_HOSTS: Final = ("127.0.0.1", "localhost", "api.execute-api.localhost")
SITES: Final = (None, "none", "same-origin", "same-site", "cross-site")


def allows(method: str, path: str, headers: list[tuple[str, str]], kind: str = "http") -> bool:
    raw = [(name.encode(), value.encode("latin-1", "replace")) for name, value in headers]
    return Guard(_unreached).allows({"type": kind, "method": method, "path": path, "headers": raw})


async def _unreached(*_: object) -> None:
    raise AssertionError


ANY_HOST: Final = st.one_of(st.sampled_from(OWN_HOSTS), st.text(max_size=20), st.from_regex(r"\A[a-z.:@0-9-]{1,20}\Z"))


@given(
    method=st.sampled_from(["GET", "POST", "OPTIONS", "DELETE", "HEAD"]),
    host=ANY_HOST,
    origin=st.one_of(st.none(), st.just("null"), st.text(max_size=20), ANY_HOST.map("http://{}".format)),
    site=st.sampled_from(SITES),
    path=st.sampled_from([HEALTH, RESET, "/", f"{PAGE}chats"]),
)
def test_only_own_names_and_the_own_origin_pass(
    method: str, host: str, origin: str | None, site: str | None, path: str
) -> None:
    headers = [("host", host)]
    headers += [("origin", origin)] if origin is not None else []
    headers += [("sec-fetch-site", site)] if site else []
    if allows(method, path, headers):
        name = host.lower().partition(":")[0]
        assert name == "127.0.0.1" or name.split(".")[-1] == "localhost"
        assert origin is None or origin.lower() == f"http://{host.lower()}"
        assert site in {None, "none", "same-origin"}


@pytest.mark.parametrize("headers", [[], [("host", "localhost"), ("host", "localhost")]])
def test_a_request_without_one_host_is_refused(headers: list[tuple[str, str]]) -> None:
    assert not allows("GET", HEALTH, headers)


def test_a_second_origin_does_not_hide_behind_the_own_one() -> None:
    own = [("host", "localhost:1"), ("origin", "http://localhost:1")]
    assert allows("GET", HEALTH, own)
    assert not allows("GET", HEALTH, [*own, ("origin", "https://evil.example")])


def test_a_refusal_grants_no_origin_anything() -> None:
    sent: list[MutableMapping[str, Any]] = []

    async def send(message: MutableMapping[str, Any]) -> None:
        sent.append(message)

    scope = {"type": "http", "method": "OPTIONS", "path": "/", "headers": [(b"host", b"evil.example")]}
    asyncio.run(Guard(_unreached)(scope, _unreached, send))  # type: ignore[arg-type]  # never received from
    assert sent[0]["status"] == 403
    assert [name for name, _ in sent[0]["headers"]] == [b"content-type", b"content-length"]
