"""What a person types: nothing is cut, sent twice, or put where it was not meant to go."""

from __future__ import annotations

import re
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import Error, expect

from tests.pages.chat_page import ANSWER, ChatPage, Opener
from tests.pages.scripted_api import CHAT, ScriptedApi

if TYPE_CHECKING:
    from playwright.sync_api import Route

    from tests.e2e.running_stack import User

QUESTION = "Where did I park the car?"


def asks(page: ChatPage) -> list[Any]:
    return [request for request in page.requests if request.url.endswith("/memories/chat")]


@pytest.mark.parametrize("how", [{"keyCode": 229}, {"isComposing": True}, {"keyCode": 229, "isComposing": True}])
def test_enter_that_confirms_the_word_of_an_input_method_sends_nothing(show: Any, how: dict[str, Any]) -> None:
    page = show(ScriptedApi().asked("?").answered("!"), "#new")
    page.question_box.fill("半分の")
    page.tab.evaluate(
        "(how) => question.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true, ...how }))", how
    )
    page.tab.wait_for_timeout(300)
    assert asks(page) == []
    expect(page.question_box).to_have_value("半分の")


@pytest.mark.parametrize(
    ("text", "excess"),
    [("a" * 8_000 + " THE END", "8"), ("😀" * 8_001, "1"), ("é" * 9_500, "1,500"), ("a" * 20_000, "12,000")],
)
def test_question_that_is_too_long_stays_whole_and_is_not_sent(show: Any, text: str, excess: str) -> None:
    page = show(ScriptedApi().asked("?").answered("!"), "#new")
    page.ask(text)
    expect(page.tab.get_by_role("alert").first).to_contain_text(f"{excess} characters too long")
    expect(page.question_box).to_have_value(text)
    assert asks(page) == []


def test_question_of_as_many_characters_as_are_possible_is_sent_whole(show: Any) -> None:
    page = show(ScriptedApi().asked("?").answered("!"), "#new")
    page.ask("😀" * 8_000)
    expect(page.answers).to_have_count(1)
    assert asks(page)[0].post_data_json["question"] == "😀" * 8_000


def test_note_that_is_too_long_stays_whole_and_is_not_stored(show: Any) -> None:
    page = show(ScriptedApi().asked("?"), "#memories")
    note = "a" * 4_534
    page.tab.get_by_label("Something to remember").fill(note)
    page.button("Remember").click()
    expect(page.tab.get_by_role("alert").first).to_contain_text("534 characters too long")
    expect(page.tab.get_by_label("Something to remember")).to_have_value(note)
    assert [request for request in page.requests if request.method == "POST"] == []


def test_draft_stays_in_its_chat(show: Any) -> None:
    page = show(ScriptedApi().asked("?").answered("!"))
    expect(page.answers).to_have_count(1)
    page.question_box.fill("About this chat")
    page.tab.get_by_role("link", name="New chat").click()
    expect(page.question_box).to_have_value("")
    page.question_box.fill("About something else")
    page.tab.go_back()
    expect(page.question_box).to_have_value("About this chat")
    page.tab.reload()
    expect(page.question_box).to_have_value("About this chat")
    page.tab.get_by_role("link", name="New chat").click()
    expect(page.question_box).to_have_value("About something else")


def test_question_on_its_way_is_not_put_into_the_chat_that_is_opened_meanwhile(show: Any) -> None:
    page = show(ScriptedApi().asked("?").answered("!"), "#new")
    held: list[Route] = []
    page.tab.route("**/memories/chat", lambda route: held.append(route))  # noqa: PLW0108  # Playwright marks it
    page.ask(QUESTION)
    expect(page.thinking).to_be_visible()
    page.chat_in_list(QUESTION).click()
    expect(page.answers).to_have_count(1)
    expect(page.question_box).to_have_value("")
    held[0].fulfill(json={"chat_id": CHAT, "status": "thinking"})
    page.tab.wait_for_timeout(300)
    expect(page.question_box).to_have_value("")
    page.tab.get_by_role("link", name="New chat").click()
    expect(page.question_box).to_have_value("")
    assert len(asks(page)) == 1


