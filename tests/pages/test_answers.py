"""How answers are loaded, drawn and copied."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

from adapters.agents.markdown_text import shown_as
from tests.e2e.running_stack import User
from tests.pages.chat_page import ChatPage, Opener, needs_markdown
from tests.pages.scripted_api import ScriptedApi

TABLE = "| city | nights |\n|--|--|\n| Rome | 2 |"
CODE = "Run this:\n\n```\n  make run\n\n  make ask\n```"
MIXED = """# Rome

**Two** nights,
[a map](https://a.example), press \\*4711\\*.

3. Pack
   - [x] *passports*
   - coat

     in the cellar
4. Go

> quoted

| city | nights |
|--|--|
| Rome | `2` |
"""
MIXED_AS_TEXT = """Rome

Two nights,
a map (a.example), press *4711*.

3. Pack
  - ☑ passports
  - coat
    in the cellar
4. Go

quoted

city\tnights
Rome\t2"""
#: The longest answer that the service stores (domain/verified_agent.py), in bytes.
LONGEST = 300_000


def loads_of_markdown(page: ChatPage) -> int:
    return len([request for request in page.requests if request.url.endswith("/markdown.mjs")])


def copied(page: ChatPage) -> str:
    text: str = page.tab.evaluate("navigator.clipboard.readText()")
    return text


# ---- loading


@needs_markdown
def test_page_without_an_answer_loads_one_document(show: Any) -> None:
    page = show(ScriptedApi().asked("?").answered("!"), "#new")
    expect(page.tab.locator("#chat-list a")).to_have_count(1)
    assert loads_of_markdown(page) == 0
    page.chat_in_list("Where did I park the car?").click()
    expect(page.answers).to_have_count(1)
    page.tab.get_by_role("link", name="New chat").click()
    page.tab.go_back()
    expect(page.answers).to_have_count(1)
    assert loads_of_markdown(page) == 1


@needs_markdown
def test_answer_is_shown_as_text_where_markdown_cannot_be_loaded(show: Any) -> None:
    page = show(ScriptedApi().asked("?").answered(TABLE), "#new")
    page.tab.route("**/markdown.mjs", lambda route: route.abort())
    page.chat_in_list("Where did I park the car?").click()
    expect(page.last_answer).to_have_text(TABLE)
    assert page.last_answer.inner_text().count("\n") == 2
    page.tab.unroute("**/markdown.mjs")
    page.tab.reload()
    expect(page.last_answer.get_by_role("cell")).to_have_text(["Rome", "2"])


def test_code_that_is_not_the_pages_own_is_not_run(show: Any) -> None:
    """As a proxy may put it there: the file's hash is in the page."""
    page = show(ScriptedApi().asked("?").answered("**!**"), "#new")
    changed = "ran.push('changed'); export const markdown = () => document.createTextNode('changed');"
    page.tab.route("**/markdown.mjs", lambda route: route.fulfill(body=changed, content_type="text/javascript"))
    page.chat_in_list("Where did I park the car?").click()
    expect(page.last_answer).to_have_text("**!**")
    assert page.tab.evaluate("ran") == []


# ---- feedback


def test_answer_is_rated_by_one_of_two_buttons(show: Any) -> None:
    page = show(ScriptedApi().asked("?").answered("!"))
    good, bad = (page.tab.get_by_role("button", name=f"{what} answer") for what in ("Good", "Bad"))
    expect(good).to_have_attribute("aria-pressed", "false")
    with page.tab.expect_request("**/feedback") as sent:
        bad.click()
    assert (sent.value.method, sent.value.post_data_json) == ("PUT", {"rating": -1})
    expect(bad).to_have_attribute("aria-pressed", "true")
    good.click()
    expect(good).to_have_attribute("aria-pressed", "true")
    expect(bad).to_have_attribute("aria-pressed", "false")


# ---- what is drawn


@needs_markdown
def test_longest_answer_is_drawn_in_seconds_whatever_its_markup(show: Any, figure: Callable[[str], None]) -> None:
    pieces = [
        "a\n\n",
        "*a* ",
        "- a\n",
        "> a\n\n",
        "`a` ",
        "[a](b) ",
        "https://a.b/c ",
        "|a|b|\n|-|-|\n|1|2|\n\n",
        "a\n",
    ]
    page = show(ScriptedApi().asked("?").answered("!"))
    expect(page.answers).to_have_count(1)
    measured: dict[str, float] = page.tab.evaluate(
        """async ([pieces, size]) => {
            const { markdown } = await import("./markdown.mjs");
            const taken = {};
            for (const piece of pieces) {
                const text = piece.repeat(size / piece.length), began = performance.now();
                const made = markdown(text);
                taken[piece] = performance.now() - began;
                if (made.textContent.length < size / piece.length) throw new Error(`a part of ${piece} is missing`);
            }
            return taken;
        }""",
        [pieces, LONGEST],
    )
    figure(f"an answer of 300 KB as elements, in ms: {measured}")
    assert max(measured.values()) < 10_000, measured


@needs_markdown
def test_longest_answer_of_the_shortest_paragraphs_is_shown(show: Any) -> None:
    page = show(ScriptedApi().asked("?").answered("a\n\n" * (LONGEST // 3)))
    expect(page.answers).to_have_count(1, timeout=20_000)
    expect(page.last_answer.locator("p").last).to_have_text("a")


# ---- copying


@needs_markdown
def test_code_and_answer_are_copied(show: Any) -> None:
    page = show(ScriptedApi().asked("?").answered(CODE), permissions=["clipboard-read", "clipboard-write"])
    page.button("Copy code").click()
    expect(page.button("Copy code")).to_have_text("Copied")
    assert copied(page) == "  make run\n\n  make ask"
    page.button("Copy answer").click()
    expect(page.button("Copy answer")).to_have_text("Copied")
    expect(page.tab.get_by_role("status")).to_have_text("Copied")
    assert copied(page) == "Run this:\n\n  make run\n\n  make ask"
    expect(page.button("Copy code")).to_have_text("Copy")


@needs_markdown
def test_copied_answer_has_the_marks_of_lists_and_no_others(show: Any) -> None:
    page = show(ScriptedApi().asked("?").answered(MIXED), permissions=["clipboard-read", "clipboard-write"])
    page.button("Copy answer").click()
    expect(page.button("Copy answer")).to_have_text("Copied")
    assert copied(page) == MIXED_AS_TEXT


def test_copying_that_the_browser_refuses_is_said(show: Any) -> None:
    page = show(ScriptedApi().asked("?").answered(CODE))
    page.tab.evaluate(
        "() => { navigator.clipboard.writeText = () => Promise.reject(new DOMException('no', 'NotAllowedError')); }"
    )
    page.button("Copy answer").click()
    expect(page.button("Copy answer")).to_have_text("Not allowed")


@needs_markdown
def test_wide_table_scrolls_in_its_own_box(show: Any) -> None:
    wide = f"|{'a column|' * 12}\n|{'--|' * 12}\n|{'a-word-of-length|' * 12}"
    page = show(ScriptedApi().asked("?").answered(wide), viewport={"width": 390, "height": 844})
    box = page.tab.get_by_role("region", name="Table")
    assert box.evaluate("(box) => box.scrollWidth > box.clientWidth")
    assert page.tab.evaluate("document.documentElement.scrollWidth <= innerWidth && scroller.scrollWidth <= innerWidth")
    box.focus()
    page.tab.keyboard.press("ArrowRight")
    expect(box).not_to_have_js_property("scrollLeft", 0)


# ---- history


def test_question_without_an_answer_says_so_once_another_follows(show: Any) -> None:
    api = (
        ScriptedApi().asked("The first").asked("The second").answered("Level 3.").asked("The third").failed("It broke.")
    )
    page = show(api)
    expect(page.questions).to_have_text(
        [re.compile("The first.*No answer$", re.DOTALL), re.compile("The second$"), re.compile("The third$")]
    )
    expect(page.no_answer).to_contain_text("It broke.")
    api.thinks("Searching").asked("The fourth")
    page.ask("The fourth")
    expect(page.questions.nth(2)).to_contain_text("No answer")
    expect(page.questions.nth(3)).not_to_contain_text("No answer")


# ---- quotes

NOTED = [
    "Gate of the wombatpark: press *4711* then the hash key",
    r"C:\temp\_old_\*.bak* and \\server\share\\",
    "Config:\n```\nport = 1\n```\n\n# not a title\n1. one\n    indented",
    "A | B\n:-|-:\n1 | 2",
    "<b>bold</b> &copy; [a](https://b.example) ![c](d) <https://e.example> ~~f~~ __g__",
    "https://a.example/x_y and *https://a.example/*z*https://b.example/_\nhttps://c.example\n\n- [x] done",
]


@needs_markdown
@pytest.mark.parametrize("text", NOTED)
def test_quote_of_the_recall_agent_is_shown_as_it_was_noted(show: Any, text: str) -> None:
    page = show(
        ScriptedApi().asked("?").answered(f"- 05 August 2026: {shown_as(text)}\n- 06 August 2026: {shown_as('a * b')}")
    )
    items = page.last_answer.get_by_role("listitem")
    expect(items).to_have_count(2)
    assert items.all_inner_texts() == [f"05 August 2026: {text}", "06 August 2026: a * b"]
    assert items.first.locator("*:not(br):not(a)").count() == 0


def test_recalled_memory_is_shown_and_previewed_as_it_was_noted(
    open_page: Opener, alice: User, remember: Any, quick_agent: None
) -> None:
    remember(alice, NOTED[0])
    page = open_page(alice)
    page.ask_until_answered("Gate of the wombatpark?")
    expect(page.last_answer).to_contain_text(NOTED[0])
    expect(page.chat_in_list("Gate of the wombatpark?")).to_contain_text("press *4711* then")
