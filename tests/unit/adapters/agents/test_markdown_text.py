"""Quoted text is shown as it was noted, whatever Markdown its characters would be."""

from __future__ import annotations

import re
import string

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from adapters.agents.markdown_text import shown_as

GITHUB = MarkdownIt("commonmark").enable(["table", "strikethrough"])
#: In pieces, since single characters seldom make a fence, an entity or an address.
PIECES = st.sampled_from(
    [
        *string.punctuation, *"aZ1 \t\n\r", "ß", "。", "\u00a0", "\u3000", "\n\n", "\r\n", "    ", "```", "~~~", "~~", "1.", "12)",
        "\n- ", "\n* ", "\n# ", "\n> ", "\n---", "\n===", "|-|\n", "\n|-|-|\n", "&amp;", "&#10;", "&copy", "<b>", "</b>", "<!--", "[a](b)",
        "[a]: /b", "![", "](", "**", "__", "a_b", "\\", "\\\n", "  \n", "https://a.b/c", "www.a.b", "<https://a.b>", "[x] ", "- [ ] ",
    ]
)  # fmt: skip
TEXTS = st.lists(PIECES, max_size=12).map("".join) | st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=30
)


def shown(markdown: str) -> list[str]:
    """The texts of the items of a list; anything else in it fails."""
    tokens = GITHUB.parse(markdown)
    assert {token.type.removesuffix("_open").removesuffix("_close") for token in tokens} <= {
        "bullet_list", "list_item", "paragraph", "inline",
    }  # fmt: skip
    children = [token.children or [] for token in tokens if token.type == "inline"]
    assert {child.type for texts in children for child in texts} <= {"text", "hardbreak"}
    return ["".join("\n" if child.type == "hardbreak" else child.content for child in texts) for texts in children]


@given(TEXTS)
@example("Gate of the wombatpark: press *4711* then the hash key")
@example(r"C:\temp\_old_\*.bak*")
@example("~~gone~~, <b>bold</b>, &copy;")
@example("Config:\n```\nport = 1\n```")
@example("Packing:\n- socks\n\n  1. tent\n---\n\t===")
def test_quoted_text_is_shown_as_it_was_noted(text: str) -> None:
    markdown = f"- 05 August 2026: {shown_as(text)}\n- 06 August 2026: {shown_as('a * b')}"
    noted = re.sub("\r\n|\r", "\n", text.strip())
    assert shown(markdown) == [f"05 August 2026: {noted}".rstrip(), "06 August 2026: a * b"]


@pytest.mark.parametrize(
    "text",
    [
        "Parked the car on level 3, bay 12. The ticket is in the coat!",
        "snake_case_name, 2 + 2 = 4, about ~5 km (or more), #7 & Co. <3 50 % \"quoted\" 'too'",
        r"C:\temp\notes",
        "https://maps.example/x_y?z=1&q=2#part",
    ],
)
def test_text_that_means_nothing_in_markdown_stays_readable_as_it_is(text: str) -> None:
    assert shown_as(text) == text


def test_address_that_needs_an_escape_is_no_address() -> None:
    """The page would make a link of the part before the escape."""
    assert shown_as("https://a.example/*x* or http://b.example/y") == r"https\://a.example/\*x\* or http://b.example/y"
