"""The gate between the client and httpx: what goes out can be sent, and no text of another library comes back.

Such a text may quote what it was given, which may be the access token.
"""

import json
import os
import re
import socket
import ssl
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final, TypeVar

import httpx

from async_chat_client._sansio import Lost, Request
from async_chat_client.errors import Misconfigured, Unsendable

C = TypeVar("C")

#: The request was not sent.
_UNSENT: Final = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.ProxyError,
    httpx.UnsupportedProtocol,
)
#: What may be in a header's value: RFC 9110, without the bytes that it calls opaque.
_VISIBLE: Final = re.compile(r"[\x21-\x7e]+")
_VARIABLES: Final = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "SSL_CERT_FILE", "SSL_CERT_DIR")


def check(request: Request) -> None:
    """Raises `Unsendable` when a part of the request cannot be encoded."""
    try:
        json.dumps([request.body, request.path, dict(request.query)], ensure_ascii=False).encode()
    except UnicodeEncodeError:
        raise Unsendable(
            "The text cannot be sent: it holds halves of characters, or bytes that are not UTF-8."
        ) from None
    for name, value in request.headers.items():
        if not _VISIBLE.fullmatch(value):
            raise Unsendable(f"{name} must consist of visible ASCII characters.")


def authorization(token: str | None) -> dict[str, str]:
    """The header for the token, without white space around it. Raises `Unsendable`, which does not quote the token."""
    trimmed = (token or "").strip()
    if trimmed and not _VISIBLE.fullmatch(trimmed):
        raise Unsendable(
            "The access token holds characters that no token has. Is it whole, on one line, and without quotes?"
        )
    return {"Authorization": f"Bearer {trimmed}"} if trimmed else {}


def made(make: Callable[..., C], **settings: Any) -> C:
    """An httpx client. Raises `Misconfigured`, which names the variables of the environment that it reads."""
    try:
        return make(**settings)
    except (ImportError, OSError, ValueError, httpx.InvalidURL) as error:
        raise Misconfigured(_misconfigured(error, os.environ)) from None


def _misconfigured(error: Exception, environment: Mapping[str, str]) -> str:
    named = [name for name in environment if name.upper() in _VARIABLES]
    if isinstance(error, ImportError):
        named = [name for name in named if environment[name].startswith("socks")] or named
        return f"A SOCKS proxy needs the package `httpx[socks]`; see {_listed(named)}."
    if isinstance(error, OSError):
        named = [name for name in named if name.upper().startswith("SSL_")] or named
        return f"The certificates that {_listed(named)} names cannot be read."
    named = [name for name in named if name.upper().endswith("_PROXY")] or named
    return f"No proxy can be used with {_listed(named)} as it is set."


def _listed(names: list[str]) -> str:
    return " and ".join(names) or "the environment"


def lost(error: httpx.RequestError) -> Lost:
    """What came of a request without a response, in words of our own."""
    return Lost(f"{error.request.url.host}: {reason(error)}", sent=not isinstance(error, _UNSENT))


def reason(error: Exception) -> str:
    """Why there was no response."""
    for cause in _causes(error):
        for kind, words in _REASONS:
            if isinstance(cause, kind):
                return words
    return "the connection failed"


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    """The innermost error first: it knows best."""
    if error is not None:
        yield from _causes(error.__cause__ or error.__context__)
        yield error


#: The first class that matches decides.
_REASONS: Final[list[tuple[type[BaseException], str]]] = [
    (ssl.SSLCertVerificationError, "the certificate is not trusted (SSL_CERT_FILE names others)"),
    (ssl.SSLError, "no encrypted connection could be made"),
    (socket.gaierror, "the name is unknown"),
    (ConnectionRefusedError, "nothing answers at this address"),
    (httpx.ProxyError, "the proxy refused (see HTTPS_PROXY and ALL_PROXY)"),
    (httpx.ConnectTimeout, "no connection in time"),
    (httpx.TimeoutException, "no answer in time"),
    (httpx.ConnectError, "no connection could be made"),
    (httpx.RemoteProtocolError, "the connection was cut, or the answer is not HTTP"),
    (httpx.NetworkError, "the connection was cut"),
    (httpx.DecodingError, "the answer cannot be decoded"),
    (httpx.UnsupportedProtocol, "the address has no http or https"),
]