@pytest.mark.parametrize("how", ["reload", "other chat", "again at once"])
def test_question_asked_again_after_a_lost_answer_is_one_turn(
    open_page: Opener, alice: User, how: str, quick_agent: None
) -> None:
    page = open_page(alice)
    keys: list[str] = []

    def lose(route: Route) -> None:
        """The service hears the question, the page does not hear its answer."""
        keys.append(route.request.headers["idempotency-key"])
        with suppress(Error):  # the page was left meanwhile
            route.fetch()
            if how == "again at once":
                route.fulfill(status=500, json={"code": "internal", "detail": "Lost."})
            else:
                route.abort()

    page.tab.route("**/memories/chat", lose)
    page.ask(QUESTION)
    expect(page.chat_in_list(QUESTION)).to_have_count(0)
    page.tab.wait_for_timeout(1_500)
    if how == "other chat":
        page.tab.goto(f"{page.url}#memories")
    page.tab.reload()
    page.tab.unroute("**/memories/chat")
    page.tab.get_by_role("link", name="New chat").click()
    expect(page.question_box).to_have_value(QUESTION)
    page.question_box.press("Enter")
    expect(page.answers).to_have_count(1, timeout=ANSWER)
    expect(page.chat_in_list(QUESTION)).to_have_count(1)
    assert {request.headers["idempotency-key"] for request in asks(page)} == set(keys)
    expect(page.question_box).to_have_value("")


def test_refused_question_gets_a_new_key(show: Any) -> None:
    page = show(ScriptedApi().asked("?").answered("!"), "#new")
    page.tab.route(
        "**/memories/chat", lambda route: route.fulfill(status=409, json={"code": "too_many_turns", "detail": "Wait."})
    )
    page.ask(QUESTION)
    expect(page.question_box).to_have_value(QUESTION)
    page.question_box.press("Enter")
    page.tab.wait_for_timeout(300)
    first, second = (request.headers["idempotency-key"] for request in asks(page))
    assert first != second


def test_refusal_after_a_lost_answer_keeps_the_key(show: Any) -> None:
    page = show(ScriptedApi().asked("?").answered("!"), "#new")
    busy = {"status": 409, "json": {"code": "too_many_turns", "detail": "Wait."}}
    page.tab.route("**/memories/chat", lambda route: route.abort() if len(asks(page)) == 1 else route.fulfill(**busy))
    for _ in range(2):
        page.ask(QUESTION)
        expect(page.tab.get_by_role("alert")).to_contain_text("Wait.")
        page.button("Dismiss").click()
    assert len({request.headers["idempotency-key"] for request in asks(page)}) == 1
    assert len(asks(page)) == 3


@pytest.mark.parametrize(
    ("text", "shown"), [("a" * 6_999, ""), ("a" * 7_240, "7,240 of 8,000"), ("😀" * 8_240 + " \n", "8,240 of 8,000")]
)
def test_characters_are_counted_before_there_are_too_many(show: Any, text: str, shown: str) -> None:
    page = show(ScriptedApi().asked("?").answered("!"), "#new")
    page.question_box.fill(text)
    expect(page.tab.locator("#note")).to_have_text(shown)
    expect(page.question_box).to_have_accessible_description(shown)
    page.question_box.fill("short")
    expect(page.tab.locator("#note")).to_have_text("")


def test_enter_during_a_turn_says_why_nothing_is_sent(show: Any) -> None:
    api = ScriptedApi().asked("?").thinks("Searching")
    page = show(api)
    expect(page.steps).to_have_count(1)
    page.ask("And the bicycle?")
    expect(page.tab.locator("#note")).to_have_text("The last question is not answered yet.")
    expect(page.question_box).to_have_value("And the bicycle?")
    assert asks(page) == []
    api.ends().answered("Level 3.")
    expect(page.tab.locator("#note")).to_have_text("")


# ---- offline

OFFLINE = "You are offline. This is sent as soon as you are back."


def test_question_asked_offline_is_sent_when_the_connection_is_back(show: Any) -> None:
    page = show(ScriptedApi().asked(QUESTION).answered("Level 3."), "#new")
    expect(page.chat_in_list(QUESTION)).to_be_visible()
    page.tab.context.set_offline(True)
    page.ask(QUESTION)
    expect(page.thinking).to_contain_text(OFFLINE)
    expect(page.tab.get_by_role("status")).to_have_text(OFFLINE)
    expect(page.questions).to_have_text([QUESTION])
    page.screenshot("offline")
    page.tab.wait_for_timeout(1_000)
    assert asks(page) == []
    page.tab.context.set_offline(False)
    expect(page.last_answer).to_have_text("Level 3.")
    assert len(asks(page)) == 1
    expect(page.question_box).to_have_value("")


def test_question_asked_offline_is_sent_from_another_chat_too(show: Any) -> None:
    page = show(ScriptedApi().asked(QUESTION).answered("Level 3."), "#new")
    expect(page.chat_in_list(QUESTION)).to_be_visible()
    page.tab.context.set_offline(True)
    page.ask(QUESTION)
    expect(page.thinking).to_contain_text(OFFLINE)
    page.tab.goto(f"{page.url}#memories")
    page.tab.context.set_offline(False)
    page.tab.wait_for_timeout(500)
    assert [request.post_data_json["question"] for request in asks(page)] == [QUESTION]
    page.tab.get_by_role("link", name="New chat").click()
    expect(page.question_box).to_have_value("")


