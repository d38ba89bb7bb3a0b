"""Build the chat page out of clients/web: one HTML document, and its Content-Security-Policy (docs/adr/0006).

The policy allows the page's script and style by their hashes, so nothing else can run. How to sign in differs between
workspaces: src/entrypoints/chat_page/document.py fills it in at run time.
"""

from __future__ import annotations

import base64
import hashlib
import re
import sys
from pathlib import Path
from typing import Final

WEB: Final = Path(__file__).resolve().parent.parent / "clients" / "web"
#: In the order of their imports: the bundle is one scope.
SCRIPTS: Final = (
    *(f"chat-{name}.js" for name in ("errors", "pace", "http", "replies", "tabs", "watch", "turn", "client")),
    *(f"page/{name}.js" for name in ("plain-text", "dom", "sign-in", "drafts", "markdown", "messages", "thinking")),
    *(f"page/{name}.js" for name in ("chat-list", "chat-room", "memory-room", "page")),
)

_BETWEEN_FILES: Final = re.compile(r'^(?:import|export) (?:\{[^}]*\}|\*) from "[^"]+";\n', re.MULTILINE)
_EXPORT: Final = re.compile(r"^export (?=(?:async )?(?:function|class|const)\b)", re.MULTILINE)
_COMMENT: Final = re.compile(r"^ *(?:/\*\*(?:(?!\*/).)*\*/|//[^\n]*)$", re.MULTILINE | re.DOTALL)
_INDENT: Final = re.compile(r"\n\s*")
_DECLARATION: Final = re.compile(r"^(?:export )?(?:async )?(?:function\*?|class|const|let|var) (\w+)", re.MULTILINE)


def write(folder: Path) -> None:
    """Write `chat_page.html` and `chat_page.csp` into the folder."""
    style = _INDENT.sub("\n", _read("page/page.css"))
    script = bundle({name: _read(name) for name in SCRIPTS})
    html = _read("page/index.html")
    for reference, content in (
        ('<link rel="stylesheet" href="page.css">', f"<style>{style}</style>"),
        ('<script type="module" src="page.js"></script>', f'<script type="module">{script}</script>'),
    ):
        before, after = html.split(reference)
        html = before + content + after
    (folder / "chat_page.html").write_text(_INDENT.sub("\n", html), encoding="utf-8", newline="\n")
    (folder / "chat_page.csp").write_text(_policy(style, script), encoding="utf-8", newline="\n")


def bundle(modules: dict[str, str]) -> str:
    """The modules as one, without the imports and exports between them, comments and indentation.

    Exits with a message when two modules declare the same name, since the bundle is one scope.
    """
    declared: dict[str, str] = {}
    for file, source in modules.items():
        for name in _DECLARATION.findall(source):
            if name in declared:
                sys.exit(f"{declared[name]} and {file} both declare `{name}`: rename one, the bundle is one scope.")
            declared[name] = file
    text = "\n".join(modules.values())
    return _INDENT.sub("\n", _COMMENT.sub("", _EXPORT.sub("", _BETWEEN_FILES.sub("", text))))


def _read(name: str) -> str:
    return (WEB / name).read_text(encoding="utf-8")


def _policy(style: str, script: str) -> str:
    rules = {
        "default-src": "'none'",
        "script-src": _hash(script),
        "style-src": _hash(style),
        "connect-src": "'self'",
        "img-src": "data:",
        "base-uri": "'none'",
        "form-action": "'none'",
        "frame-ancestors": "'none'",
        # Trusted Types: the browser refuses to turn text into markup or code.
        "require-trusted-types-for": "'script'",
        "trusted-types": "'none'",
    }
    return "; ".join(f"{name} {source}" for name, source in rules.items())


def _hash(content: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()}'"


if __name__ == "__main__":
    write(Path(sys.argv[1]))
