"""The site that `make docs` builds: complete, without warnings, and without requests to other hosts."""

from __future__ import annotations

import subprocess
from concurrent.futures import Future
from pathlib import Path

import pytest
from playwright.sync_api import Browser, ViewportSize

from docs.site.navigation import ROOT, files
from scripts.docs.__main__ import stale
from tests.docs.blocks import blocks
from tests.docs.built_site import SITE, dead_end, elsewhere, loaded_by_style, pages

SHOTS = ROOT / "build" / "screenshots"
PHONE = ViewportSize(width=390, height=844)
DESK = ViewportSize(width=1280, height=900)


@pytest.fixture(scope="module", autouse=True)
def _built(site_build: Future[subprocess.CompletedProcess[str]]) -> None:
    done = site_build.result()
    assert done.returncode == 0, done.stdout + done.stderr


def test_pages_show_files_diffs_and_contract_as_they_are() -> None:
    assert list(stale()) == [], "run make generate"


def test_every_document_is_in_the_navigation() -> None:
    assert set((ROOT / "docs").rglob("*.md")) <= set(files())
    assert {file.with_suffix(".html").relative_to(ROOT) for file in files()} <= {
        page.relative_to(SITE) for page in pages()
    }


def test_every_adr_is_in_the_index() -> None:
    decisions = ROOT / "docs" / "adr"
    listed = (decisions / "README.md").read_text(encoding="utf-8")
    assert all(f"({file.name})" in listed for file in decisions.glob("[0-9]*.md"))


def test_no_page_loads_anything_from_another_host() -> None:
    assert len(pages()) >= 25
    found = [(page.file.name, address) for page in pages().values() for address in page.loads if elsewhere(address)]
    assert found == []


def test_no_style_sheet_or_picture_loads_anything_from_another_host() -> None:
    sheets = [*SITE.rglob("*.css"), *SITE.rglob("*.svg")]
    assert sheets
    found = [(file.name, at) for file in sheets for at in loaded_by_style(file.read_text("utf-8")) if elsewhere(at)]
    assert found == []


def test_every_link_within_the_site_leads_somewhere() -> None:
    inside = [(page, link) for page in pages().values() for link in page.links if not elsewhere(link)]
    assert len(inside) >= 500
    assert [(page.file.name, link) for page, link in inside if dead_end(page, link)] == []


def test_every_diagram_is_drawn_in_light_and_in_dark_and_every_picture_has_words() -> None:
    pictures = [picture for page in pages().values() if page.file.name != "index.html" for picture in page.pictures]
    diagrams = [picture for picture in pictures if picture["alt"].startswith("Diagram: ")]
    assert len(diagrams) == 2 * sum(block.language == "mermaid" for block in blocks())
    assert all(picture["alt"] for picture in pictures)


def test_site_requests_no_other_host_and_logs_no_browser_errors(browser: Browser) -> None:
    context = browser.new_context(viewport=PHONE)
    page = context.new_page()
    asked: list[str] = []
    complaints: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    for file in pages():
        page.goto(file.as_uri())
        width = page.evaluate("document.documentElement.scrollWidth")
        assert width <= PHONE["width"], f"{file.name} scrolls sideways on a phone: {width}"
    context.close()
    assert [url for url in asked if not url.startswith(("file:", "data:"))] == []
    assert complaints == []


def test_the_search_finds_a_page_without_a_server(browser: Browser) -> None:
    page = browser.new_page()
    page.goto(f"{(SITE / 'search.html').as_uri()}?q=deadline")
    page.locator("#search-results a", has_text="Turns").first.wait_for(timeout=10_000)
    page.close()


@pytest.mark.parametrize(
    ("name", "scheme", "size", "path"),
    [
        ("docs-light", "light", DESK, "index.html"),
        ("docs-dark", "dark", DESK, "docs/turns.html"),
        ("docs-phone", "light", PHONE, "docs/move-your-lambda.html"),
    ],
)
def test_screenshots_have_the_background_of_their_scheme(
    browser: Browser, name: str, scheme: str, size: ViewportSize, path: str
) -> None:
    context = browser.new_context(viewport=size, color_scheme=scheme)  # type: ignore[arg-type]  # a literal type of Playwright's
    page = context.new_page()
    page.goto((SITE / path).as_uri())
    background = page.evaluate("getComputedStyle(document.body).backgroundColor")
    Path(SHOTS).mkdir(parents=True, exist_ok=True)
    page.screenshot(path=SHOTS / f"{name}.png")
    context.close()
    red = int(background.split("(")[1].split(",")[0])
    assert (red > 200) == (scheme == "light")
