"""The document that GET / serves."""

from __future__ import annotations

import base64
import hashlib
import re
import subprocess
import sys
from collections.abc import Callable
from http import HTTPStatus
from pathlib import Path

import pytest

from entrypoints.chat_page.document import SCRIPTS, page, script_of
from tests.support.service import Service

WEB = Path(__file__).resolve().parents[4] / "clients" / "web"
LARGEST = 60_000
HOSTED = '{"kind": "hosted", "token_url": "https://sign-in.example/oauth2/token"}'


def rules(policy: str) -> dict[str, str]:
    return dict(rule.split(" ", 1) for rule in policy.split("; "))


def test_page_and_client_together_stay_under_60_kb(figure: Callable[[str], None]) -> None:
    client = len(script_of(tuple(name for name in SCRIPTS if "/" not in name)).encode())
    whole = len(page("").html.encode())
    figure(f"chat page: {whole:,} bytes, {client:,} of them the JavaScript client")
    assert whole < LARGEST


@pytest.mark.parametrize("route", ["GET /", "GET /openapi.json"])
def test_public_files_need_no_token_and_are_sent_once(service: Service, route: str) -> None:
    first = service.gateway.call(route, user="")
    assert first.status == HTTPStatus.OK
    assert first.headers["Cache-Control"] == "no-cache"
    assert first.headers["X-Content-Type-Options"] == "nosniff"
    again = service.gateway.call(route, user="", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status, again.text) == (HTTPStatus.NOT_MODIFIED, None)


def test_the_page_comes_with_its_policy(service: Service) -> None:
    answer = service.gateway.call("GET /", user="")
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    assert answer.headers["Content-Security-Policy"] == page("").policy
    assert answer.text == page("").html


def test_the_document_is_the_committed_one(service: Service) -> None:
    answer = service.gateway.call("GET /openapi.json", user="")
    assert answer.text == (WEB.parents[1] / "openapi.json").read_text("utf-8")


def test_a_poll_does_not_pay_for_the_page() -> None:
    program = "import sys, entrypoints.reads; sys.exit('entrypoints.chat_page.document' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], cwd=WEB.parents[1] / "src", check=False).returncode == 0


def test_nothing_is_loaded_from_elsewhere() -> None:
    markup = re.sub(r"<script.*?</script>", "", page("").html, flags=re.DOTALL)
    assert re.findall(r'(?:src|href)="(?!#|data:)[^"]*"', markup) == []
    assert "@import" not in markup
    assert "url(" not in markup


def test_the_policy_allows_this_script_and_this_style_alone() -> None:
    shown = page("")
    for element, rule in (('script type="module"', "script-src"), ("style", "style-src")):
        (content,) = re.findall(f"<{element}>(.*?)</{element.split()[0]}>", shown.html, re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()
        assert rules(shown.policy)[rule] == f"'sha256-{digest}'"
    assert rules(shown.policy)["default-src"] == "'none'"
    assert "unsafe" not in shown.policy


def test_the_page_talks_to_its_own_origin_and_to_the_sign_in() -> None:
    assert rules(page("").policy)["connect-src"] == "'self'"
    assert rules(page('{"kind": "password", "url": "/"}').policy)["connect-src"] == "'self'"
    assert rules(page(HOSTED).policy)["connect-src"] == "'self' https://sign-in.example"


def test_the_way_to_sign_in_cannot_break_out_of_its_element() -> None:
    html = page('{"kind": "</script><script>alert(1)</script>"}').html
    assert "alert(1)</script>" not in html


def test_every_script_of_the_page_is_served_and_nothing_else() -> None:
    written = {path.relative_to(WEB).as_posix() for path in (*WEB.glob("*.js"), *WEB.glob("page/*.js"))}
    assert set(SCRIPTS) == written


def test_modules_come_after_what_they_import() -> None:
    for place, name in enumerate(SCRIPTS):
        imported = re.findall(r'^(?:import|export) .* from "(.*)";$', (WEB / name).read_text("utf-8"), re.MULTILINE)
        for other in imported:
            path = (WEB / name).parent.joinpath(other).resolve().relative_to(WEB).as_posix()
            assert path in SCRIPTS[:place], f"{name} imports {other}"


def test_no_name_is_taken_twice_when_the_modules_share_a_scope() -> None:
    sources = "".join((WEB / name).read_text("utf-8") for name in SCRIPTS)
    declaration = r"^(?:export )?(?:async )?(?:function\*?|class|const|let) (\w+)"
    names = re.findall(declaration, sources, re.MULTILINE)
    assert len(names) > len(SCRIPTS)
    assert sorted(name for name in set(names) if names.count(name) > 1) == []


def test_no_text_runs_over_lines() -> None:
    """Served lines lose their indentation, which must never be part of a text."""
    assert [line for line in script_of(SCRIPTS).splitlines() if line.count("`") % 2] == []


def test_served_scripts_hold_no_imports_exports_or_comments() -> None:
    assert re.findall(r"^(?:import|export)\b.*|^\s*(?:/\*\*[^*]*\*/|//.*)$", script_of(SCRIPTS), re.MULTILINE) == []
