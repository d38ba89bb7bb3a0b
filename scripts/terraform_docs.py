"""Writes docs/terraform.md: variables and outputs with their descriptions in Terraform."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator
from typing import Any, Final

from scripts.docs.contract_reference import table
from scripts.hcl import TERRAFORM, Module

TARGET: Final = TERRAFORM.parent / "docs" / "terraform.md"

HEAD = """# Terraform variables

`make generate` writes this page from the descriptions in the code.
"""
SETTINGS = """What a file of `terraform/workspaces` may set. The first four are the
workspace's; the others are the variables of the module `terraform/modules/service`, which your own
Terraform can call too.
"""
#: Read by the root itself, not by the module.
OF_THE_WORKSPACE = [
    ("`account_ids`", "list(string)", "`[]`", "AWS accounts that the workspace may be applied to. Empty: any."),
    (
        "`package_extras`",
        "list(string)",
        "`[]`",
        "Folders and requirements files that `make package WORKSPACE=...` adds.",
    ),
    ("`protected`", "bool", "`false`", "Require confirm_workspace, and reject overrides."),
    ("`region`", "string", "required", "The AWS region."),
]
HEADINGS: Final = ["variable", "type", "default", "description"]
#: Given by the root itself.
GIVEN = {"name_prefix", "environment", "package_path", "app_version"}


def page() -> str:
    root, service, bucket = Module(TERRAFORM), Module(), Module(TERRAFORM / "state-bucket")
    settings = [row for name, row in _rows(service) if name not in GIVEN]
    given = [row for name, row in _rows(service) if name in GIVEN]
    parts = [
        HEAD,
        _variables("Variables", root),
        _section("Settings of a workspace", HEADINGS, [*OF_THE_WORKSPACE, *settings], SETTINGS),
        _section("More variables of the module", HEADINGS, given),
        _outputs("Outputs", root),
        _variables("State bucket: variables", bucket),
        _outputs("State bucket: outputs", bucket),
    ]
    return "\n".join(parts)


def _variables(title: str, module: Module) -> str:
    return _section(title, HEADINGS, [row for _, row in _rows(module)])


def _rows(module: Module) -> Iterator[tuple[str, tuple[str, ...]]]:
    for name, body in sorted(module.variables.items()):
        yield name, (f"`{name}`", _type(body), _default(body), _description(body))


def _outputs(title: str, module: Module) -> str:
    rows = ((f"`{name}`", _description(body)) for name, body in sorted(module.outputs.items()))
    return _section(title, ["output", "description"], rows)


def _section(title: str, head: list[str], rows: Iterable[tuple[str, ...]], text: str = "") -> str:
    return "\n".join([f"## {title}", "", *([text] if text else []), *table(head, rows)])


def _description(body: dict[str, Any]) -> str:
    return str(body["description"]).split("\n", maxsplit=1)[0]


def _type(body: dict[str, Any]) -> str:
    kind = _plain(body["type"])
    return "object" if kind.startswith("object(") else kind


def _plain(expression: str) -> str:
    return expression.removeprefix("${").removesuffix("}")


def _default(body: dict[str, Any]) -> str:
    return _code(body["default"]) if "default" in body else "required"


def _code(value: object) -> str:
    return f"`{json.dumps(value)}`"


if __name__ == "__main__":
    TARGET.write_text(page(), encoding="utf-8")
    sys.stdout.write(f"{TARGET.relative_to(TERRAFORM.parent)}\n")
