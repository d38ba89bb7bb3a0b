"""Every code block of every page is true."""

from __future__ import annotations

import ast
from collections.abc import Callable

import pytest

from docs.site.navigation import ROOT
from tests.docs import not_executed
from tests.docs.blocks import Block, blocks
from tests.docs.runners import RUNNERS, Reading

#: Read last: its slow blocks started first, and the next tests need its agent too.
LAST = "docs/move-your-lambda.md"


def in_order() -> list[Block]:
    return sorted(blocks(), key=lambda block: block.page == LAST)


@pytest.mark.parametrize("block", in_order(), ids=str)
def test_a_block(block: Block, reading: Reading, agent_of: Callable[[Block], None]) -> None:
    assert block.language in RUNNERS, f"no runner for {block.language}: add one, or choose another language"
    agent_of(block)
    RUNNERS[block.language](block, reading)


def test_the_pages_have_blocks_of_every_kind() -> None:
    assert len(blocks()) >= 60
    assert {"sh", "python", "js", "json", "diff", "text", "mermaid"} <= {block.language for block in blocks()}


def test_every_command_not_executed_is_listed_with_its_reason(reading: Reading) -> None:
    listed = {f"make {target}" for target in not_executed.MAKE}
    listed |= {f"terraform {command}" for command in not_executed.TERRAFORM}
    listed |= {f"async-chat {command}" for command in not_executed.COMMANDS}
    programs = {line.split()[0] for line in reading.reader.not_executed()}
    assert {line for line in reading.reader.not_executed() if line.split()[0] not in not_executed.PROGRAMS} <= listed
    assert programs <= {"make", "terraform", "async-chat", *not_executed.PROGRAMS}


def test_about_page_lists_everything_not_executed() -> None:
    page = (ROOT / "docs" / "about.md").read_text(encoding="utf-8")
    tables = (
        not_executed.MAKE,
        not_executed.TERRAFORM,
        not_executed.PROGRAMS,
        not_executed.COMMANDS,
        not_executed.MODULES,
    )
    for table in tables:
        for command, reason in table.items():
            assert f"`{command}`" in page or f" {command}`" in page, command
            assert reason in page, reason


def test_reasons_name_existing_tests() -> None:
    source = ast.parse((ROOT / "tests/docs/not_executed.py").read_text(encoding="utf-8"))
    texts = [node.value for node in ast.walk(source) if isinstance(node, ast.Constant) and isinstance(node.value, str)]
    named = [word for text in texts for word in text.split() if word.endswith(".py")]
    assert len(named) >= 8
    assert all((ROOT / name).exists() for name in named), named
