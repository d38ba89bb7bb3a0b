from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect

from domain.errors import BudgetUsedUp, Refused, TooManyAsks, TooManyTurns
from entrypoints.http.problems import problem_for
from tests.e2e.running_stack import User
from tests.pages.chat_page import ANSWER, Opener

pytestmark = pytest.mark.usefixtures("quick_agent")

PARKED = "Parked the car on level 3, bay 12. The ticket is in the coat."
QUESTION = "Where did I park the car?"


def test_a_citation_opens_its_memory_with_the_quote_marked(open_page: Opener, alice: User, remember: Any) -> None:
    remember(alice, PARKED, "The spare key is under the blue pot.")
    page = open_page(alice)
    page.ask_until_answered(QUESTION)
    page.tab.get_by_role("list", name="Memories behind this answer").get_by_role("button").first.click()
    memory = page.tab.get_by_role("dialog", name="Memory")
    expect(memory.locator("mark")).to_contain_text("level 3, bay 12")
    expect(memory).to_contain_text("The ticket is in the coat.")
    page.tab.keyboard.press("Escape")
    expect(memory).to_have_count(0)


def test_second_question_is_asked_in_the_same_chat(open_page: Opener, alice: User) -> None:
    page = open_page(alice)
    page.ask_until_answered(QUESTION)
    chat_id = page.chat_id
    page.ask_until_answered("And the bicycle?")
    assert page.chat_id == chat_id
    expect(page.questions).to_have_count(2)


def test_unseen_answer_is_marked_as_unread_until_it_is_read(open_page: Opener, alice: User) -> None:
    page = open_page(alice)
    page.ask(QUESTION)
    expect(page.chat_in_list(QUESTION)).to_be_visible(timeout=ANSWER)
    page.tab.get_by_role("link", name="New chat").click()
    expect(page.chat_in_list(QUESTION)).to_have_class("unread", timeout=ANSWER)
    expect(page.tab).to_have_title("(1) Async Chat")
    page.chat_in_list(QUESTION).click()
    expect(page.answers).to_have_count(1)
    expect(page.chat_in_list(QUESTION)).not_to_have_class("unread")
    expect(page.tab).to_have_title("Async Chat")


def test_chat_is_deleted_by_the_second_click(open_page: Opener, alice: User) -> None:
    page = open_page(alice)
    page.ask_until_answered(QUESTION)
    page.button("Delete").click()
    page.button("Delete permanently?").click()
    expect(page.chat_in_list(QUESTION)).to_have_count(0)
    expect(page.tab.get_by_text("What do you want to find?")).to_be_visible()


def test_another_users_chat_shows_a_refusal(open_page: Opener, alice: User, bob: User) -> None:
    of_alice = open_page(alice)
    of_alice.ask_until_answered(QUESTION)
    of_bob = open_page(bob, f"#chat={of_alice.chat_id}")
    expect(of_bob.tab.get_by_text("The chat belongs to another user.")).to_be_visible()
    expect(of_bob.questions).to_have_count(0)
    assert len(of_bob.polls()) == 1


@pytest.mark.parametrize("refusal", [TooManyTurns(5, 40), TooManyAsks(30, 40), BudgetUsedUp(500, 40_000)], ids=repr)
def test_question_that_cannot_be_sent_stays_in_the_box(open_page: Opener, alice: User, refusal: Refused) -> None:
    page, problem = open_page(alice), problem_for(refusal)
    body = {"code": problem.code, "detail": problem.detail(refusal)}
    headers = problem.headers(refusal)
    page.tab.route("**/memories/chat", lambda route: route.fulfill(status=429, json=body, headers=headers))
    page.ask(QUESTION)
    expect(page.tab.get_by_role("alert").first).to_contain_text(body["detail"])
    expect(page.question_box).to_have_value(QUESTION)
    expect(page.questions).to_have_count(0)


def test_question_of_one_tab_shows_in_another(open_page: Opener, alice: User) -> None:
    first = open_page(alice)
    first.ask_until_answered(QUESTION)
    second = open_page(context=first.tab.context, fragment=f"#chat={first.chat_id}")
    expect(second.answers).to_have_count(1)
    first.ask("And the bicycle?")
    expect(second.questions).to_have_count(2)
    expect(second.answers).to_have_count(2, timeout=ANSWER)
