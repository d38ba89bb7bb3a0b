"""Answers and memories are shown as text: nothing in them runs, and nothing in them is loaded."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Error, expect

from tests.e2e.running_stack import User
from tests.pages.chat_page import ANSWER, ChatPage, Opener
from tests.pages.scripted_api import ScriptedApi

HOSTILE = (Path(__file__).parent / "hostile_texts.txt").read_text(encoding="utf-8").splitlines()

LINK = 'href="https://maps.example/x" target="_blank" rel="noopener noreferrer nofollow" title="maps.example"'

#: The only elements that an answer, a quote or a title may contain.
HARMLESS = """
    [...document.querySelectorAll("#log *, #end *, #chat-list *, #memory *, #memory-list *")].flatMap((element) => [
        ...(/^(ARTICLE|SECTION|DIV|P|H2|UL|OL|LI|A|SPAN|BUTTON|STRONG|EM|CODE|PRE|BR|HR|BLOCKQUOTE|TIME|MARK)$/.test(element.tagName)
            ? [] : [element.outerHTML]),
        ...[...element.attributes].filter(({ name }) => /^(on|style|src)/.test(name)).map(() => element.outerHTML),
        ...(element.tagName === "A" && !/^(https?:|#)/.test(element.getAttribute("href")) ? [element.outerHTML] : []),
    ])
"""


def assert_harmless(page: ChatPage) -> None:
    page.tab.wait_for_timeout(300)
    assert page.tab.evaluate(HARMLESS) == []
    assert page.tab.evaluate("ran") == []
    assert [request.url for request in page.requests if not request.url.startswith((page.origin, "data:"))] == []
    assert page.complaints == [], "the policy blocked something"


def test_hostile_answers_and_questions_stay_text(show: Any) -> None:
    api = ScriptedApi()
    for text in HOSTILE:
        api.asked(text).answered(text, text)
    page = show(api)
    expect(page.answers).to_have_count(len(HOSTILE))
    assert page.tab.locator("#log .question").all_text_contents() == HOSTILE
    assert_harmless(page)


def test_hostile_steps_drafts_and_titles_stay_text(show: Any) -> None:
    every = "\n\n".join(HOSTILE)
    api = ScriptedApi().asked("?").thinks(*HOSTILE, draft=every)
    api.title, api.last_text = HOSTILE[0], HOSTILE[2]
    page = show(api)
    expect(page.steps).to_have_count(len(HOSTILE))
    assert_harmless(page)


def test_hostile_failures_stay_text(show: Any) -> None:
    page = show(ScriptedApi().asked("?").failed(HOSTILE[2]))
    expect(page.no_answer).to_contain_text(HOSTILE[2])
    assert_harmless(page)


def test_hostile_memories_stay_text(show: Any) -> None:
    api = ScriptedApi().asked("?")
    for text in HOSTILE:
        api.remembers(text, text)
    page = show(api, "#memories")
    expect(page.tab.locator("#memory-list > li")).to_have_count(len(HOSTILE))
    assert_harmless(page)


def test_a_hostile_memory_quoted_by_the_agent_stays_text(open_page: Opener, alice: User, remember: Any) -> None:
    remember(alice, "The boiler code is <img src=x onerror=alert(1)> and [here](javascript:alert(1)).")
    page = open_page(alice)
    page.ask_until_answered("What is the boiler code?")
    expect(page.last_answer).to_contain_text("<img src=x onerror=alert(1)>", timeout=ANSWER)
    page.tab.get_by_role("list", name="Memories behind this answer").get_by_role("button").first.click()
    expect(page.tab.get_by_role("dialog", name="Memory")).to_contain_text("[here](javascript:alert(1))")
    assert_harmless(page)


def test_trusted_types_stop_the_pages_own_scripts_from_making_markup(show: Any) -> None:
    page = show(ScriptedApi().asked("?"))
    with pytest.raises(Error, match="TrustedHTML"):
        page.tab.evaluate("document.body.innerHTML = '<img src=x>'")


MARKDOWN = {
    "One\nline and\n\na paragraph": "<p>One<br>line and</p><p>a paragraph</p>",
    "**Bold**, *slanted*, `a <b>`": "<p><strong>Bold</strong>, <em>slanted</em>, <code>a &lt;b&gt;</code></p>",
    "snake_case_name and 2 * 3 * 4": "<p>snake_case_name and 2 * 3 * 4</p>",
    "- one\n- two\n  - deeper": "<ul><li>one</li><li>two<ul><li>deeper</li></ul></li></ul>",
    "3. three\n4. four": '<ol start="3"><li>three</li><li>four</li></ol>',
    "> said\n> so": "<blockquote><p>said<br>so</p></blockquote>",
    "# Title": '<p class="heading">Title</p>',
    "```\na <b> **c**\n```": '<pre tabindex="0"><code>a &lt;b&gt; **c**</code></pre>',
    "```\nnever closed": '<pre tabindex="0"><code>never closed</code></pre>',
    "***": "<hr>",
    "See [the map](https://maps.example/x).": f"<p>See <a {LINK}>the map</a>.</p>",
    "![the map](https://maps.example/x)": f"<p><a {LINK}>the map</a></p>",
    "[x](javascript:alert(1))": "<p>[x](javascript:alert(1))</p>",
}


def test_markdown_becomes_elements(show: Any) -> None:
    api = ScriptedApi()
    for text in MARKDOWN:
        api.answered(text)
    page = show(api)
    expect(page.answers).to_have_count(len(MARKDOWN))
    shown = page.tab.evaluate("[...document.querySelectorAll('.answer')].map((answer) => answer.innerHTML)")
    assert dict(zip(MARKDOWN, shown, strict=True)) == MARKDOWN


def test_long_texts_of_delimiters_do_not_freeze_the_page(show: Any) -> None:
    marks = ["[", "`", "*", "_", "**a", "[a](", "> ", "- ", "  - ", "#", "http://", "![", "<"]
    api = ScriptedApi()
    for mark in marks:
        api.answered(mark * (50_000 // len(mark)))
    page = show(api)
    expect(page.answers).to_have_count(len(marks), timeout=10_000)
