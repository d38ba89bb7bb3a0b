"""Memories in files: JSON Lines, or CSV with a line of column names."""

import csv
import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Final, Literal, TextIO

from async_chat_client._models import NewMemory

Format = Literal["jsonl", "csv"]


class UnreadableFile(Exception):
    """A line of the file is not a memory; the text names the line."""


def read_memories(file: TextIO, form: Format) -> list[NewMemory]:
    """All memories of a file: `text`, and optionally `occurred_at` and `tags`; other fields are ignored.

    The whole file is read before anything is stored, so that an invalid line stores nothing. Raises `UnreadableFile`.
    """
    try:
        return [_memory(number, fields) for number, fields in READERS[form](file)]
    except (UnicodeDecodeError, csv.Error) as error:
        raise UnreadableFile(f"not {form.upper()} in UTF-8: {error}") from None


def moment(text: str) -> datetime:
    """A time as a person types it, by default in the local time zone. Raises `ValueError`."""
    found = datetime.fromisoformat(text.strip())
    return found if found.tzinfo else found.astimezone()


def _json_lines(file: TextIO) -> Iterator[tuple[int, Mapping[str, object]]]:
    for number, line in enumerate(file, 1):
        if not line.strip():
            continue
        try:
            fields = json.loads(line)
        except ValueError:
            fields = None
        if not isinstance(fields, dict):
            raise UnreadableFile(f"line {number}: not a JSON object")
        yield number, fields


def _csv_lines(file: TextIO) -> Iterator[tuple[int, Mapping[str, object]]]:
    rows = csv.DictReader(file)
    if "text" not in (rows.fieldnames or []):
        raise UnreadableFile("line 1: must be the column names, with a column `text`")
    for row in rows:
        tags = [tag.strip() for tag in (row.get("tags") or "").split(";") if tag.strip()]
        yield rows.line_num, {"text": row["text"], "occurred_at": row.get("occurred_at"), "tags": tags}


READERS: Final = {"jsonl": _json_lines, "csv": _csv_lines}


def _memory(number: int, fields: Mapping[str, object]) -> NewMemory:
    text, occurred_at, tags = fields.get("text"), fields.get("occurred_at"), fields.get("tags") or []
    if not isinstance(text, str) or not text.strip():
        raise UnreadableFile(f"line {number}: `text` is missing")
    if not isinstance(tags, list) or not all(isinstance(tag, str) for tag in tags):
        raise UnreadableFile(f"line {number}: `tags` is not a list of words")
    try:
        return NewMemory(text, moment(str(occurred_at)) if occurred_at else None, tuple(tags))
    except ValueError as error:
        raise UnreadableFile(f"line {number}: `occurred_at` is not a time ({error})") from None
