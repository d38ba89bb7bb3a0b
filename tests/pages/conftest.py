"""Page tests: a real Chromium on the local stack."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import pytest
from async_chat_client import ChatClient, NewMemory

from tests.e2e.running_stack import RunningStack, User
from tests.e2e.stack_controls import StackControls
from tests.pages.chat_page import ChatPage, Opener, signed_in
from tests.pages.scripted_api import OPEN, ScriptedApi

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext

#: Needs no account, since the test answers instead of the API.
WITHOUT_ACCOUNT = User("nobody", "nobody", "no.token.needed")
#: Seconds of delay, enough to act while the turn is thinking.
THOUGHTFUL = "8"
QUICK = "0"
#: Seconds in which a cancelled worker notices, and is free for the next turn.
CANCELLED_WITHIN = 2.5


@pytest.fixture(scope="module", autouse=True)
def _as_applied(stack_controls: StackControls) -> None:
    """Another file's agent may never answer, and its limits may let one turn through."""
    stack_controls.restore()


@pytest.fixture(scope="module")
def thoughtful_agent(stack: RunningStack, stack_controls: StackControls, _as_applied: None) -> None:
    """The agent is slow, and its function is warm."""
    stack_controls.configure({"ASYNC_CHAT_RECALL_DELAY_SECONDS": THOUGHTFUL})
    _warm_up(stack, stack_controls.sign_up("Early"))


@pytest.fixture(scope="module")
def quick_agent(stack_controls: StackControls, _as_applied: None) -> None:
    stack_controls.configure({"ASYNC_CHAT_RECALL_DELAY_SECONDS": QUICK})


def _warm_up(stack: RunningStack, user: User) -> None:
    with ChatClient(stack.api_url, user.token) as client:
        chat = client.chat()
        chat.ask("Is anybody there?")
        while chat.page().turn.phase == "queued":
            time.sleep(0.2)
        chat.cancel()
        time.sleep(CANCELLED_WITHIN)


@pytest.fixture
def page_url(stack: RunningStack) -> str:
    return f"{stack.api_url}/"


@pytest.fixture
def alice(stack_controls: StackControls) -> User:
    """A new Alice for each test, without chats and memories."""
    return stack_controls.sign_up("Alice")


@pytest.fixture
def bob(stack_controls: StackControls) -> User:
    return stack_controls.sign_up("Bob")


@pytest.fixture
def contexts(browser: Browser) -> Iterator[ExitStack]:
    """Closes a test's browser contexts."""
    with ExitStack() as opened:
        yield opened


@pytest.fixture
def browser_of(browser: Browser, page_url: str, contexts: ExitStack) -> Any:
    """A browser context in which the user is signed in: `browser_of(alice, color_scheme="dark")`."""

    def make(user: User, **options: Any) -> BrowserContext:
        context = browser.new_context(**{"viewport": {"width": 1280, "height": 820}, **options})
        contexts.callback(context.close)
        context.set_default_timeout(10_000)
        return signed_in(context, page_url, user)

    return make


@pytest.fixture
def open_page(browser_of: Any, page_url: str) -> Opener:
    """The page in the user's browser, or in another tab of it: `open_page(alice)`, `open_page(context=tab.context)`."""

    def make(user: User | None = None, fragment: str = "", context: Any = None, **options: Any) -> ChatPage:
        return ChatPage(context or browser_of(user, **options), page_url).open(fragment)

    return make


@pytest.fixture
def show(browser_of: Any, page_url: str) -> Any:
    """The page with API responses written by the test: `show(ScriptedApi().asked("?"))`."""

    def make(api: ScriptedApi, fragment: str = OPEN, **options: Any) -> ChatPage:
        context = browser_of(WITHOUT_ACCOUNT, **options)
        api.take_over(context, page_url)
        return ChatPage(context, page_url).open(fragment)

    return make


@pytest.fixture
def remember(stack: RunningStack) -> Any:
    """Store memories for a user: `remember(alice, "Parked on level 3.")`."""

    def store(user: User, *texts: str) -> None:
        with ChatClient(stack.api_url, user.token) as client:
            list(client.memories.remember_all(NewMemory(text) for text in texts))

    return store
