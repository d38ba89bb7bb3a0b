"""examples/react with the installed package, built by Vite, in Chromium, against a service of another origin."""

from __future__ import annotations

import os
import shutil
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import httpx
import pytest

from tests.npm.installed import NODE, ROOT, check, installed, packed

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

EXAMPLE: Final = ROOT / "examples/react"
TOOLS: Final = ROOT / ".local/react/node_modules"
ANSWER: Final = "Level 3, bay 12."
LONG: Final = {"seconds": 60, "answer": ANSWER, "steps": [[0, "Searching"]], "drafts": [[0, "Level"]]}
#: A poll hint: the page would look again long after the test.
LATER_SECONDS: Final = 30
#: A page that is hidden: Playwright's pages never are.
CAN_HIDE: Final = """
Object.defineProperty(document, "visibilityState", { get: () => window.hiddenNow ? "hidden" : "visible" });
window.hide = (hidden) => { window.hiddenNow = hidden; document.dispatchEvent(new Event("visibilitychange")); };
"""


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None: ...


@pytest.fixture(scope="module")
def service() -> Iterator[str]:
    """The address of the fake service."""
    program = [NODE, str(ROOT / "clients/web/tests/fake-over-http.js")]
    with subprocess.Popen(program, stdout=subprocess.PIPE, text=True) as node:
        assert node.stdout
        yield node.stdout.readline().strip()
        node.terminate()


@pytest.fixture(scope="module")
def built(service: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What Vite makes of the example."""
    if not (TOOLS / ".bin/vite").exists():
        pytest.skip(
            "npm has not installed what examples/react/package-lock.json pins: install npm, then scripts/env react"
        )
    folder = tmp_path_factory.mktemp("react")
    app = shutil.copytree(EXAMPLE, folder / "app", ignore=shutil.ignore_patterns("node_modules", "dist"))
    shutil.copytree(TOOLS, app / "node_modules", symlinks=True, copy_function=os.link)
    installed(packed(folder), app, tools=False)
    (app / ".env").write_text(f"VITE_API={service}\nVITE_TOKEN=alice\n", encoding="utf-8")
    check(app, "npm", "run", "--silent", "build")
    return app / "dist"


@pytest.fixture(scope="module")
def address(built: Path) -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(built)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()


@pytest.fixture
def tell(service: str) -> Callable[..., Any]:
    def told(**what: object) -> Any:
        return httpx.post(f"{service}/fake", json=what, verify=False).json()

    told(hint={"firstSeconds": 0, "pollAfterMs": 50})
    return told


@pytest.fixture
def device(browser: Browser) -> Iterator[Callable[[], BrowserContext]]:
    """Makes devices: browsers that share nothing."""
    with ExitStack() as opened:

        def made() -> BrowserContext:
            context = opened.enter_context(browser.new_context())
            context.add_init_script(CAN_HIDE)
            context.set_default_timeout(10_000)
            return context

        yield made


@pytest.fixture
def page(device: Callable[[], BrowserContext], address: str) -> Page:
    return open_in(device(), address)


def open_in(context: BrowserContext, url: str) -> Page:
    page = context.new_page()
    page.goto(url)
    return page


def ask(page: Page, question: str = "Where did I park?") -> None:
    page.get_by_label("Question").fill(question)
    page.get_by_role("button", name="Ask").click()


def think(page: Page, tell: Callable[..., Any]) -> None:
    """Asks, and waits until the page shows the running turn."""
    tell(turns=[LONG])
    ask(page)
    shows(page, "Searching  Level")


def shows(page: Page, draft: str) -> None:
    page.get_by_role("status").filter(has_text=draft).wait_for()


def answered(page: Page, text: str = ANSWER) -> None:
    page.locator(".assistant", has_text=text).wait_for()


def test_page_is_short() -> None:
    assert len((EXAMPLE / "chat.tsx").read_text(encoding="utf-8").splitlines()) <= 25


def test_question_shows_steps_draft_and_answer_once(page: Page, tell: Callable[..., Any]) -> None:
    think(page, tell)
    tell(advance=60)
    answered(page)
    assert page.locator(".user").all_text_contents() == ["Where did I park?"]
    assert page.get_by_label("Question").input_value() == ""
    ask(page, "And before?")
    answered(page, "An answer.")
    assert page.locator("p.user, p.assistant").count() == 4


def test_stopped_turn_is_retried(page: Page, tell: Callable[..., Any]) -> None:
    think(page, tell)
    page.get_by_role("button", name="Stop").click()
    page.get_by_role("button", name="Retry").click()
    answered(page, "An answer.")
    assert page.get_by_role("button", name="Retry").count() == 0


def test_failed_turn_says_so(page: Page, tell: Callable[..., Any]) -> None:
    tell(turns=[{"fails": "agent_failed"}])
    ask(page)
    page.get_by_role("alert").filter(has_text="could not be answered").wait_for()


def test_refused_question_stays_in_its_field(page: Page, tell: Callable[..., Any]) -> None:
    ask(page, "  ")
    page.get_by_role("alert").filter(has_text="question missing").wait_for()
    assert page.get_by_label("Question").input_value() == "  "


def test_reload_second_tab_and_second_device_show_the_running_turn(
    device: Callable[[], BrowserContext], address: str, tell: Callable[..., Any]
) -> None:
    first, second = device(), device()
    page = open_in(first, address)
    think(page, tell)
    page.wait_for_url("**/#*")
    page.reload()
    everywhere = [page, open_in(first, page.url), open_in(second, page.url)]
    for opened in everywhere:
        shows(opened, "Searching  Level")
    turns = tell(advance=60)["turns"]
    for opened in everywhere:
        answered(opened)
        assert opened.locator("p.user, p.assistant").count() == 2
    assert tell()["turns"] == turns


def test_answer_shows_once_the_browser_is_online_again(page: Page, tell: Callable[..., Any]) -> None:
    think(page, tell)
    page.context.set_offline(True)
    page.get_by_role("alert").filter(has_text="cannot be reached").wait_for()
    tell(advance=60)
    page.context.set_offline(False)
    answered(page)
    assert page.get_by_role("alert").text_content() == ""


def test_answer_shows_within_a_second_after_the_app_was_suspended(page: Page, tell: Callable[..., Any]) -> None:
    """Frozen as a browser freezes a page in the background: no timer runs, while the service's clock goes on for 60 s."""
    think(page, tell)
    with page.expect_response(lambda reply: reply.headers.get("retry-after") == f"{LATER_SECONDS}"):
        tell(hint={"pollAfterMs": LATER_SECONDS * 1000})
    page.evaluate("hide(true)")
    session = page.context.new_cdp_session(page)
    session.send("Page.setWebLifecycleState", {"state": "frozen"})
    tell(advance=60)
    session.send("Page.setWebLifecycleState", {"state": "active"})
    began = time.monotonic()
    page.evaluate("hide(false)")
    answered(page)
    assert time.monotonic() - began <= 1
