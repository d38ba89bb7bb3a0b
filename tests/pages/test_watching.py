"""Turns that are answered, fail or are stopped."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from async_chat_client import ChatClient
from playwright.sync_api import expect

from tests.e2e.running_stack import User
from tests.e2e.stack_controls import StackControls
from tests.pages.chat_page import ANSWER, Opener

pytestmark = pytest.mark.usefixtures("thoughtful_agent")

PARKED = "Parked the car on level 3, bay 12. The ticket is in the coat."
QUESTION = "Where did I park the car?"


def test_question_shows_steps_then_an_answer_with_citations(open_page: Opener, alice: User, remember: Any) -> None:
    remember(alice, PARKED)
    page = open_page(alice)
    page.ask(QUESTION)
    expect(page.questions).to_contain_text(QUESTION)
    expect(page.steps.first).to_contain_text("Searching", timeout=ANSWER)
    expect(page.thinking.locator(".elapsed")).to_have_text(re.compile(r"^0:(0[1-9]|[1-5]\d)$"))
    page.screenshot("thinking")
    expect(page.last_answer).to_contain_text("level 3, bay 12", timeout=ANSWER)
    expect(page.thinking).to_have_count(0)
    page.screenshot("answered")
    assert page.complaints == []


#: When the first answer was drawn, in milliseconds of the machine's clock, which is the service's too.
PAINTED = """new Promise((resolve) => {
    const look = () => document.querySelector("#log article.assistant") ? resolve(Date.now()) : requestAnimationFrame(look);
    look();
})"""


def test_answer_is_painted_soon_after_it_was_saved(
    open_page: Opener, alice: User, figure: Callable[[str], None]
) -> None:
    page = open_page(alice)
    page.ask_until_thinking(QUESTION)
    painted: float = page.tab.evaluate(PAINTED)
    with ChatClient(page.url, alice.token) as client:
        saved = client.chat(page.chat_id).messages()[-1]
    assert saved.role == "assistant"
    figure(f"saved to painted: {painted / 1000 - saved.created_at.timestamp():.2f} s, polls: {len(page.polls())}")


def test_killed_worker_shows_as_a_failure_and_retry_answers(
    open_page: Opener, alice: User, stack_controls: StackControls
) -> None:
    page = open_page(alice)
    page.ask_until_thinking(QUESTION)
    assert stack_controls.kill_workers() > 0
    expect(page.no_answer).to_contain_text("The service stopped", timeout=ANSWER)
    page.screenshot("failed")
    page.no_answer.get_by_role("button", name="Try again").click()
    expect(page.answers).to_have_count(1, timeout=ANSWER)
    expect(page.questions).to_have_count(1)
    assert page.complaints == []


def test_stop_ends_the_turn_and_retry_answers(open_page: Opener, alice: User) -> None:
    page = open_page(alice)
    page.ask(QUESTION)
    page.button("Stop").click()
    expect(page.no_answer).to_contain_text("Stopped before the answer was ready.", timeout=ANSWER)
    expect(page.button("Ask")).to_be_visible()
    page.no_answer.get_by_role("button", name="Try again").click()
    expect(page.thinking).to_be_visible()
    expect(page.button("Stop")).to_be_visible()
    expect(page.questions).to_have_count(1)
