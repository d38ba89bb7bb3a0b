"""The chat page as a workspace serves it: scripts/chat_page.py builds it when the package is made, without a sign-in.

How to sign in goes into the JSON data block `sign-in-way`, and the origins that tokens come from into `connect-src`.
"""

import json
from dataclasses import dataclass
from functools import lru_cache
from typing import Final
from urllib.parse import urlsplit

from entrypoints.chat_page.static_files import static_file

_SIGN_IN: Final = 'id="sign-in-way">{}</script>'
_CONNECT: Final = "connect-src 'self'"


@dataclass(frozen=True)
class Page:
    """The document and its Content-Security-Policy."""

    html: str
    policy: str


@lru_cache(maxsize=1)
def page(sign_in: str) -> Page:
    """The page for a workspace where users sign in as the JSON `sign_in` says; "" where the page cannot sign in."""
    html, policy = static_file("chat_page.html"), static_file("chat_page.csp")
    before, after = html.split(_SIGN_IN.format("null"))
    # No text of the JSON can end the script element.
    data = (sign_in or "null").replace("<", r"\u003c")
    connect = " ".join([_CONNECT, *_token_origins(sign_in)])
    return Page(before + _SIGN_IN.format(data) + after, policy.replace(_CONNECT, connect))


def _token_origins(sign_in: str) -> list[str]:
    """Where the page fetches tokens, unless from its own origin."""
    way = json.loads(sign_in or "null") or {}
    urls = [urlsplit(way[name]) for name in ("url", "token_url") if name in way]
    return [f"{url.scheme}://{url.netloc}" for url in urls if url.netloc]
