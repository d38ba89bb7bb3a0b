"""Answers are Markdown: drawn on a terminal, left to scripts as they are, harmless and whole in both."""

import io
import re
import unicodedata

import pytest
from rich.console import Console

from async_chat_client._terminal.markdown import STYLES, Answer
from async_chat_client.testing import ScriptedTurn
from tests.terminal import Project

STYLE = re.compile(r"\x1b\[[0-9;]*m")
PLAN = """# The trip

Here is a **bold** and a ~~gone~~ word, `code`, and
a [link](https://example.com/a?b=1).

| city | nights |
|---|---:|
| Rome | 3 |

```python
def stay(nights):

    return "A line of code that is far longer than the terminal is wide, and is not broken to pieces."
```
"""


def drawn(markdown: str, width: int = 80, *, encoding: str = "utf-8") -> str:
    """What a terminal gets."""
    file = io.TextIOWrapper(io.BytesIO(), encoding=encoding, errors="replace")
    Console(file=file, force_terminal=True, highlight=False, theme=STYLES, width=width).print(
        Answer(markdown), crop=False
    )
    file.flush()
    return file.buffer.getvalue().decode(encoding)


def read(markdown: str, width: int = 80) -> str:
    """What a person reads."""
    return STYLE.sub("", drawn(markdown, width))


def test_markdown_is_drawn() -> None:
    assert read(PLAN) == (
        "The trip\n\nHere is a bold and a gone word, code, and\na link (https://example.com/a?b=1).\n\n\n"
        " city  nights\n ────────────\n Rome       3\n\n\n"
        "  def stay(nights):\n\n"
        '      return "A line of code that is far longer than the terminal is wide, and is not broken to pieces."\n'
    )
    for styled in ("\x1b[1mbold", "\x1b[9mgone", "\x1b[36mcode"):
        assert styled in drawn(PLAN)


@pytest.mark.parametrize(
    ("markdown", "shown"),
    [
        ("[Your bank](https://evil.test/x)", "Your bank (https://evil.test/x)"),
        ("[https://bank.test](https://evil.test)", "https://bank.test (https://evil.test)"),
        ("[**Your** `bank`](https://evil.test)", "Your bank (https://evil.test)"),
        ("![a *bank*](https://evil.test/x.png)", "a bank (https://evil.test/x.png)"),
        ("[![logo](https://a.test/x.png)](https://evil.test)", "logo (https://a.test/x.png) (https://evil.test)"),
        ("<https://example.com/a>", "https://example.com/a"),
        ("<anna@example.com>", "anna@example.com"),
        ("[bank][1]\n\n[1]: https://evil.test", "[bank][1]\n\n[1]: https://evil.test"),
        ("[run](javascript:alert(1))", "[run](javascript:alert(1))"),
        ("[Bank](https://bank.test@evil.test)", "Bank (https://bank.test@evil.test)"),
        ("[Bank](https://bаnk.test)", "Bank (https://xn--bnk-6cd.test)"),
    ],
)
def test_every_link_shows_where_it_leads(markdown: str, shown: str) -> None:
    assert read(markdown).strip() == shown


@pytest.mark.parametrize(
    "markdown",
    [
        "\x1b]0;owned\x07 \x1b[2J \x9b31m \u202etxt",
        "&#27;]0;owned&#7; &#x1b;[2J &#155;31m &#x202e;txt &#13;x",
        "`\x1b[2J`",
        "```\x1b[2J\n\x1b[2J\n```",
        "[\x1b[2J](https://x.test/\x1b[2J)",
        "<https://x.test/%1B[2J%9B>",
        "[a](<https://x.test/&#27;[2J>)",
        "[a](https://x.test/%1b%5b2J 'ti&#27;tle')",
        "![&#27;[2J](https://x.test/&#27;)",
        "| &#27;[2J | \x1b[2J |\n|---|---|\n| &#27;c | `\x1b[2J` |",
        "# &#27;[2J",
        "> - 1. &#27;[2J",
        "]8;;https://evil.test\x1b\\click\x1b]8;;\x1b\\",
    ],
)
def test_nothing_in_an_answer_steers_the_terminal(markdown: str) -> None:
    left = STYLE.sub("", drawn(markdown))
    assert not {character for character in left if unicodedata.category(character) in {"Cc", "Cf", "Cs"}} - {"\n"}


@pytest.mark.parametrize(
    "markdown",
    [
        "a List<int> of <b>bold</b> <!-- hidden --> words",
        "<div>block</div>",
        "<script>\nalert()\n</script>",
        "[1]: https://only.test 'a definition'",
        ">" * 300 + " deep",
        "* " * 300 + "deep",
        "|" + " a |" * 60 + "\n|" + "-|" * 60 + "\n|" + " deep |" * 60,
        "| word |\n|---|\n| " + "long" * 60 + " |",
        "| " + "long" * 60 + " | b |\n|---|---|\n| x | y |",
        "long" * 200,
        "\n".join(f"{'  ' * level}- item{level}" for level in range(80)),
        "word " * 20_000,
        "1) one\n2) two\n\n7. seven",
        "***both*** _under_ __two__ snake_case_name 2*3*4",
    ],
)
@pytest.mark.parametrize("width", [20, 80, 300])
def test_no_word_of_an_answer_is_lost(markdown: str, width: int) -> None:
    left = "".join(read(markdown, width).split())
    for word in re.findall(r"[a-z]+[0-9]*", markdown):
        assert word in left


def test_code_page_gets_stand_ins() -> None:
    assert STYLE.sub("", drawn("- item\n\n> quoted", encoding="cp850")) == " - item\n\n| quoted\n"


def test_scripts_get_the_markdown(project: Project) -> None:
    project.service.next_turns(ScriptedTurn(answer=PLAN, seconds=0))
    assert project.run("ask", "Where to?").stdout == PLAN + "\n"


def test_a_person_gets_the_drawing(project: Project) -> None:
    project.service.next_turns(ScriptedTurn(answer=PLAN, seconds=0))
    with project.sit_down("ask", "# Where **to**?") as terminal:
        terminal.expect("The trip\n\nHere is a bold and a gone word, code, and\na link (https://example.com/a?b=1).\n")
        terminal.expect("Continue:")
        assert terminal.exit_code() == 0
    with project.sit_down("show", "last") as terminal:
        terminal.expect("# Where **to**?\n")  # a question is no Markdown
        terminal.expect("The trip\n\nHere is a bold")
        assert terminal.exit_code() == 0


def test_terminal_without_styles_gets_the_markdown(project: Project) -> None:
    project.service.next_turns(ScriptedTurn(answer=PLAN, seconds=0))
    with project.sit_down("ask", "Where to?", TERM="dumb") as terminal:
        terminal.expect("Here is a **bold** and a ~~gone~~ word")
        assert terminal.exit_code() == 0


def test_no_color_draws_without_colours(project: Project) -> None:
    project.service.next_turns(ScriptedTurn(answer=PLAN, seconds=0))
    with project.sit_down("ask", "Where to?", NO_COLOR="1") as terminal:
        terminal.expect("Here is a bold")
        assert terminal.exit_code() == 0
        assert "\x1b[36m" not in terminal.raw