def test_question_on_its_way_when_the_connection_is_lost_is_sent_again_under_its_key(show: Any) -> None:
    page = show(ScriptedApi().asked(QUESTION).answered("Level 3."), "#new")
    page.tab.route("**/memories/chat", lambda _: None)  # it hangs
    page.ask(QUESTION)
    expect(page.thinking).to_contain_text("Sending")
    page.tab.context.set_offline(True)
    expect(page.thinking).to_contain_text(OFFLINE)
    page.tab.unroute("**/memories/chat")
    page.tab.route("**/memories/chat", lambda route: route.fulfill(json={"chat_id": CHAT, "status": "thinking"}))
    page.tab.context.set_offline(False)
    expect(page.last_answer).to_have_text("Level 3.")
    first, second = (request.headers["idempotency-key"] for request in asks(page))
    assert first == second


def test_question_that_waits_for_the_connection_can_be_taken_back(show: Any) -> None:
    page = show(ScriptedApi().asked("?").answered(LONG).asked("And?").failed("It broke."))
    page.no_answer.scroll_into_view_if_needed()
    page.tab.context.set_offline(True)
    page.ask(QUESTION)
    expect(page.button("Cancel")).to_be_in_viewport(ratio=1)
    page.button("Cancel").click()
    expect(page.question_box).to_have_value(QUESTION)
    expect(page.question_box).to_be_focused()
    expect(page.thinking).to_have_count(0)
    expect(page.questions).to_have_count(2)
    expect(page.no_answer).to_contain_text("It broke.")
    page.tab.context.set_offline(False)
    page.tab.wait_for_timeout(500)
    assert asks(page) == []


# ---- the view

LONG = "\n\n".join(f"Paragraph {number}." for number in range(200))


def scrolled(page: ChatPage) -> dict[str, int]:
    found: dict[str, int] = page.tab.evaluate(
        "({ at: scroller.scrollTop, end: scroller.scrollHeight - scroller.clientHeight })"
    )
    return found


def test_reader_at_the_end_sees_where_a_long_answer_begins(show: Any) -> None:
    api = ScriptedApi().asked("?").answered(LONG).asked("And?").thinks("Searching")
    page = show(api)
    expect(page.steps).to_have_count(1)
    api.ends().answered(f"Begins here.\n\n{LONG}")
    expect(page.answers).to_have_count(2)
    expect(page.last_answer.get_by_text("Begins here.")).to_be_in_viewport()


def test_reader_elsewhere_is_left_alone(show: Any) -> None:
    api = ScriptedApi().asked("?").answered(LONG).asked("And?").thinks("Searching")
    page = show(api)
    expect(page.steps).to_have_count(1)
    page.tab.evaluate("scroller.scrollTop = 300")
    api.thinks("Searching", "Reading", draft=LONG)
    expect(page.steps).to_have_count(2)
    assert scrolled(page)["at"] == 300
    api.ends().answered(f"Begins here.\n\n{LONG}")
    expect(page.answers).to_have_count(2)
    assert scrolled(page)["at"] == 300
    page.screenshot("new-answer")
    page.button("New answer ↓").click()
    expect(page.last_answer.get_by_text("Begins here.")).to_be_in_viewport()
    expect(page.button("New answer ↓")).to_have_count(0)


def test_way_to_the_new_answer_goes_when_the_reader_gets_there(show: Any) -> None:
    api = ScriptedApi().asked("?").answered(LONG).asked("And?").thinks("Searching")
    page = show(api)
    expect(page.steps).to_have_count(1)
    page.tab.evaluate("scroller.scrollTop = 300")
    api.ends().answered("Level 3.")
    expect(page.button("New answer ↓")).to_be_visible()
    page.tab.evaluate("scroller.scrollTop = 500")
    page.tab.wait_for_timeout(200)
    expect(page.button("New answer ↓")).to_be_visible()
    page.tab.evaluate("scroller.scrollTop = scroller.scrollHeight")
    expect(page.button("New answer ↓")).to_have_count(0)


def test_growing_steps_are_followed_by_who_is_at_the_end(show: Any) -> None:
    api = ScriptedApi().asked("?").thinks("Step 0")
    page = show(api)
    for number in (10, 30, 60):
        api.thinks(*(f"Step {step}" for step in range(number)))
        expect(page.steps).to_have_count(number)
        expect(page.steps.last).to_be_in_viewport()


def test_growing_draft_is_followed_by_who_is_at_the_end(show: Any) -> None:
    api = ScriptedApi().asked("?").thinks("Searching", draft="Be")
    page = show(api)
    expect(page.steps).to_have_count(1)
    for length in (1, 2, 3):
        api.thinks("Searching", draft=LONG * length)
        expect(page.thinking.locator(".draft p")).to_have_count(200 * length - (length - 1), timeout=10_000)
        where = scrolled(page)
        assert where["end"] - where["at"] <= 2


