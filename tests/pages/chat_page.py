"""The chat page as a user sees it: actions and visible text."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, Request, expect

from scripts import chat_page
from tests.e2e.running_stack import User

SOON = 5_000
#: Covers the agent's delay, cold starts and a busy machine.
ANSWER = 30_000
needs_markdown = pytest.mark.skipif(
    not chat_page.PARSER.is_file(), reason="npm has not installed markdown-it: the page shows answers as text"
)
SCREENSHOTS = Path(__file__).resolve().parents[2] / "build" / "screenshots"

PREPARED = """
    window.ran = [];
    window.alert = () => ran.push("alert");
    Object.defineProperty(document, "visibilityState", { configurable: true, get: () => window.__hidden ? "hidden" : "visible" });
    window.setHidden = (hidden) => { window.__hidden = hidden; document.dispatchEvent(new Event("visibilitychange")); };
"""


class ChatPage:
    """One tab."""

    def __init__(self, context: BrowserContext, url: str) -> None:
        self.url = url
        self.tab: Page = context.new_page()
        self.tab.add_init_script(PREPARED)
        #: Errors of scripts, and violations of the Content-Security-Policy.
        self.complaints: list[str] = []
        self.tab.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.tab.on("console", lambda message: self.complaints.append(message.text) if _policy(message.text) else None)
        self.requests: list[Request] = []
        self.tab.on("request", self._note)

    def _note(self, request: Request) -> None:
        self.requests.append(request)

    def open(self, fragment: str = "") -> ChatPage:
        self.tab.goto(f"{self.url}{fragment}")
        return self

    def ask(self, question: str) -> None:
        self.question_box.fill(question)
        self.question_box.press("Enter")

    def ask_until_answered(self, question: str) -> str:
        """Returns the answer's text."""
        before = self.answers.count()
        self.ask(question)
        try:
            expect(self.answers).to_have_count(before + 1, timeout=ANSWER)
        except AssertionError as error:
            error.add_note(self.seen())
            raise
        return self.last_answer.inner_text()

    def seen(self) -> str:
        """For a failure's report: what the page shows, and the last reply of each of its calls."""
        replies = {request.url.partition("?")[0]: request for request in self.requests if request.method != "OPTIONS"}
        told = [f"{request.method} {request.url}: {_reply(request)}" for request in replies.values()]
        return "\n".join([self.tab.url, self.tab.locator("body").inner_text(), *self.complaints, *told])

    @property
    def origin(self) -> str:
        return "/".join(self.url.split("/")[:3]) + "/"

    @property
    def question_box(self) -> Locator:
        return self.tab.get_by_label("Your question")

    @property
    def questions(self) -> Locator:
        return self.tab.locator("#log article.user")

    @property
    def answers(self) -> Locator:
        return self.tab.locator("#log article.assistant")

    @property
    def last_answer(self) -> Locator:
        return self.answers.last.locator(".answer")

    @property
    def thinking(self) -> Locator:
        return self.tab.get_by_role("region", name="Thinking")

    @property
    def no_answer(self) -> Locator:
        return self.tab.get_by_role("region", name="No answer")

    @property
    def door(self) -> Locator:
        return self.tab.get_by_role("dialog", name="Async Chat")

    def ask_until_thinking(self, question: str) -> str:
        """Returns the chat's id; the agent has taken its first step."""
        self.ask(question)
        expect(self.steps.first).to_be_visible(timeout=ANSWER)
        return self.chat_id

    @property
    def chat_id(self) -> str:
        return self.tab.url.rpartition("#chat=")[2]

    @property
    def steps(self) -> Locator:
        return self.thinking.locator(".steps li")

    def button(self, name: str) -> Locator:
        return self.tab.get_by_role("button", name=name, exact=True)

    def chat_in_list(self, title: str) -> Locator:
        return self.tab.get_by_role("navigation").get_by_role("link", name=re.compile(re.escape(title)))

    def polls(self) -> list[Request]:
        return [request for request in self.requests if "/chats/messages" in request.url]

    def set_hidden(self, *, hidden: bool) -> None:
        """Hide or show the tab: headless browsers treat every tab as visible."""
        self.tab.evaluate("(hidden) => setHidden(hidden)", hidden)

    def screenshot(self, name: str) -> None:
        """A screenshot in build/screenshots."""
        SCREENSHOTS.mkdir(parents=True, exist_ok=True)
        self.tab.screenshot(path=SCREENSHOTS / f"{name}.png")


def _reply(request: Request) -> str:
    if request.failure or not (response := request.response()):
        return request.failure or "no response"
    is_json = "json" in response.headers.get("content-type", "")
    return f"{response.status} {response.text() if is_json else ''}"


def signed_in(context: BrowserContext, url: str, user: User) -> BrowserContext:
    """Store the user's token where a sign-in does, in every page of the context."""
    script = f"localStorage.getItem('{_key(url)}') ?? localStorage.setItem('{_key(url)}', '{user.token}')"
    context.add_init_script(f"if (location.href.startsWith('{url}')) {{ {script} }}")
    return context


def spoil_token(page: ChatPage) -> None:
    """From now on API Gateway rejects the token, as it does an expired one."""
    page.tab.evaluate(f"localStorage.setItem('{_key(page.url)}', 'no.longer.good')")


def _key(url: str) -> str:
    return f"async-chat token {url}"


def _policy(text: str) -> bool:
    return "Content Security Policy" in text or "TrustedHTML" in text


Opener = Callable[..., ChatPage]
Json = dict[str, Any]
