from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Locator, Route, expect

from tests.e2e.running_stack import User
from tests.pages.chat_page import ChatPage, Opener
from tests.pages.scripted_api import ScriptedApi

KEY = "The spare key is under the blue pot."
WIFI = "The wifi at the lake house is called Kingfisher."


@pytest.fixture
def page(open_page: Opener, alice: User) -> ChatPage:
    return open_page(alice, "#memories")


def shown(page: ChatPage) -> Locator:
    return page.tab.get_by_role("list", name="Memories", exact=True).get_by_role("listitem")


def test_added_memory_shows_its_day_and_tags(page: ChatPage) -> None:
    page.tab.get_by_label("Something to remember").fill(KEY)
    page.tab.get_by_label("When").fill("2025-05-03")
    page.tab.get_by_label("Tags, separated by commas").fill("home, keys")
    page.button("Remember").click()
    expect(shown(page)).to_have_count(1)
    for part in (KEY, "May 3, 2025", "home", "keys"):
        expect(shown(page)).to_contain_text(part)
    expect(page.tab.get_by_label("Something to remember")).to_have_value("")


def test_memory_sent_again_after_a_lost_answer_is_stored_once(page: ChatPage) -> None:
    def lose(route: Route) -> None:
        route.fetch()
        route.fulfill(status=401 if again else 500, json={"code": "internal", "detail": "Lost."})
        again.append(route)

    again: list[Route] = []
    page.tab.route(re.compile("/memories$"), lambda route: lose(route) if len(again) < 2 else route.fallback())
    page.tab.get_by_label("Something to remember").fill(KEY)
    page.button("Remember").click()
    expect(page.tab.get_by_role("alert")).to_contain_text("Lost.")
    page.button("Remember").click()
    expect(page.tab.get_by_label("Something to remember")).to_have_value("")
    expect(shown(page)).to_have_count(1)


@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "America/Los_Angeles"])
def test_day_of_a_memory_and_today_are_those_of_the_browsers_zone(open_page: Opener, alice: User, zone: str) -> None:
    page = open_page(alice, "#memories", timezone_id=zone)
    page.tab.get_by_label("Something to remember").fill(KEY)
    page.tab.get_by_label("When").fill("2025-05-03")
    page.button("Remember").click()
    expect(shown(page)).to_contain_text("May 3, 2025")
    assert "03 May 2025: The spare key" in page.open().ask_until_answered("What happened on 3 May 2025?")
    (asked,) = [request for request in page.requests if request.url.endswith("/memories/chat")]
    assert (asked.post_data_json or {})["time_zone"] == zone


def test_search_shows_matching_memories(page: ChatPage, alice: User, remember: Any) -> None:
    remember(alice, KEY, WIFI)
    page.tab.get_by_label("Search your memories").fill("spare key")
    page.button("Search").click()
    expect(shown(page)).to_have_count(1)
    expect(shown(page)).to_contain_text(KEY)
    page.tab.get_by_label("Search your memories").fill("zebra")
    page.button("Search").click()
    expect(page.tab.get_by_text("No memory matches.")).to_be_visible()


def test_memory_is_deleted_by_the_second_click(page: ChatPage, alice: User, remember: Any) -> None:
    remember(alice, KEY)
    page.tab.reload()
    page.button("Forget").click()
    expect(shown(page)).to_have_count(1)
    page.button("Forget permanently?").click()
    expect(shown(page)).to_have_count(0)
    page.tab.reload()
    expect(page.tab.get_by_text("No memories yet.")).to_be_visible()


def test_older_memories_are_loaded_on_request(page: ChatPage, alice: User, remember: Any) -> None:
    remember(alice, *(f"Tea number {number}." for number in range(30)))
    page.tab.reload()
    expect(shown(page)).to_have_count(25)
    page.button("Older memories").click()
    expect(shown(page)).to_have_count(30)
    expect(page.button("Older memories")).to_have_count(0)


def test_late_reply_to_an_earlier_search_shows_nothing(show: Any) -> None:
    page = show(ScriptedApi().remembers(KEY), "#memories")
    expect(shown(page)).to_have_count(1)
    held: list[Route] = []
    page.tab.route(re.compile(r"/memories\?"), lambda route: route.fallback() if held else held.append(route))
    page.button("Search").click()
    expect(shown(page)).to_have_count(0)
    page.button("Search").click()
    expect(shown(page)).to_have_count(1)
    with page.tab.expect_response(re.compile(r"/memories\?")) as reply:
        held[0].fallback()
    reply.value.finished()
    page.tab.evaluate("() => new Promise((shown) => setTimeout(shown, 100))")
    assert shown(page).count() == 1


def test_citation_of_a_deleted_memory_says_that_it_is_deleted(page: ChatPage, alice: User, remember: Any) -> None:
    remember(alice, KEY)
    page.tab.get_by_role("link", name="New chat").click()
    page.ask_until_answered("Where is the spare key?")
    page.tab.get_by_role("link", name="Memories", exact=True).click()
    page.button("Forget").click()
    page.button("Forget permanently?").click()
    expect(shown(page)).to_have_count(0)
    page.chat_in_list("Where is the spare key?").click()
    page.tab.get_by_role("list", name="Memories behind this answer").get_by_role("button").click()
    expect(page.tab.get_by_role("dialog", name="Memory")).to_contain_text("This memory no longer exists.")


def test_citation_opens_a_memory_that_search_does_not_find(show: Any) -> None:
    api = ScriptedApi().asked("What do I take?").answered("The pill.", "Took the pill.")
    for number in range(3):
        api.remembers(f"Took the pill. It was day {number}.")
    api.found_by_search = False
    page = show(api)
    page.tab.get_by_role("list", name="Memories behind this answer").get_by_role("button").click()
    memory = page.tab.get_by_role("dialog", name="Memory")
    expect(memory).to_contain_text("It was day 0.")
    expect(memory.locator("mark")).to_have_text("Took the pill.")


def test_tags_that_are_too_many_or_too_long_are_not_stored(show: Any) -> None:
    page = show(ScriptedApi().asked("?"), "#memories")
    page.tab.get_by_label("Something to remember").fill("Parked on level 3.")
    for tags, told in (
        (", ".join(f"tag {n}" for n in range(40)), "These are 40 tags: 20 are possible."),
        ("a" * 65, "1 characters too long"),
    ):
        page.tab.get_by_label("Tags").fill(tags)
        page.button("Remember").click()
        expect(page.tab.get_by_role("alert").first).to_contain_text(told)
    assert [request for request in page.requests if request.method == "POST"] == []


def test_service_s_words_for_programs_are_not_shown(show: Any) -> None:
    page = show(ScriptedApi().asked("?"), "#memories")
    detail = "`one.tags`: List should have at most 20 items after validation, not 40."
    page.tab.route(
        "**/memories", lambda route: route.fulfill(status=400, json={"code": "invalid_request", "detail": detail})
    )
    page.tab.get_by_label("Something to remember").fill("Parked on level 3.")
    page.button("Remember").click()
    expect(page.tab.get_by_role("alert").first).to_contain_text("The service cannot store these characters.")
    expect(page.tab.get_by_text("List should have")).to_have_count(0)


def test_address_without_a_chat_says_so(open_page: Opener, alice: User) -> None:
    page = open_page(alice, "#chat=nonsense")
    expect(page.tab.get_by_role("alert").filter(has_text="The chat does not exist.")).to_be_visible()
