"""The chat page that the package contains."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from scripts.chat_page import MARKDOWN_SCRIPTS, SCRIPTS, WEB, bundle

LARGEST = 77_000
MODULES = {name: (WEB / name).read_text("utf-8") for name in (*SCRIPTS, *MARKDOWN_SCRIPTS)}


def bundled(scripts: tuple[str, ...]) -> str:
    return bundle({name: MODULES[name] for name in scripts})


@pytest.fixture
def html(built_chat_page: Path) -> str:
    return (built_chat_page / "chat_page.html").read_text("utf-8")


def test_page_stays_under_77_kb(html: str, figure: Callable[[str], None]) -> None:
    client = len(bundle({name: source for name, source in MODULES.items() if "/" not in name}).encode())
    whole = len(html.encode())
    figure(f"chat page: {whole:,} bytes, {client:,} of them the JavaScript client")
    assert whole < LARGEST


def test_page_loads_nothing_from_elsewhere(html: str) -> None:
    markup = re.sub(r"<script.*?</script>", "", html, flags=re.DOTALL)
    assert re.findall(r'(?:src|href)="(?!#|data:)[^"]*"', markup) == []
    assert "@import" not in markup
    assert "url(" not in markup


def test_policy_allows_only_these_scripts_and_this_style(html: str, built_chat_page: Path) -> None:
    policy = (built_chat_page / "chat_page.csp").read_text("utf-8")
    rules = dict(rule.split(" ", 1) for rule in policy.split("; "))
    scripts = re.findall(r'<script type="(?:module|importmap)">(.*?)</script>', html, re.DOTALL)
    markdown = (built_chat_page / "markdown.mjs").read_text("utf-8")
    assert rules["script-src"] == " ".join(f"'sha256-{digest(content)}'" for content in [*scripts[::-1], markdown])
    (style,) = re.findall("<style>(.*?)</style>", html, re.DOTALL)
    assert rules["style-src"] == f"'sha256-{digest(style)}'"
    assert json.loads(scripts[0]) == {"integrity": {"./markdown.mjs": f"sha256-{digest(markdown)}"}}
    assert rules["default-src"] == "'none'"
    assert "unsafe" not in policy


def digest(content: str) -> str:
    return base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()


def test_every_script_of_the_client_and_the_page_is_bundled() -> None:
    written = {path.relative_to(WEB).as_posix() for path in (*WEB.glob("chat-*.js"), *WEB.glob("page/*.js"))}
    assert {*SCRIPTS, *MARKDOWN_SCRIPTS} == written


@pytest.mark.parametrize("scripts", [SCRIPTS, MARKDOWN_SCRIPTS])
def test_modules_come_after_what_they_import(scripts: tuple[str, ...]) -> None:
    for index, name in enumerate(scripts):
        for other in re.findall(r'^(?:import|export) .* from "(.*)";$', MODULES[name], re.MULTILINE):
            path = (WEB / name).parent.joinpath(other).resolve().relative_to(WEB).as_posix()
            assert path in scripts[:index] or other == "./markdown-it.mjs", f"{name} imports {other}"


@pytest.mark.parametrize("declaration", ["function clock() {}", "export const clock = 1;", "export class clock {}"])
def test_a_top_level_name_declared_twice_fails_the_build(declaration: str) -> None:
    with pytest.raises(SystemExit, match=r"^page/dom\.js and page/new\.js both declare `clock`"):
        bundle({"page/dom.js": MODULES["page/dom.js"], "page/new.js": declaration})


@pytest.mark.parametrize("scripts", [SCRIPTS, MARKDOWN_SCRIPTS])
def test_no_template_literal_spans_lines(scripts: tuple[str, ...]) -> None:
    """The bundle loses its indentation, so none may be inside a text."""
    assert [line for line in bundled(scripts).splitlines() if line.count("`") % 2] == []


@pytest.mark.parametrize("scripts", [SCRIPTS, MARKDOWN_SCRIPTS])
def test_bundle_has_no_imports_exports_or_comments(scripts: tuple[str, ...]) -> None:
    assert re.findall(r"^(?:import|export)\b.*|^\s*(?:/\*\*[^*]*\*/|//.*)$", bundled(scripts), re.MULTILINE) == []
