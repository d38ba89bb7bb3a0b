"""Answers on a terminal: Markdown drawn with Rich, every link's address visible, nothing that steers the terminal."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from itertools import dropwhile
from typing import ClassVar, Final

from markdown_it import MarkdownIt
from markdown_it.token import Token
from rich.console import Console, ConsoleOptions, RenderResult
from rich.markdown import CodeBlock, Heading, Markdown, MarkdownElement, TableElement
from rich.segment import Segment
from rich.table import Table
from rich.text import Text
from rich.theme import Theme

from async_chat_client._plain_text import plain

#: Rich's own have a black background, which only a dark terminal has.
STYLES: Final = Theme({"markdown.code": "cyan", "markdown.code_block": "cyan"}, inherit=True)
#: Longer answers are printed as they are: drawing them would take seconds.
_LONGEST: Final = 40_000
#: Elements within each other; the parser drops what is deeper.
_DEEPEST: Final = 100
#: Columns that each table column needs, with the space beside it.
_COLUMN: Final = 6
#: Rich's bullet and quotation mark, where the terminal's encoding lacks them.
_IN_ASCII: Final = str.maketrans({"•": "-", "▌": "|"})


class Answer:
    """Markdown for a terminal. What Rich cannot draw is printed as it is."""

    def __init__(self, markdown: str) -> None:
        self._markdown = plain(markdown)

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        lines = [
            _line(line, ascii_only=options.ascii_only) for line in Segment.split_lines(self._drawn(console, options))
        ]
        for line in dropwhile(lambda line: not line, lines):
            yield from line
            yield Segment.line()

    def _drawn(self, console: Console, options: ConsoleOptions) -> list[Segment]:
        if len(self._markdown) <= _LONGEST:
            # Whatever markup a model may write: its answer has been paid for, and is shown.
            with suppress(Exception):
                return list(console.render(_Drawn(self._markdown), options))
        return list(console.render(Text(self._markdown), options))


def _line(segments: Iterable[Segment], *, ascii_only: bool) -> list[Segment]:
    """A line without spaces at its end. Safe characters only: `&#27;` has become an escape character by now."""
    kept = [Segment(plain(text), style) for text, style, control in segments if not control]
    while kept and not kept[-1].text.strip():
        kept.pop()
    if kept:
        kept[-1] = Segment(kept[-1].text.rstrip(), kept[-1].style)
    return [Segment(text.translate(_IN_ASCII), style) for text, style, _ in kept] if ascii_only else kept


class _Heading(Heading):
    """On the left, without the frame that Rich draws around the first level."""

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        self.text.justify = "left"
        yield self.text


class _CodeBlock(CodeBlock):
    """Lines as they are, to copy: neither broken nor on a background."""

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        for line in self.text.plain.rstrip("\n").split("\n"):
            yield Text(f"  {line}", "markdown.code_block", no_wrap=True, overflow="ignore")


class _Table(TableElement):
    """Long words are broken, not cut. Raises `ValueError` if the columns have no room."""

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        for table in super().__rich_console__(console, options):
            assert isinstance(table, Table)
            if len(table.columns) * _COLUMN > options.max_width:
                raise ValueError("too many columns")
            for column in table.columns:
                column.overflow = "fold"
            yield table


class _Drawn(Markdown):
    """CommonMark with tables and strikethrough. HTML and link definitions are text, a line's end stays one.

    Raises `ValueError` for what the parser would drop.
    """

    elements: ClassVar[dict[str, type[MarkdownElement]]] = {
        **Markdown.elements,
        "heading_open": _Heading,
        "fence": _CodeBlock,
        "code_block": _CodeBlock,
        "table_open": _Table,
    }

    def __init__(self, markdown: str) -> None:
        super().__init__("", hyperlinks=False)
        parser = MarkdownIt("commonmark", {"html": False, "maxNesting": _DEEPEST})
        self.parsed = parser.enable(["strikethrough", "table"]).disable("reference").parse(markdown)
        for token in self.parsed:
            if token.level >= _DEEPEST - 1:
                raise ValueError("nested too deeply")
            token.children = token.children and [*_plain_links(token.children)]


def _plain_links(tokens: Sequence[Token]) -> Iterator[Token]:
    """Links as their text and their address: what a terminal shows of a link need not be where it leads."""
    texts: list[str] = []
    address = ""
    for token in tokens:
        if token.type == "link_open":
            address, texts = str(token.attrs.get("href", "")), []
        elif token.type == "link_close":
            if "".join(texts) not in {address, address.removeprefix("mailto:")}:
                yield _text(f" ({address})")
        elif token.type == "image":
            title = "".join(part.content for part in token.children or [])
            yield _text(f"{title} ({token.attrs.get('src', '')})")
        elif token.type == "softbreak":
            yield Token("hardbreak", "br", 0)
        else:
            texts.append(token.content)
            yield token


def _text(content: str) -> Token:
    return Token("text", "", 0, content=content)
