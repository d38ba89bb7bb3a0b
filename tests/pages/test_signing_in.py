"""Sign-in: a demo user by one click, a hosted sign-in with PKCE, a typed token."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.pages.chat_page import ChatPage, spoil_token
from tests.pages.hosted_sign_in import HostedSignIn

WELCOME = "What would you like to remember?"


@pytest.fixture
def fresh(browser: Browser, page_url: str) -> Iterator[ChatPage]:
    """A browser without any stored data."""
    context = browser.new_context(viewport={"width": 1280, "height": 820})
    yield ChatPage(context, page_url)
    context.close()


@pytest.fixture
def hosted(built_chat_page: Path) -> Iterator[HostedSignIn]:
    with HostedSignIn() as hosted:
        yield hosted


def test_demo_user_signs_in_by_one_click_and_stays_signed_in(fresh: ChatPage) -> None:
    fresh.open()
    expect(fresh.door).to_be_visible()
    fresh.screenshot("sign-in")
    fresh.button("Continue as alice").click()
    expect(fresh.tab.get_by_role("navigation")).to_contain_text("alice")
    fresh.tab.reload()
    expect(fresh.tab.get_by_role("navigation")).to_contain_text("alice")
    expect(fresh.door).to_have_count(0)
    assert fresh.complaints == []


def test_expired_sign_in_is_renewed_without_leaving_the_page(fresh: ChatPage) -> None:
    fresh.open()
    fresh.button("Continue as alice").click()
    expect(fresh.tab.get_by_role("navigation")).to_contain_text("alice")
    spoil_token(fresh)
    fresh.tab.get_by_role("link", name="Memories", exact=True).click()
    expect(fresh.door).to_contain_text("Your sign-in has expired.")
    fresh.button("Continue as alice").click()
    expect(fresh.door).to_have_count(0)
    expect(fresh.tab.locator("#memory-list > li").first).to_be_visible()


def test_sign_out_clears_browser_storage_and_page(fresh: ChatPage) -> None:
    fresh.open()
    fresh.button("Continue as bob").click()
    fresh.question_box.fill("My secret question")
    fresh.button("Sign out").click()
    expect(fresh.door).to_be_visible()
    assert fresh.tab.evaluate("localStorage.length + sessionStorage.length") == 0
    expect(fresh.question_box).to_have_value("")


def test_signing_out_in_one_tab_closes_the_other(fresh: ChatPage) -> None:
    fresh.open()
    fresh.button("Continue as alice").click()
    other = ChatPage(fresh.tab.context, fresh.url).open()
    expect(other.tab.get_by_role("navigation")).to_contain_text("alice")
    fresh.button("Sign out").click()
    expect(other.door).to_be_visible()


def test_hosted_sign_in_returns_to_the_same_chat_with_a_token(browser: Browser, hosted: HostedSignIn) -> None:
    page = ChatPage(browser.new_context(), hosted.page_url).open("#memories")
    page.button("Sign in").click()
    expect(page.tab.get_by_role("heading", name="Memories")).to_be_visible()
    assert page.tab.url == f"{hosted.page_url}#memories"
    assert hosted.tokens_given == 1
    page.tab.wait_for_load_state("networkidle")
    assert hosted.callers == {"Bearer a.hosted.token"}
    assert page.complaints == []
    page.tab.context.close()


def test_authorization_code_with_another_state_is_ignored(browser: Browser, hosted: HostedSignIn) -> None:
    page = ChatPage(browser.new_context(), hosted.page_url).open("?code=stolen&state=guessed")
    expect(page.door).to_be_visible()
    assert hosted.tokens_given == 0
    page.tab.context.close()


def test_cancelled_sign_in_shows_the_reason(browser: Browser, hosted: HostedSignIn) -> None:
    hosted.refuses = True
    page = ChatPage(browser.new_context(), hosted.page_url).open()
    page.button("Sign in").click()
    expect(page.door).to_contain_text("Alice changed her mind")
    page.tab.context.close()


@pytest.mark.usefixtures("built_chat_page")
def test_page_takes_a_token_when_no_sign_in_is_configured(browser: Browser) -> None:
    with HostedSignIn(known=False) as unknown:
        page = ChatPage(browser.new_context(), unknown.page_url).open()
        page.tab.get_by_label("Access token").fill("a.hosted.token")
        page.button("Sign in").click()
        expect(page.tab.get_by_text(WELCOME)).to_be_visible()
        expect(page.door).to_have_count(0)
        page.tab.context.close()
