"""The chat page and the OpenAPI document as the reads function serves them."""

from __future__ import annotations

import subprocess
import sys
from http import HTTPStatus
from pathlib import Path

import pytest

from entrypoints.chat_page.document import page
from tests.support.service import Service

pytestmark = pytest.mark.usefixtures("built_chat_page")

PROJECT = Path(__file__).resolve().parents[4]
HOSTED = '{"kind": "hosted", "token_url": "https://sign-in.example/oauth2/token"}'


def rules(policy: str) -> dict[str, str]:
    return dict(rule.split(" ", 1) for rule in policy.split("; "))


@pytest.mark.parametrize("route", ["GET /", "GET /markdown.mjs", "GET /openapi.json"])
def test_public_files_need_no_token_and_have_an_etag(service: Service, route: str) -> None:
    first = service.gateway.call(route, user="")
    assert first.status == HTTPStatus.OK
    again = service.gateway.call(route, user="", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status, again.text) == (HTTPStatus.NOT_MODIFIED, None)


def test_page_is_served_with_its_policy(service: Service) -> None:
    answer = service.gateway.call("GET /", user="")
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    assert answer.headers["Content-Security-Policy"] == page("").policy
    assert answer.text == page("").html


def test_code_for_markdown_is_served_as_it_was_built(service: Service, built_chat_page: Path) -> None:
    answer = service.gateway.call("GET /markdown.mjs", user="")
    assert answer.headers["Content-Type"] == "text/javascript; charset=utf-8"
    assert answer.text == (built_chat_page / "markdown.mjs").read_text("utf-8")


def test_openapi_document_is_the_committed_one(service: Service) -> None:
    answer = service.gateway.call("GET /openapi.json", user="")
    assert answer.text == (PROJECT / "openapi.json").read_text("utf-8")


def test_reads_function_starts_without_loading_the_page() -> None:
    program = "import sys, entrypoints.reads; sys.exit('entrypoints.chat_page.document' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], cwd=PROJECT / "src", check=False).returncode == 0


def test_connect_src_allows_own_origin_and_token_origin() -> None:
    assert rules(page("").policy)["connect-src"] == "'self'"
    assert rules(page('{"kind": "password", "url": "/"}').policy)["connect-src"] == "'self'"
    assert rules(page(HOSTED).policy)["connect-src"] == "'self' https://sign-in.example"


def test_sign_in_data_cannot_end_its_script_element() -> None:
    html = page('{"kind": "</script><script>alert(1)</script>"}').html
    assert "alert(1)</script>" not in html
