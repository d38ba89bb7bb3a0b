"""The chat page: one document, put together from clients/web when it is first asked for.

One answer holds everything: a page of many files would start as many cold functions for its first visitor. It also
lets the policy name each script and style by its hash, so that nothing else can run: see docs/adr/.
"""

import base64
import hashlib
import json
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final
from urllib.parse import urlsplit

from entrypoints.chat_page.static_files import static_file

#: In the order of their imports: put together, they share one scope, and a name of one is a name of all.
SCRIPTS: Final = (
    *(f"chat-{name}.js" for name in ("errors", "pace", "http", "tabs", "watch", "turn", "client")),
    *(f"page/{name}.js" for name in ("dom", "sign-in", "markdown", "messages", "thinking")),
    *(f"page/{name}.js" for name in ("chat-list", "chat-room", "memory-room", "page")),
)

_BETWEEN_FILES: Final = re.compile(r'^(?:import|export) (?:\{[^}]*\}|\*) from "[^"]+";\n', re.MULTILINE)
_EXPORT: Final = re.compile(r"^export (?=(?:async )?(?:function|class|const)\b)", re.MULTILINE)
_COMMENT: Final = re.compile(r"^ *(?:/\*\*(?:(?!\*/).)*\*/|//[^\n]*)$", re.MULTILINE | re.DOTALL)
_INDENT: Final = re.compile(r"\n\s*")


@dataclass(frozen=True)
class Page:
    """The document, and what the browser is to let it do."""

    html: str
    policy: str


@lru_cache(maxsize=1)
def page(sign_in: str) -> Page:
    """The page for a workspace where one signs in as the JSON `sign_in` says; "" where the page cannot help with it."""
    style = _INDENT.sub("\n", static_file("web/page/page.css"))
    script = script_of(SCRIPTS)
    way = (sign_in or "null").replace("<", r"\u003c")
    html = static_file("web/page/index.html")
    for reference, content in (
        ('<link rel="stylesheet" href="page.css">', f"<style>{style}</style>"),
        ('<script type="module" src="page.js"></script>', f'<script type="module">{script}</script>'),
        ('id="sign-in-way">null</script>', f'id="sign-in-way">{way}</script>'),
    ):
        before, after = html.split(reference)
        html = before + content + after
    return Page(_INDENT.sub("\n", html), _policy(style, script, _token_origins(sign_in)))


def script_of(names: tuple[str, ...]) -> str:
    """The modules as one: without the imports and exports between them, comments and indentation."""
    text = "\n".join(static_file(f"web/{name}") for name in names)
    return _INDENT.sub("\n", _COMMENT.sub("", _EXPORT.sub("", _BETWEEN_FILES.sub("", text))))


def _policy(style: str, script: str, origins: list[str]) -> str:
    rules = {
        "default-src": ["'none'"],
        "script-src": [_hash(script)],
        "style-src": [_hash(style)],
        "connect-src": ["'self'", *origins],
        "img-src": ["data:"],
        "base-uri": ["'none'"],
        "form-action": ["'none'"],
        "frame-ancestors": ["'none'"],
        # No text becomes markup or code: the browser refuses it, whatever the page's scripts should try.
        "require-trusted-types-for": ["'script'"],
        "trusted-types": ["'none'"],
    }
    return "; ".join(f"{name} {' '.join(sources)}" for name, sources in rules.items())


def _hash(content: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()}'"


def _token_origins(sign_in: str) -> list[str]:
    """Where the page fetches tokens, if not from its own origin."""
    way = json.loads(sign_in or "null") or {}
    places = [urlsplit(way[name]) for name in ("url", "token_url") if name in way]
    return [f"{place.scheme}://{place.netloc}" for place in places if place.netloc]
