"""Sign-in: a demo user by one click, a hosted sign-in with PKCE, a typed token."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.e2e.running_stack import User
from tests.pages.chat_page import ANSWER, ChatPage, spoil_token
from tests.pages.hosted_sign_in import REFRESH, HostedSignIn
from tests.pages.scripted_api import CHAT, ScriptedApi

WELCOME = "What do you want to find?"


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


@pytest.mark.parametrize(
    ("user", "answers"),
    [
        ("alice", ["parked on level 3, bay 12", "Wednesday 2 December, 8:40", "the rubbish goes on Tuesday"]),
        ("bob", ["Saturday 12 December", "Monday 7 December at 11:15", "room 208"]),
    ],
)
def test_demo_user_gets_examples_with_answers(
    fresh: ChatPage, user: str, answers: list[str], quick_agent: None
) -> None:
    fresh.open()
    fresh.button(f"Continue as {user}").click()
    examples = fresh.tab.get_by_role("list", name="Example questions").get_by_role("button")
    expect(examples).to_have_count(3)
    fresh.screenshot(f"welcome-{user}")
    for number, answer in enumerate(answers):
        question = examples.nth(number).inner_text()
        examples.nth(number).click()
        expect(fresh.questions).to_have_text([re.compile(re.escape(question))])
        sources = fresh.tab.get_by_role("list", name="Memories behind this answer").get_by_role("button")
        expect(sources.first).to_contain_text(answer, timeout=ANSWER)
        fresh.button("Delete").click()
        fresh.button("Delete permanently?").click()


def test_examples_do_not_replace_what_is_typed_and_go_with_the_user(fresh: ChatPage) -> None:
    fresh.open()
    fresh.button("Continue as alice").click()
    examples = fresh.tab.locator("#examples button")
    expect(examples.first).to_be_visible()
    fresh.question_box.fill("Half a")
    expect(examples.first).to_be_hidden()
    fresh.question_box.fill("")
    expect(examples.first).to_be_visible()
    fresh.button("Sign out").click()
    fresh.button("Continue as bob").click()
    expect(examples.first).to_have_text("When is the Christmas dance?")


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
    assert hosted.revoked == {REFRESH}, "the page does not renew its sign-in, and leaves nobody else a way to"
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


# ---- the four ways out: nothing of alice's stays on the screen, in storages or in the address

SECRET = "kingfisher"

EVERYTHING = """() => [
    document.documentElement.outerHTML, document.title, location.href, JSON.stringify(history.state),
    JSON.stringify({ ...localStorage }), JSON.stringify({ ...sessionStorage }),
    ...[...document.querySelectorAll("input, textarea")].map(({ value }) => value),
].join("\\n")"""
ON_THE_SCREEN = """() => [
    document.documentElement.outerHTML, document.title,
    ...[...document.querySelectorAll("input, textarea")].map(({ value }) => value),
].join("\\n")"""


def of_alice() -> ScriptedApi:
    api = (
        ScriptedApi()
        .asked(f"{SECRET}?")
        .answered(f"The {SECRET}.", SECRET)
        .thinks(SECRET, draft=SECRET)
        .remembers(SECRET, SECRET)
    )
    api.title = api.last_text = SECRET
    return api


@pytest.fixture
def in_use(fresh: ChatPage) -> ChatPage:
    """Alice reads a chat that is thinking, has a question and a note typed, and memories listed."""
    of_alice().take_over(fresh.tab.context, fresh.url)
    fresh.open()
    fresh.button("Continue as alice").click()
    fresh.tab.get_by_role("link", name="Memories", exact=True).click()
    fresh.tab.get_by_label("Something to remember").fill(SECRET)
    fresh.tab.get_by_label("Search your memories").fill(SECRET)
    fresh.button("Search").click()
    expect(fresh.tab.locator("#memory-list > li")).to_have_count(1)
    fresh.chat_in_list(SECRET).click()
    expect(fresh.steps).to_have_count(1)
    fresh.question_box.fill(f"And the {SECRET}'s nest?")
    fresh.tab.get_by_role("list", name="Memories behind this answer").get_by_role("button").click()
    expect(fresh.tab.get_by_role("dialog", name="Memory").locator("mark")).to_be_visible()
    fresh.tab.keyboard.press("Escape")
    return fresh


def assert_nothing_is_left(page: ChatPage) -> None:
    expect(page.door).to_be_visible()
    page.tab.wait_for_timeout(500)
    left = page.tab.evaluate(EVERYTHING)
    assert SECRET not in left
    assert CHAT not in left


def test_sign_out_by_the_button_leaves_nothing(in_use: ChatPage) -> None:
    in_use.button("Sign out").click()
    assert_nothing_is_left(in_use)


def test_sign_out_in_another_tab_leaves_nothing(in_use: ChatPage) -> None:
    other = ChatPage(in_use.tab.context, in_use.url).open()
    other.button("Sign out").click()
    assert_nothing_is_left(other)
    assert_nothing_is_left(in_use)


def test_another_users_token_leaves_nothing(in_use: ChatPage, bob: User) -> None:
    ScriptedApi().asked("?").take_over(in_use.tab.context, in_use.url)
    other = ChatPage(in_use.tab.context, f"{in_use.origin}")
    other.tab.goto(f"{in_use.url}openapi.json")
    other.tab.evaluate(
        "([key, token]) => localStorage.setItem(key, token)", [f"async-chat token {in_use.url}", bob.token]
    )
    expect(in_use.tab.get_by_role("navigation")).to_contain_text("bob")
    in_use.tab.wait_for_timeout(500)
    left = in_use.tab.evaluate(EVERYTHING)
    assert SECRET not in left
    assert f"#chat={CHAT}" not in in_use.tab.url


def test_expiry_empties_the_page_and_the_next_user_finds_nothing(in_use: ChatPage) -> None:
    in_use.tab.context.route(
        "**/chats/messages?*", lambda route: route.fulfill(status=401, json={"message": "Unauthorized"})
    )
    expect(in_use.door).to_contain_text("Your sign-in has expired.")
    in_use.tab.wait_for_timeout(500)
    assert SECRET not in in_use.tab.evaluate(ON_THE_SCREEN)
    in_use.tab.context.unroute_all()
    ScriptedApi().asked("?").take_over(in_use.tab.context, in_use.url)
    in_use.button("Continue as bob").click()
    expect(in_use.tab.get_by_role("navigation")).to_contain_text("bob")
    expect(in_use.question_box).to_have_value("")
    left = in_use.tab.evaluate(EVERYTHING)
    assert SECRET not in left
    assert f"#chat={CHAT}" not in in_use.tab.url


def test_expiry_gives_the_draft_back_to_the_same_user(in_use: ChatPage) -> None:
    in_use.tab.context.route(
        "**/chats/messages?*", lambda route: route.fulfill(status=401, json={"message": "Unauthorized"})
    )
    expect(in_use.door).to_be_visible()
    in_use.tab.context.unroute_all()
    of_alice().take_over(in_use.tab.context, in_use.url)
    in_use.button("Continue as alice").click()
    expect(in_use.question_box).to_have_value(f"And the {SECRET}'s nest?")
    expect(in_use.steps).to_have_count(1)


def test_door_cannot_be_closed_without_a_sign_in(fresh: ChatPage) -> None:
    fresh.open()
    for _ in range(5):
        fresh.tab.keyboard.press("Escape")
    expect(fresh.door).to_be_visible()
    fresh.tab.evaluate("document.getElementById('door').close()")
    expect(fresh.door).to_be_visible()


def test_sign_out_ends_the_session_at_the_hosted_sign_in(browser: Browser, hosted: HostedSignIn) -> None:
    page = ChatPage(browser.new_context(), hosted.page_url).open("#memories")
    page.button("Sign in").click()
    expect(page.tab.get_by_role("heading", name="Memories")).to_be_visible()
    page.button("Sign out").click()
    expect(page.door).to_be_visible()
    assert hosted.signed_out == 1
    assert page.tab.url == hosted.page_url
    assert page.tab.evaluate("localStorage.length + sessionStorage.length") == 0
    page.tab.context.close()
