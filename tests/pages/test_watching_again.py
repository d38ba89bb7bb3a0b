"""Reloads, other tabs, hidden tabs, lost connections and expired sign-ins do not lose the running turn."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Request, expect

from tests.e2e.running_stack import User
from tests.pages.chat_page import ANSWER, ChatPage, Opener, spoil_token
from tests.pages.scripted_api import CHAT, OPEN, ScriptedApi

pytestmark = pytest.mark.usefixtures("thoughtful_agent")

QUESTION = "When is the boiler inspected?"


def test_reload_during_a_turn_keeps_watching(open_page: Opener, alice: User) -> None:
    page = open_page(alice)
    page.ask_until_thinking(QUESTION)
    page.tab.reload()
    expect(page.questions).to_contain_text(QUESTION)
    expect(page.steps.first).to_be_visible()
    expect(page.answers).to_have_count(1, timeout=ANSWER)
    expect(page.questions).to_have_count(1)


def test_one_of_two_tabs_polls_and_the_other_takes_over(open_page: Opener, alice: User) -> None:
    first = open_page(alice)
    chat_id = first.ask_until_thinking(QUESTION)
    second = open_page(context=first.tab.context, fragment=f"#chat={chat_id}")
    expect(second.steps.first).to_be_visible()
    before = len(first.polls())
    second.tab.wait_for_timeout(1_000)
    assert len(first.polls()) == before, "the newest tab has become the leader"
    second.tab.close()
    expect(first.answers).to_have_count(1, timeout=ANSWER)
    assert len(first.polls()) > before


def test_both_of_two_tabs_show_the_answer_that_one_has_polled(show: Any, page_url: str) -> None:
    api = ScriptedApi().asked(QUESTION).thinks("Searching")
    first = show(api)
    expect(first.steps).to_have_count(1)
    second = ChatPage(first.tab.context, page_url).open(OPEN)
    expect(second.steps).to_have_count(1)
    second.tab.wait_for_timeout(500)
    polls = len(first.polls())
    second.tab.wait_for_timeout(1_000)
    assert len(first.polls()) == polls
    api.ends().answered("In March.")
    expect(first.answers).to_have_count(1)
    expect(second.answers).to_have_count(1)


def test_tab_that_does_not_poll_hears_of_the_outage_and_of_its_end(show: Any, page_url: str) -> None:
    api = ScriptedApi().asked(QUESTION).thinks("Searching")
    first = show(api)
    expect(first.steps).to_have_count(1)
    second = ChatPage(first.tab.context, page_url).open(OPEN)
    expect(second.steps).to_have_count(1)
    second.tab.wait_for_timeout(1_000)
    polls = len(first.polls())
    second.tab.route("**/chats/messages?*", lambda route: route.abort())
    expect(first.thinking).to_contain_text("No connection.")
    expect(second.thinking).to_contain_text("No connection.")
    second.tab.unroute("**/chats/messages?*")
    expect(first.thinking).not_to_contain_text("No connection.", timeout=10_000)
    assert len(first.polls()) == polls
    api.ends().answered("In March.")
    expect(first.answers).to_have_count(1)


def test_hidden_tab_polls_rarely_and_at_once_when_visible_again(show: Any) -> None:
    api = ScriptedApi().asked(QUESTION).thinks("Searching")
    page = show(api)
    expect(page.steps).to_have_count(1)
    page.set_hidden(hidden=True)
    page.tab.wait_for_timeout(600)
    polls = len(page.polls())
    api.ends().answered("In March.")
    page.tab.wait_for_timeout(2_000)
    assert len(page.polls()) == polls
    expect(page.answers).to_have_count(0)
    page.set_hidden(hidden=False)
    expect(page.answers).to_have_count(1)


def holding(show: Any) -> tuple[ChatPage, ScriptedApi]:
    """A page of which a poll is held."""
    api = ScriptedApi().asked(QUESTION).thinks("Searching")
    api.holds = True
    page = show(api)
    expect(page.steps).to_have_count(1)
    while not api.held:
        page.tab.wait_for_timeout(50)
    return page, api


def is_held(request: Request) -> bool:
    return "/chats/messages/held?" in request.url


def test_hidden_page_holds_no_poll_and_polls_at_once_when_visible_again(show: Any) -> None:
    page, api = holding(show)
    with page.tab.expect_event("requestfailed", is_held):
        page.set_hidden(hidden=True)
    polls = len(page.polls())
    api.ends().answered("In March.")
    page.tab.wait_for_timeout(500)
    assert len(page.polls()) == polls
    page.set_hidden(hidden=False)
    expect(page.answers).to_have_count(1)


def test_page_that_is_offline_holds_no_poll_and_says_so_at_once(show: Any) -> None:
    page, api = holding(show)
    page.tab.route("**/chats/messages?*", lambda route: route.abort())
    with page.tab.expect_event("requestfailed", is_held):
        page.tab.context.set_offline(True)
    expect(page.thinking).to_contain_text("No connection.")
    page.tab.unroute("**/chats/messages?*")
    api.ends().answered("In March.")
    page.tab.context.set_offline(False)
    expect(page.answers).to_have_count(1)


@pytest.mark.parametrize("leave", ["Stop", "Sign out", "New chat"])
def test_stop_sign_out_and_another_chat_abort_a_held_poll(show: Any, leave: str) -> None:
    page, _ = holding(show)
    page.tab.route("**/cancel", lambda route: route.fulfill(json={"chat_id": CHAT, "status": "cancelled"}))
    with page.tab.expect_event("requestfailed", is_held):
        page.tab.get_by_text(leave, exact=True).click()


def test_lost_connection_is_shown_and_the_answer_appears_after_it(open_page: Opener, alice: User) -> None:
    page = open_page(alice)
    page.ask_until_thinking(QUESTION)
    page.tab.context.set_offline(True)
    expect(page.thinking).to_contain_text("No connection.", timeout=10_000)
    page.tab.wait_for_timeout(2_000)
    page.tab.context.set_offline(False)
    expect(page.answers).to_have_count(1, timeout=ANSWER)
    assert page.complaints == []


def test_expired_token_stops_polling_and_signing_in_resumes_it(open_page: Opener, alice: User) -> None:
    page = open_page(alice)
    page.ask_until_thinking(QUESTION)
    page.question_box.fill("A thought that is not asked yet")
    spoil_token(page)
    expect(page.door).to_contain_text("Your sign-in has expired.", timeout=10_000)
    polls = len(page.polls())
    page.tab.wait_for_timeout(2_000)
    assert len(page.polls()) == polls
    _sign_in_again(page)
    expect(page.questions).to_contain_text(QUESTION)
    expect(page.answers).to_have_count(1, timeout=ANSWER)
    expect(page.question_box).to_have_value("A thought that is not asked yet")


def _sign_in_again(page: ChatPage) -> None:
    """As the test's own Alice, whom the sign-in page does not know: her browser finds her token after a reload."""
    page.tab.reload()