# ---- stopping, and sleeping


def test_the_page_shows_why_an_operator_stopped_the_turn(show: Any) -> None:
    page = show(ScriptedApi().asked("?").stopped("Maintenance <b>at noon</b>."))
    expect(page.no_answer).to_contain_text("Stopped: Maintenance <b>at noon</b>.")
    expect(page.button("Try again")).to_be_visible()


def test_stop_shows_at_once_without_another_poll(show: Any) -> None:
    api = ScriptedApi().asked("?").thinks("Searching")
    page = show(api)
    expect(page.steps).to_have_count(1)
    page.tab.route("**/chats/messages?*", lambda _: None)  # no poll is answered any more
    page.tab.route(re.compile(r"/cancel$"), lambda route: route.fulfill(json={"chat_id": CHAT, "status": "cancelled"}))
    page.button("Stop").click()
    expect(page.no_answer).to_contain_text("Stopped before the answer was ready.", timeout=2_000)
    expect(page.button("Ask")).to_be_visible()
    expect(page.question_box).to_be_focused()


def test_escape_stops_and_the_button_says_so_until_the_reply(show: Any) -> None:
    page = show(ScriptedApi().asked("?").thinks("Searching"))
    expect(page.steps).to_have_count(1)
    asked: list[Route] = []

    def keep(route: Route) -> None:
        asked.append(route)

    page.tab.route(re.compile(r"/cancel$"), keep)
    page.question_box.press("Escape")
    page.question_box.press("Escape")
    expect(page.button("Stopping…")).to_be_disabled()
    assert len(asked) == 1
    asked[0].fulfill(json={"chat_id": CHAT, "status": "cancelled"})
    expect(page.no_answer).to_contain_text("Stopped before the answer was ready.", timeout=2_000)
    expect(page.question_box).to_be_focused()


def test_stop_that_fails_says_so_and_gives_the_button_back(show: Any) -> None:
    page = show(ScriptedApi().asked("?").thinks("Searching"))
    expect(page.steps).to_have_count(1)
    problem = {"status": 403, "code": "chat_forbidden", "detail": "This chat belongs to another user."}
    page.tab.route(re.compile(r"/cancel$"), lambda route: route.fulfill(status=403, json=problem))
    page.button("Stop").click()
    expect(page.tab.get_by_role("alert")).to_contain_text("This chat belongs to another user.")
    expect(page.button("Stop")).to_be_enabled()
    expect(page.button("Stop")).to_be_focused()
    expect(page.thinking).to_be_visible()


def test_stop_in_one_tab_shows_at_once_in_the_other(show: Any, page_url: str) -> None:
    api = ScriptedApi().asked("?").thinks("Searching")
    first = show(api)
    expect(first.steps).to_have_count(1)
    second = ChatPage(first.tab.context, page_url).open(f"#chat={CHAT}")
    expect(second.steps).to_have_count(1)
    first.tab.context.route("**/chats/messages?*", lambda _: None)  # no poll is answered any more
    cancelled = {"chat_id": CHAT, "status": "cancelled"}
    first.tab.context.route(re.compile(r"/cancel$"), lambda route: route.fulfill(json=cancelled))
    first.button("Stop").click()
    for tab in (first, second):
        expect(tab.no_answer).to_contain_text("Stopped before the answer was ready.", timeout=2_000)
    expect(first.question_box).to_be_focused()


def test_stop_that_comes_after_the_answer_shows_the_answer(show: Any) -> None:
    api = ScriptedApi().asked("?").thinks("Searching")
    page = show(api)
    expect(page.steps).to_have_count(1)

    def answered(route: Route) -> None:
        api.ends().answered("Level 3.")
        route.fulfill(json={"chat_id": CHAT, "status": "answered"})

    page.tab.route(re.compile(r"/cancel$"), answered)
    page.button("Stop").click()
    expect(page.answers).to_have_count(1)
    expect(page.button("Ask")).to_be_visible()


def test_machine_that_slept_looks_before_it_gives_up(browser_of: Any, page_url: str) -> None:
    api = ScriptedApi().asked("?").thinks("Searching")
    context = browser_of(_nobody())
    api.take_over(context, page_url)
    page = ChatPage(context, page_url)
    page.tab.clock.install()
    page.open(f"#chat={CHAT}")
    expect(page.steps).to_have_count(1)
    api.ends().answered("It was in March.")
    page.tab.clock.fast_forward(15 * 60 * 1000)
    expect(page.last_answer).to_contain_text("It was in March.")
    expect(page.tab.get_by_text("did not end")).to_have_count(0)


def _nobody() -> User:
    from tests.pages.conftest import WITHOUT_ACCOUNT

    return WITHOUT_ACCOUNT
