"""Answers and memories are shown as text: nothing in them runs, and nothing in them is loaded."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any
from unicodedata import category

import pytest
from async_chat_client import plain
from playwright.sync_api import Error, expect

from tests.e2e.running_stack import User
from tests.pages.chat_page import ANSWER, ChatPage, Opener, needs_markdown
from tests.pages.scripted_api import ScriptedApi

HOSTILE = (Path(__file__).parent / "hostile_texts.txt").read_text(encoding="utf-8").splitlines()

LINK = 'href="https://maps.example/x" target="_blank" rel="noopener noreferrer nofollow" title="maps.example"'

HOST = '<span class="host"> (maps.example)</span>'
COPY = '<button type="button" class="quiet copy" aria-label="Copy code">Copy</button>'

#: The only elements that an answer, a quote or a title may contain.
HARMLESS = """
    [...document.querySelectorAll("#log *, #end *, #chat-list *, #memory *, #memory-list *")].flatMap((element) => [
        ...(/^(ARTICLE|SECTION|DIV|P|H[2-6]|UL|OL|LI|A|SPAN|BUTTON|STRONG|EM|S|CODE|PRE|BR|HR|BLOCKQUOTE|TABLE|THEAD|TBODY|T[RHD]|TIME|MARK)$/.test(element.tagName)
            ? [] : [element.outerHTML]),
        ...[...element.attributes].filter(({ name }) => /^(on|style|src)/.test(name)).map(() => element.outerHTML),
        ...(element.tagName === "A" && !/^(https?:|#)/.test(element.getAttribute("href")) ? [element.outerHTML] : []),
    ])
"""


#: Links whose shown text does not hold the host that they lead to, or that lead there under another name.
LINKS_THAT_HIDE_THEIR_HOST = """
    [...document.querySelectorAll("#log a")].filter(({ href, innerText }) => {
        const { host, username, password } = new URL(href);
        return !innerText.toLowerCase().includes(host) || username || password;
    }).map((link) => link.outerHTML)
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
    assert page.tab.locator("#log .question").all_text_contents() == [plain(text) for text in HOSTILE]
    assert page.tab.evaluate(LINKS_THAT_HIDE_THEIR_HOST) == []
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
    "# Title": "<h3>Title</h3>",
    "```\na <b> **c**\n```": f'<div class="code"><pre tabindex="0"><code>a &lt;b&gt; **c**</code></pre>{COPY}</div>',
    "```\nnever closed": f'<div class="code"><pre tabindex="0"><code>never closed</code></pre>{COPY}</div>',
    "***": "<hr>",
    "See [the map](https://maps.example/x).": f"<p>See <a {LINK}>the map{HOST}</a>.</p>",
    "![the map](https://maps.example/x)": f"<p><a {LINK}>the map{HOST}</a></p>",
    "https://maps.example/x": f"<p><a {LINK}>https://maps.example/x</a></p>",
    "[maps.example](https://maps.example/x)": f"<p><a {LINK}>maps.example</a></p>",
    "[map.pdf](https://maps.example/x)": f"<p><a {LINK}>map.pdf{HOST}</a></p>",
    "<https://bank.example@maps.example/x>": f"<p><a {LINK}>https://maps.example/x</a></p>",
    "[the map](https://bank.example:443@maps.example/x)": f"<p><a {LINK}>the map{HOST}</a></p>",
    "[x](javascript:alert(1))": "<p>[x](javascript:alert(1))</p>",
    "[![map](https://maps.example/y)](https://maps.example/x)": f"<p><a {LINK}>map{HOST}</a></p>",
    "| a |\n|--:|\n| 1 |": '<div class="table" tabindex="0" role="region" aria-label="Table"><table><thead><tr>'
    '<th class="right">a</th></tr></thead><tbody><tr><td class="right">1</td></tr></tbody></table></div>',
    "- [x] ~~done~~": '<ul><li><span role="img" aria-label="Done">☑</span> <s>done</s></li></ul>',
}


@needs_markdown
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


#: Labels that a reader takes for another address than the link's.
PRETENDING = [
    "https://your-bank.example/login",
    "HTTPS://Your-Bank.example",
    "http://your-bank.example",
    "//your-bank.example",
    "www.your-bank.example",
    "your-bank.example",
    "your-bank.example/login.html",
    "https://your-bank.example/index.html",
    "Sign in at your-bank.example today",
    "your-bank.example@evil.example",
    "https://your-bank.example@evil.example/x",
    "evil.example.your-bank.example",
    "your-bank.example?evil.example",
    "ｙｏｕｒ－ｂａｎｋ．ｅｘａｍｐｌｅ",
    "your-bank。example",
    "your\u00adbank.ex\u200bample",
    "yоur-bank.example",  # a Cyrillic o
    "ftp://your-bank.example",
    "https:\\\\your-bank.example",
    "//evil.example.evil.example",
]


@needs_markdown
def test_label_that_shows_another_address_is_no_link(show: Any) -> None:
    api = ScriptedApi()
    for label in PRETENDING:
        api.answered(f"[{label}](https://evil.example/x)")
    page = show(api)
    expect(page.answers).to_have_count(len(PRETENDING))
    assert page.tab.locator("#log a").all_inner_texts() == []
    # In Markdown, two backslashes are one.
    assert page.tab.locator(".answer").all_text_contents() == [
        plain(f"[{label}](https://evil.example/x)").replace("\\\\", "\\") for label in PRETENDING
    ]


LABELS = [
    "here",
    "the bank",
    "Read [more",
    "https:",
    "a.b",
    "1.5",
    "report.pdf",
    "e.g. this",
    "evil.example",
    "\u202eelpmaxe.live",
    "x" * 300,
]


@needs_markdown
def test_every_link_shows_the_host_that_it_leads_to(show: Any) -> None:
    api = ScriptedApi()
    for label in LABELS:
        api.answered(f"[{label}](https://evil.example/x) and ![{label}](https://a:b@evil.example:8443/)")
    for bare in ("https://evil.example", "https://a@evil.example/x", "https://bücher.example/x", "HTTP://EVIL.EXAMPLE"):
        api.answered(bare)
    page = show(api)
    expect(page.answers).to_have_count(len(LABELS) + 4)
    assert page.tab.locator("#log a").count() > len(LABELS)
    assert page.tab.evaluate(LINKS_THAT_HIDE_THEIR_HOST) == []


def test_characters_that_hide_or_turn_text_are_shown_as_such_everywhere(show: Any) -> None:
    unsafe = [chr(code) for code in range(sys.maxunicode + 1) if category(chr(code)) in {"Cc", "Cf", "Zl", "Zp"}]
    hidden = "".join(f"⟦{character}⟧" for character in unsafe if character not in "\t\n\r")
    kept = "👩\u200d💻 ❤\ufe0f\u200d🔥 می\u200cخواهم क्\u200dष"
    text = f"{kept} {hidden}"
    api = ScriptedApi().asked(text).answered(f"{text}\n\n`{text}`", text).thinks(text, draft=text).remembers(text, text)
    api.title = api.last_text = text
    page = show(api)
    expect(page.steps).to_have_count(1)
    shown = page.tab.evaluate("document.body.innerText + document.body.textContent")
    assert {found for found in shown if category(found) in {"Cc", "Cf", "Zl", "Zp"}} == {"\n", "\u200c", "\u200d"}
    assert shown.count(plain(text)) >= 8, "the same list as the terminal's"
    page.tab.get_by_role("link", name="Memories", exact=True).click()
    expect(page.tab.locator("#memory-list > li")).to_contain_text(plain(text))


def test_answer_of_150_000_lines_is_shown(show: Any) -> None:
    page = show(ScriptedApi().asked("All of it?").answered("line\n" * 150_000).asked("More?").answered("No."))
    expect(page.answers).to_have_count(2, timeout=20_000)
    assert page.tab.evaluate("document.querySelector('.answer').textContent.length") >= 4 * 150_000


@needs_markdown
def test_answer_of_130_000_emphases_is_shown(show: Any) -> None:
    page = show(ScriptedApi().asked("All of it?").answered("*a* " * 130_000))
    expect(page.answers).to_have_count(1, timeout=30_000)
    assert page.tab.evaluate("document.querySelector('.answer').querySelectorAll('*').length") >= 130_000


def test_answer_that_cannot_be_drawn_is_shown_as_text(show: Any) -> None:
    page = show(ScriptedApi().asked("?").answered("**Level** 3").asked("And now?").answered("Bay 12"), "#new")
    # The browser refuses one element, as it does when it runs out of memory.
    page.tab.evaluate("""() => {
        const make = document.createElement.bind(document);
        document.createElement = (tag) => { if (tag === "strong") throw new RangeError("too much"); return make(tag); };
    }""")
    page.chat_in_list("Where did I park the car?").click()
    expect(page.answers).to_have_count(2)
    expect(page.answers.first).to_contain_text("**Level** 3")
