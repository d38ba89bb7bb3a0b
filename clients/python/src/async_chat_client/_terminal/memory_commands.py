"""Commands about memories."""

import hashlib
import json
import sys
from datetime import tzinfo
from itertools import islice
from pathlib import Path
from typing import Annotated, cast

import typer
from rich.progress import Progress

from async_chat_client._bodies import new_memory
from async_chat_client._calls import BATCH, NotAnId
from async_chat_client._models import NewMemory
from async_chat_client._terminal.command import Terminal, command, read_stdin
from async_chat_client._terminal.memory_files import Format, UnreadableFile, day_or_time, read_memories
from async_chat_client._terminal.screen import memory_time

app = typer.Typer()


@command(app)
def remember(
    terminal: Terminal,
    text: Annotated[str, typer.Argument(help="What to remember; `-` reads it from standard input.")],
    at: Annotated[str | None, typer.Option(help="When it happened, such as 2026-11-20 or 2026-11-20T18:30.")] = None,
    tag: Annotated[list[str] | None, typer.Option(help="A tag; may be given several times.")] = None,
) -> None:
    """Store a memory and print its id."""
    try:
        occurred_at = day_or_time(at, terminal.zone()) if at else None
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--at") from None
    told = read_stdin() if text == "-" else text
    with terminal.key_for("remember", told, at or "", *(tag or ())) as key:
        memory_id = terminal.client().memories.remember(told, occurred_at=occurred_at, tags=tag or (), key=key)
    if terminal.screen.as_json:
        terminal.screen.result({"memory_id": memory_id})
    else:
        terminal.screen.say(memory_id)


@command(app)
def memories(
    terminal: Terminal,
    words: Annotated[str | None, typer.Argument(help="Search for these, best match first, as the agent does.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="Maximum number.")] = 20,
) -> None:
    """List the memories, newest first, or search them."""
    mine = terminal.client().memories
    found = list(islice(mine.list() if words is None else mine.search(words), limit))
    if terminal.screen.as_json:
        terminal.screen.result({"memories": found})
        return
    for memory in found:
        tags = "".join(f" #{tag}" for tag in memory.tags)
        terminal.screen.say(f"{memory.memory_id}  {memory_time(memory)}{tags}", "dim")
        terminal.screen.say(memory.text)


@command(app)
def forget(
    terminal: Terminal, memory: Annotated[list[str], typer.Argument(metavar="MEMORY...", help="Ids of memories.")]
) -> None:
    """Delete memories permanently."""
    if not all(memory_id.strip() for memory_id in memory):
        raise NotAnId("A memory's id is empty; none was deleted.")
    mine = terminal.client().memories
    for memory_id in memory:
        mine.forget(memory_id)


@command(app, "import")
def import_memories(
    terminal: Terminal,
    file: Annotated[str, typer.Argument(help="JSON Lines or CSV; `-` is standard input.")],
    form: Annotated[str | None, typer.Option("--format", help="jsonl or csv; else by the file's name.")] = None,
    skip: Annotated[int, typer.Option(min=0, help="Number of memories to skip because they are stored already.")] = 0,
) -> None:
    """Store many memories, a hundred at a time.

    JSON Lines: one object a line. CSV: a first line of column names, separated by commas, semicolons or tabs. Fields:
    text, and optionally occurred_at and tags (in CSV separated by semicolons). If a line is invalid, nothing is stored.
    If the import ends in between, also by Ctrl-C, the command prints the number for --skip. The same lines of the same
    file are stored once, however often they are imported within a day.
    """
    form = form or ("csv" if file.lower().endswith(".csv") else "jsonl")
    if form not in {"jsonl", "csv"}:
        raise typer.BadParameter("jsonl or csv", param_hint="--format")
    found = _read(file, cast("Format", form), terminal.zone())[skip:]
    stored = _store(terminal, found, skip)
    if terminal.screen.as_json:
        terminal.screen.result({"stored": stored})
    else:
        terminal.screen.say(f"{stored} memories stored")


def _read(file: str, form: Format, zone: tzinfo | None) -> list[NewMemory]:
    try:
        content = sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
    except OSError as error:
        raise UnreadableFile(f"{file}: {error.strerror}") from None
    return read_memories(content, form, zone)


def _store(terminal: Terminal, found: list[NewMemory], skipped: int) -> int:
    """Store them in batches. However it ends, the person learns how far it came."""
    stored = 0
    mine = terminal.client().memories
    with Progress(console=terminal.screen.err, transient=True, disable=not terminal.screen.err.is_terminal) as bar:
        shown = bar.add_task("Storing", total=len(found))
        try:
            while batch := found[stored : stored + BATCH]:
                for ids in mine.remember_all(batch, key=_key(batch, skipped + stored)):
                    stored += len(ids)
                bar.update(shown, completed=stored)
        finally:
            if stored < len(found):
                after = skipped + stored
                text = f"{stored} of {len(found)} memories were stored; continue with --skip {after}"
                terminal.screen.note(text, "yellow")
    return stored


def _key(batch: list[NewMemory], position: int) -> str:
    """The same for the same memories at the same place of a file: repeated within a day, they are stored once."""
    content = json.dumps([position, *map(new_memory, batch)])
    return f"import-{hashlib.sha256(content.encode()).hexdigest()}"
