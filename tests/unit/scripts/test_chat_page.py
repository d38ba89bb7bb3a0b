"""The chat page that the package contains."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from scripts.chat_page import SCRIPTS, WEB, bundle

LARGEST = 72_000
MODULES = {name: (WEB / name).read_text("utf-8") for name in SCRIPTS}


@pytest.fixture
def html(built_chat_page: Path) -> str:
    return (built_chat_page / "chat_page.html").read_text("utf-8")


def test_page_stays_under_72_kb(html: str, figure: Callable[[str], None]) -> None:
    client = len(bundle({name: source for name, source in MODULES.items() if "/" not in name}).encode())
    whole = len(html.encode())
    figure(f"chat page: {whole:,} bytes, {client:,} of them the JavaScript client")
    assert whole < LARGEST


def test_page_loads_nothing_from_elsewhere(html: str) -> None:
    markup = re.sub(r"<script.*?</script>", "", html, flags=re.DOTALL)
    assert re.findall(r'(?:src|href)="(?!#|data:)[^"]*"', markup) == []
    assert "@import" not in markup
    assert "url(" not in markup


def test_policy_allows_only_this_script_and_this_style(html: str, built_chat_page: Path) -> None:
    policy = (built_chat_page / "chat_page.csp").read_text("utf-8")
    rules = dict(rule.split(" ", 1) for rule in policy.split("; "))
    for element, rule in (('script type="module"', "script-src"), ("style", "style-src")):
        (content,) = re.findall(f"<{element}>(.*?)</{element.split()[0]}>", html, re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()
        assert rules[rule] == f"'sha256-{digest}'"
    assert rules["default-src"] == "'none'"
    assert "unsafe" not in policy


def test_every_script_of_the_client_and_the_page_is_bundled() -> None:
    written = {path.relative_to(WEB).as_posix() for path in (*WEB.glob("*.js"), *WEB.glob("page/*.js"))}
    assert set(SCRIPTS) == written


def test_modules_come_after_what_they_import() -> None:
    for index, name in enumerate(SCRIPTS):
        for other in re.findall(r'^(?:import|export) .* from "(.*)";$', MODULES[name], re.MULTILINE):
            path = (WEB / name).parent.joinpath(other).resolve().relative_to(WEB).as_posix()
            assert path in SCRIPTS[:index], f"{name} imports {other}"


@pytest.mark.parametrize("declaration", ["function clock() {}", "export const clock = 1;", "export class clock {}"])
def test_a_top_level_name_declared_twice_fails_the_build(declaration: str) -> None:
    with pytest.raises(SystemExit, match=r"^page/dom\.js and page/new\.js both declare `clock`"):
        bundle({**MODULES, "page/new.js": declaration})


def test_no_template_literal_spans_lines() -> None:
    """The bundle loses its indentation, so none may be inside a text."""
    assert [line for line in bundle(MODULES).splitlines() if line.count("`") % 2] == []


def test_bundle_has_no_imports_exports_or_comments() -> None:
    assert re.findall(r"^(?:import|export)\b.*|^\s*(?:/\*\*[^*]*\*/|//.*)$", bundle(MODULES), re.MULTILINE) == []
