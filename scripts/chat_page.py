"""Build the chat page out of clients/web: one HTML document, and its Content-Security-Policy (docs/adr/0006).

The policy allows the page's scripts and style by their hashes, so nothing else can run. The code for Markdown is a file
of its own, which the page loads before the first answer (docs/adr/0021). How to sign in differs between workspaces:
src/entrypoints/chat_page/document.py fills it in at run time.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
import sys
from pathlib import Path
from typing import Final

PROJECT: Final = Path(__file__).resolve().parent.parent
WEB: Final = PROJECT / "clients" / "web"
#: As npm installs it (scripts/env): one module, ready to use.
PARSER: Final = PROJECT / ".local/web/node_modules/markdown-it/dist/browser/markdown-it.esm.min.mjs"
MARKDOWN: Final = "markdown.mjs"
#: In the order of their imports: the bundle is one scope.
SCRIPTS: Final = (
    *(f"chat-{name}.js" for name in ("errors", "pace", "http", "replies", "tabs", "watch", "turn", "client")),
    *(f"page/{name}.js" for name in ("plain-text", "sentences", "dom", "sign-in", "drafts", "sending")),
    *(f"page/{name}.js" for name in ("answers", "messages", "thinking", "choices")),
    *(f"page/{name}.js" for name in ("chat-list", "chat-room", "memory-room", "page")),
)
#: Of the file for Markdown, likewise.
MARKDOWN_SCRIPTS: Final = tuple(f"page/{name}.js" for name in ("plain-text", "dom", "markdown"))

_BETWEEN_FILES: Final = re.compile(r'^(?:import|export) (?:\{[^}]*\}|\*|\w+) from "[^"]+";\n', re.MULTILINE)
_EXPORT: Final = re.compile(r"^export (?=(?:async )?(?:function|class|const)\b)", re.MULTILINE)
_COMMENT: Final = re.compile(r"^ *(?:/\*\*(?:(?!\*/).)*\*/|//[^\n]*)$", re.MULTILINE | re.DOTALL)
_DEFAULT_EXPORT: Final = re.compile(r"^export \{ (\S+) as default \};$", re.MULTILINE)
#: Within a line: for the checker of types.
_CAST: Final = re.compile(r"/\*\* @(?:type|param) (?:(?!\*/).)*\*/ ?")
_STYLE_COMMENT: Final = re.compile(r"^/\*.*?\*/$", re.MULTILINE)
#: Space that separates nothing. Before a colon it does: between an element and a class of its descendants.
_STYLE_SPACE: Final = re.compile(r"(?<=[:;,{}])\s+|\s+(?=[{}])|;\s*(?=\})")
_INDENT: Final = re.compile(r"\n\s*")
_DECLARATION: Final = re.compile(r"^(?:export )?(?:async )?(?:function\*?|class|const|let|var) (\w+)", re.MULTILINE)


def write(folder: Path) -> None:
    """Write `chat_page.html`, `chat_page.csp` and `markdown.mjs` into the folder."""
    markdown = _markdown()
    # The browser takes the file by its hash only, as the policy asks of an import.
    imports = json.dumps({"integrity": {f"./{MARKDOWN}": f"sha256-{_digest(markdown)}"}}, separators=(",", ":"))
    style = _STYLE_SPACE.sub("", _STYLE_COMMENT.sub("", _read("page/page.css"))).strip()
    script = bundle({name: _read(name) for name in SCRIPTS})
    html = _read("page/index.html")
    for reference, content in (
        ('<link rel="stylesheet" href="page.css">', f"<style>{style}</style>"),
        (
            '<script type="module" src="page.js"></script>',
            f'<script type="importmap">{imports}</script><script type="module">{script}</script>',
        ),
    ):
        before, after = html.split(reference)
        html = before + content + after
    (folder / "chat_page.html").write_text(_INDENT.sub("\n", html), encoding="utf-8", newline="\n")
    (folder / "chat_page.csp").write_text(_policy([style], [script, imports, markdown]), encoding="utf-8", newline="\n")
    (folder / MARKDOWN).write_text(markdown, encoding="utf-8", newline="\n")


def _markdown() -> str:
    """The parser in a scope of its own, and what makes elements of its tokens."""
    if not PARSER.is_file():
        print(
            "The chat page has no Markdown parser, and shows answers as text: npm brings it (make env).",
            file=sys.stderr,
        )
        return "export {};\n"
    body = _DEFAULT_EXPORT.sub(r"return \1;", PARSER.read_text(encoding="utf-8"))
    ours = bundle({name: _read(name) for name in MARKDOWN_SCRIPTS})
    return f"const makeParser = (() => {{\n{body}\n}})();\n{ours}\nexport {{ markdown, pasted }};\n"


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
    return _INDENT.sub("\n", _CAST.sub("", _COMMENT.sub("", _EXPORT.sub("", _BETWEEN_FILES.sub("", text))))).replace(
        "{\n", "{"
    )


def _read(name: str) -> str:
    return (WEB / name).read_text(encoding="utf-8")


def _policy(styles: list[str], scripts: list[str]) -> str:
    rules = {
        "default-src": "'none'",
        "script-src": _hashes(scripts),
        "style-src": _hashes(styles),
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


def _hashes(contents: list[str]) -> str:
    return " ".join(f"'sha256-{_digest(content)}'" for content in contents)


def _digest(content: str) -> str:
    return base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()


if __name__ == "__main__":
    write(Path(sys.argv[1]))
