"""Writes docs/terraform.md: variables and outputs, as the Terraform describes them itself."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
TARGET = PROJECT / "docs" / "terraform.md"

HEAD = """# Variables and outputs

Written by `make generate` from the descriptions in the code; a test holds them together. What differs from
environment to environment is in [environments.tf](../terraform/environments.tf), keyed by workspace.
"""
BLOCK = re.compile(r'^(variable|output) "(\w+)" \{\n(.*?)^\}', re.MULTILINE | re.DOTALL)


def page() -> str:
    """The whole page."""
    parts = [HEAD]
    for title, folder in (("", "terraform"), ("The state's bucket: ", "terraform/state-bucket")):
        parts.append(_table(f"{title}variables".capitalize(), "variable", folder))
        parts.append(_table(f"{title}outputs".capitalize(), "output", folder))
    return "\n".join(parts)


def _table(title: str, kind: str, folder: str) -> str:
    rows = sorted(_blocks(kind, PROJECT / folder))
    if kind == "variable":
        lines = ["| variable | type | default | |", "|---|---|---|---|"]
        lines += [f"| `{name}` | {_type(body)} | {_default(body)} | {_description(body)} |" for name, body in rows]
    else:
        lines = ["| output | |", "|---|---|"]
        lines += [f"| `{name}` | {_description(body)} |" for name, body in rows]
    return "\n".join([f"## {title}", "", *lines, ""])


def _blocks(kind: str, folder: Path) -> Iterator[tuple[str, str]]:
    for file in sorted(folder.glob("*.tf")):
        for found, name, body in BLOCK.findall(file.read_text(encoding="utf-8")):
            if found == kind:
                yield name, body


def _description(body: str) -> str:
    found = re.search(r'^  description = "(.*)"$', body, re.MULTILINE)
    return found[1].replace("|", "\\|").replace('\\"', '"') if found else ""


def _type(body: str) -> str:
    found = re.search(r"^  type\s*= (\S+?)(\(|$)", body, re.MULTILINE)
    return found[1] if found else ""


def _default(body: str) -> str:
    found = re.search(r"^  default\s*= (.+)$", body, re.MULTILINE)
    return f"`{found[1]}`" if found else "needed"


if __name__ == "__main__":
    TARGET.write_text(page(), encoding="utf-8")
    sys.stdout.write(f"{TARGET.relative_to(PROJECT)}\n")
