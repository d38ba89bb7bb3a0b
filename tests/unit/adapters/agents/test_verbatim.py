"""What a memory holds is shown as noted, whatever Markdown would make of it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from adapters.agents.verbatim import in_list_item

PARSER = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])


def shown(items: str) -> list[str]:
    """The texts of a list's items, as a reader sees them; fails for any markup in them."""
    texts: list[str] = []
    for token in PARSER.parse(items):
        assert token.type in {"bullet_list_open", "bullet_list_close", "list_item_open", "list_item_close"} | {
            "paragraph_open",
            "paragraph_close",
            "inline",
        }, token.type
        if token.type == "list_item_open":
            texts.append("")
        for part in token.children or []:
            assert part.type in {"text", "softbreak", "text_special"}, part.type
            texts[-1] += "\n" if part.type == "softbreak" else part.content
        if token.type == "paragraph_close":
            texts[-1] += "\n"
    return [text.rstrip("\n") for text in texts]


@pytest.mark.parametrize(
    "noted",
    [
        "Gate of the wombatpark: press *4711* then the hash key",
        r"C:\temp\_old_\*.bak*",
        "snake_case_name and _this_ and __that__",
        "2 * 3 * 4 ~~ 5",
        "~~not~~ ~gone~ ~~~~~",
        "`code` and ``code``",
        "[Mercury](https://en.wikipedia.org/wiki/Mercury_(planet))",
        "![a](b) [x][y] [z]",
        "<b>bold</b> <https://x.test> a < b <!-- c --> <3",
        "AT&T &amp; &#42; &c.",
        "ends with a backslash\\",
        "a\\\nb",
        "one\n# two\n- three\n+ four\n> five\n1. six\n2) seven\n---\n===\n* eight",
        "a | b\n--|--\nc | d",
        "a | b\n|--|--|\n:--|--:",
        "one\n```\ncode\n```\ntwo",
        "one\n~~~\ncode",
        "one\ttwo",
        "!!! ### ...",
    ],
)
def test_text_is_shown_as_noted(noted: str) -> None:
    assert shown(f"- 4 August: {in_list_item(noted)}\n- 5 August: Next.") == [f"4 August: {noted}", "5 August: Next."]


def test_empty_lines_and_indentation_stay_in_the_item() -> None:
    noted = in_list_item("one\n\n    two\n\n\n- three")
    assert shown(f"- 4 August: {noted}\n- 5 August: Next.") == ["4 August: one\ntwo\n- three", "5 August: Next."]


def test_words_without_markup_stay_as_they_are() -> None:
    noted = 'At 7:40 (half the price) we met A.B. - 50% of #3, 3 > 2 + 1 = 3: "yes", it\'s 12_000!'
    assert in_list_item(noted) == noted


MARKUP = st.text(alphabet="ab1 \n\\`*_[]()<>#~|&;!-+=:.>\"'/", min_size=1, max_size=30)


@given(MARKUP.filter(lambda text: text.strip() != ""))
def test_any_markup_is_shown_as_noted(noted: str) -> None:
    noted = "x" + noted + "x"
    lines = [line.strip() for line in noted.splitlines()]
    kept = "\n".join(line for line in lines if line)
    assert shown(f"- 4: {in_list_item(noted)}\n- 5: Next.") == [f"4: {kept}", "5: Next."]
