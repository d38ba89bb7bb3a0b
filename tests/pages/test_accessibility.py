"""Keyboard, screen reader, phone, dark mode."""

from __future__ import annotations

from importlib.resources import files
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.pages.chat_page import ChatPage
from tests.pages.scripted_api import OPEN, ScriptedApi

AXE = (files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8")
GRAVE = ("serious", "critical")
PHONE = {"viewport": {"width": 360, "height": 740}, "is_mobile": True, "has_touch": True}

QUESTION = "Where did I park the car?"
ANSWER = "On **level 3**, bay 12:\n\n- [the map](https://maps.example/garage)\n- `B-12`\n\n> parked on level 3\n\n```\nB 12\n```"
#: All that Markdown can show, and wider than a phone.
RICH = """## Two nights in Rome

| city | nights | hotel | what it was like, in many words | price |
|:-----|-------:|-------|:-------------------------------:|------:|
| **Rome** | 2 | Albergo ~~del Sole~~ | a-name-that-cannot-be-broken-anywhere-at-all | 1,240 |

1. Pack
   - [x] passports
   - [ ] the *blue* coat

     It is in the cellar.
2. Go

```python
print("a line that is much wider than any phone", "a line that is much wider than any phone", "a line that is much wider")
```
"""


def an_answer() -> ScriptedApi:
    api = ScriptedApi().asked(QUESTION).answered(ANSWER, "parked on level 3, bay 12")
    api.unread = True
    return api.remembers("I parked on level 3, bay 12. The ticket is in the coat.", "car")


def a_rich_answer() -> ScriptedApi:
    return ScriptedApi().asked("And before?").asked(QUESTION).answered(RICH, "two nights in Rome")


def a_thought() -> ScriptedApi:
    long = "Reading 5 memories from March, April and May 2026, and further ones that mention a car park, a garage or a level"
    return ScriptedApi().asked(QUESTION).thinks("Searching 298 memories", long, "Writing", draft="On **level**")


def a_failure() -> ScriptedApi:
    return ScriptedApi().asked(QUESTION).failed("The service stopped while it was answering. Try again.")


ROOMS = {
    "welcome": (an_answer, "#new"),
    "thinking": (a_thought, OPEN),
    "answered": (an_answer, OPEN),
    "rich": (a_rich_answer, OPEN),
    "failed": (a_failure, OPEN),
    "memories": (an_answer, "#memories"),
    "chats": (an_answer, "#chats"),
}


def settled(page: ChatPage) -> None:
    """The list of chats is rendered last; on a phone it exists but is hidden."""
    expect(page.tab.locator("#chat-list a")).to_have_count(1)
    page.tab.wait_for_timeout(150)


def findings(page: ChatPage) -> list[str]:
    page.tab.evaluate(AXE)
    found = page.tab.evaluate("axe.run()")
    return [
        f"{violation['id']}: {node['html']}"
        for violation in found["violations"]
        if violation["impact"] in GRAVE
        for node in violation["nodes"]
    ]


@pytest.mark.parametrize("room", ROOMS)
def test_axe_finds_nothing_serious_in_light_and_dark_mode(show: Any, room: str) -> None:
    make, fragment = ROOMS[room]
    page = show(make(), fragment)
    settled(page)
    for look in ("light", "dark"):
        page.tab.emulate_media(color_scheme=look, reduced_motion="reduce")
        page.screenshot(f"{room}-{look}")
        assert findings(page) == []


@pytest.mark.parametrize("room", ROOMS)
def test_no_content_is_cut_off_on_a_phone(show: Any, room: str) -> None:
    make, fragment = ROOMS[room]
    page = show(make(), fragment, **PHONE)
    settled(page)
    page.screenshot(f"{room}-phone")
    assert page.tab.evaluate("[...document.querySelectorAll('*')].every((part) => part.scrollLeft === 0)")
    assert page.tab.evaluate("document.documentElement.scrollWidth <= innerWidth"), "the page scrolls sideways"


def test_axe_finds_nothing_serious_on_a_phone(show: Any) -> None:
    page = show(an_answer(), **PHONE)
    settled(page)
    assert findings(page) == []
    page.tab.get_by_role("list", name="Memories behind this answer").get_by_role("button").click()
    expect(page.tab.get_by_role("dialog", name="Memory").locator("mark")).to_be_visible()
    page.screenshot("memory-phone")
    assert findings(page) == []


def test_axe_finds_a_seeded_fault(show: Any) -> None:
    page = show(an_answer())
    page.tab.evaluate("document.querySelector('label[for=question]').remove(); question.placeholder = ''")
    assert any(finding.startswith("label:") for finding in findings(page))


def test_every_control_is_reachable_by_keyboard(show: Any) -> None:
    page = show(an_answer())
    settled(page)
    expect(page.answers).to_have_count(1)
    page.tab.evaluate("document.activeElement.blur()")
    reached: list[str] = []
    while "Ask" not in reached and len(reached) < 24:
        page.tab.keyboard.press("Tab")
        reached.append(page.tab.evaluate("document.activeElement.textContent.trim() || document.activeElement.id"))
    assert reached[:5] == ["New chat", "Memories", f"{QUESTION}Level 3, bay 12.unread", "Sign out", "Delete"]
    assert reached[-9:] == [
        "the map (maps.example)",
        "B 12",
        "Copy",
        "parked on level 3, bay 12",
        "Copy",
        "👍",
        "👎",
        "question",
        "Ask",
    ]


def test_try_again_is_announced_and_one_step_from_the_question(show: Any) -> None:
    api = a_thought()
    page = show(api)
    expect(page.tab.get_by_role("status")).to_have_text("Writing")
    page.question_box.focus()
    api.failed("It broke.")
    expect(page.tab.get_by_role("status")).to_have_text("It broke. Try again is right before the question.")
    expect(page.question_box).to_be_focused()
    page.tab.keyboard.press("Shift+Tab")
    expect(page.button("Try again")).to_be_focused()
    page.tab.keyboard.press("Tab")
    expect(page.question_box).to_be_focused()


def test_failure_gives_try_again_the_focus_that_nothing_else_has(show: Any) -> None:
    api = a_thought()
    page = show(api)
    expect(page.tab.get_by_role("status")).to_have_text("Writing")
    page.tab.evaluate("document.activeElement.blur()")
    api.failed("It broke.")
    expect(page.button("Try again")).to_be_focused()


def test_dialog_closes_with_escape_and_returns_the_focus(show: Any) -> None:
    page = show(an_answer())
    citation = page.tab.get_by_role("list", name="Memories behind this answer").get_by_role("button")
    citation.focus()
    page.tab.keyboard.press("Enter")
    expect(page.tab.get_by_role("dialog", name="Memory")).to_be_visible()
    page.tab.keyboard.press("Escape")
    expect(page.tab.get_by_role("dialog", name="Memory")).to_have_count(0)
    expect(citation).to_be_focused()


def test_enter_asks_and_shift_enter_begins_a_line(show: Any) -> None:
    page = show(an_answer(), "#new")
    page.question_box.type("One")
    page.tab.keyboard.press("Shift+Enter")
    page.question_box.type("Two")
    expect(page.question_box).to_have_value("One\nTwo")
    page.tab.keyboard.press("Enter")
    expect(page.question_box).to_have_value("")
    expect(page.question_box).to_be_focused()


def test_a_screen_reader_hears_the_steps_and_the_answer(show: Any) -> None:
    api = a_thought()
    page = show(api)
    expect(page.tab.get_by_role("status")).to_have_text("Writing")
    log = page.tab.get_by_role("log", name="Messages")
    api.ends().answered(ANSWER)
    expect(log.get_by_role("article").last).to_contain_text("On level 3")
    expect(log.get_by_role("heading", name="Answer")).to_have_count(1)


def test_phone_shows_either_the_list_or_the_chat(show: Any) -> None:
    page = show(an_answer(), OPEN, **PHONE)
    expect(page.answers).to_be_visible()
    page.tab.get_by_role("link", name="Chats").click()
    expect(page.answers).not_to_be_visible()
    page.chat_in_list(QUESTION).click()
    expect(page.answers).to_be_visible()
    assert page.tab.evaluate("[...document.querySelectorAll('#log *')].every((part) => part.scrollWidth <= innerWidth)")
