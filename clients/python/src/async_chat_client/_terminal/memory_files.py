"""Memories in files: JSON Lines, or CSV as spreadsheets write it."""

import codecs
import csv
import io
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import date, datetime, tzinfo
from typing import Final, Literal

from async_chat_client._models import NewMemory
from async_chat_client._terminal.memory_rules import faults

Format = Literal["jsonl", "csv"]
#: A line's number, and its fields.
Line = tuple[int, Mapping[str, object]]

_DELIMITERS: Final = (",", ";", "\t")
_SEPARATOR_LINE: Final = "sep="


class UnreadableFile(Exception):
    """A line of the file is not a memory; the text names the line."""


def read_memories(content: bytes, form: Format, zone: tzinfo | None = None) -> list[NewMemory]:
    """All memories of a file: `text`, and optionally `occurred_at` and `tags`; other fields are ignored.

    The whole file is read and checked by the service's rules before anything is stored, so that an invalid line stores
    nothing. Raises `UnreadableFile`.
    """
    return [_memory(number, fields, zone) for number, fields in READERS[form](_decoded(content))]


def day_or_time(text: str, zone: tzinfo | None = None) -> datetime | date:
    """A day, or a time as a person types it, by default in `zone` or the machine's own. Raises `ValueError`."""
    with suppress(ValueError):
        return date.fromisoformat(text.strip())
    found = datetime.fromisoformat(text.strip())
    try:
        if found.tzinfo:
            return found
        return found.replace(tzinfo=zone) if zone else found.astimezone()
    except OverflowError:
        raise ValueError("beyond the calendar") from None


def _decoded(content: bytes) -> str:
    """The text, without a byte order mark. Spreadsheets write UTF-8, or UTF-16 as "Unicode text"."""
    utf_16 = content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    try:
        return content.decode("utf-16" if utf_16 else "utf-8-sig")
    except UnicodeDecodeError as error:
        number = content[: error.start].count(b"\n") + 1
        raise UnreadableFile(f"line {number}: not UTF-8; save the file as UTF-8") from None


def _json_lines(text: str) -> Iterator[Line]:
    for number, line in enumerate(io.StringIO(text, newline=None), 1):
        if not line.strip():
            continue
        try:
            fields = json.loads(line)
        except (ValueError, RecursionError):
            fields = None
        if not isinstance(fields, dict):
            raise UnreadableFile(f"line {number}: not a JSON object")
        yield number, fields


def _csv_lines(text: str) -> Iterator[Line]:
    lines = text.splitlines(keepends=True)
    skipped = 1 if lines and lines[0].casefold().startswith(_SEPARATOR_LINE) else 0  # Excel's hint
    body = "".join(lines[skipped:])
    rows = _rows(body, _delimiter(lines[skipped:], skipped), skipped)
    _, head = next(rows, (1, []))
    names = [name.strip().casefold() for name in head]
    _check_names(names, 1 + skipped)
    for number, row in rows:
        if not any(cell.strip() for cell in row):
            continue
        if len(row) != len(names):
            raise UnreadableFile(f"line {number}: {len(row)} fields, but line {1 + skipped} names {len(names)} columns")
        fields: dict[str, object] = dict(zip(names, row, strict=True))
        tags = [tag.strip() for tag in str(fields.get("tags") or "").split(";") if tag.strip()]
        yield number, {**fields, "tags": tags}


def _delimiter(lines: Sequence[str], skipped: int) -> str:
    """The delimiter by which the line of names has a column `text`, and most columns."""
    found: dict[str, int] = {}
    for delimiter in _DELIMITERS:
        with suppress(UnreadableFile):  # read with another's delimiter, a line may be no CSV
            _, head = next(_rows("".join(lines), delimiter, skipped), (1, []))
            if "text" in (name.strip().casefold() for name in head):
                found[delimiter] = len(head)
    return max(found, key=lambda delimiter: found[delimiter], default=",")


def _check_names(names: Sequence[str], number: int) -> None:
    if "text" not in names:
        read = ", ".join(names) or "nothing"
        raise UnreadableFile(f"line {number}: must be the column names, with a column `text`; it names {read}")
    for name in ("text", "occurred_at", "tags"):
        if names.count(name) > 1:
            raise UnreadableFile(f"line {number}: two columns are called `{name}`")


def _rows(text: str, delimiter: str, skipped: int) -> Iterator[tuple[int, list[str]]]:
    """Each record with the number of the line on which it begins."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    while True:
        number = reader.line_num + 1 + skipped
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise UnreadableFile(f"line {number}: {_reason(error)}") from None
        yield number, row


def _reason(error: csv.Error) -> str:
    said = str(error)
    if "unexpected end of data" in said:
        return "a quote is never closed"
    if "expected after" in said:
        return "a quote in the middle of a field; inside of quotes it is written twice"
    return "a field is too long" if "field larger" in said else "not a line of CSV"


READERS: Final = {"jsonl": _json_lines, "csv": _csv_lines}


def _memory(number: int, fields: Mapping[str, object], zone: tzinfo | None) -> NewMemory:
    text, occurred_at, tags = fields.get("text"), fields.get("occurred_at"), fields.get("tags")
    if not isinstance(text, str):
        raise UnreadableFile(f"line {number}: `text` is missing")
    tags = [] if tags is None else tags
    if not isinstance(tags, list) or not all(isinstance(tag, str) for tag in tags):
        raise UnreadableFile(f"line {number}: `tags` is not a list of words")
    memory = NewMemory(text, _occurred_at(number, occurred_at, zone), tuple(tags))
    for fault in faults(memory):
        raise UnreadableFile(f"line {number}: {fault}")
    return memory


def _occurred_at(number: int, value: object, zone: tzinfo | None) -> datetime | date | None:
    if value is None or value == "":
        return None
    if isinstance(value, str):
        with suppress(ValueError):
            return day_or_time(value, zone)
    raise UnreadableFile(f"line {number}: `occurred_at` is not a time such as 2026-11-20 or 2026-11-20T18:30")
