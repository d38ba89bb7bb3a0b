"""Text within an answer. Answers are Markdown, so what is to be shown as it is, has to be escaped.

https://spec.commonmark.org/0.31.2/#backslash-escapes
"""

import re
from collections.abc import Iterator
from typing import Final

#: What means something anywhere in a line: escapes, code, emphasis, links, HTML, entities, strikethrough.
_MARKS: Final = re.compile(r"\\(?=[!-/:-@\[-`{-~]|$)|[`*\[]|<(?=[A-Za-z/!?])|&(?=#?\w+;)|~(?=.*~)|(?<=~)~")
_UNDERSCORES: Final = re.compile("_+")
#: What begins a block at the beginning of a line: any punctuation, or the mark behind a number.
_BLOCK: Final = re.compile(r"(?:\d+(?=[.)]))?[!-/:-@\[-`{-~]")
#: The page makes links of these by itself.
_ADDRESS: Final = re.compile(r"https?(?P<colon>:)(?=(?P<rest>\S*))", re.IGNORECASE)
_LINE_END: Final = re.compile(r"\r\n|\r|\n")


def shown_as(text: str, indent: str = "  ") -> str:
    """Markdown that shows `text` within an item of a list, or elsewhere that is not the beginning of a line.

    Lines after the first begin with `indent`, which keeps them in the item. White space around the text is left out.
    """
    first, *others = _LINE_END.split(text.strip())
    made = [_line(first, last=not others)]
    for number, line in enumerate(others, start=1):
        if line.strip():
            made.append(f"\\\n{indent}{_begun(line, last=number == len(others))}")
        else:  # It would end the paragraph.
            made.append(f"&#10;{line}")
    return "".join(made)


def _begun(line: str, *, last: bool) -> str:
    """A line that begins a line of the Markdown too: white space there would be lost."""
    if line[0] in " \t":
        return f"&#{ord(line[0])};{_line(line[1:], last=last)}"
    block = _BLOCK.match(line)
    return _line(line, block.end() - 1 if block else None, last=last)


def _line(line: str, begins_block: int | None = None, *, last: bool) -> str:
    """`begins_block`: the position of the mark that would begin one. `last`: nothing follows in the text."""
    escaped = {*_escaped(line), begins_block}
    # What follows an address without a space would be taken for a part of it, an escape too: then it is no link at all.
    for address in _ADDRESS.finditer(line):
        glued = {*range(*address.span("rest"))}
        if escaped & glued or (address.end("rest") == len(line) and not last):
            escaped.add(address.start("colon"))
    return "".join(f"\\{character}" if at in escaped else character for at, character in enumerate(line))


def _escaped(line: str) -> Iterator[int]:
    yield from (mark.start() for mark in _MARKS.finditer(line))
    for run in _UNDERSCORES.finditer(line):
        within_word = line[: run.start()][-1:].isalnum() and line[run.end() :][:1].isalnum()
        if not within_word:
            yield from range(*run.span())
