"""Writes docs/terraform.md: variables and outputs with their descriptions in Terraform."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterable
from typing import Any, Final

from scripts.docs.contract_reference import table
from scripts.hcl import TERRAFORM, Module

TARGET: Final = TERRAFORM.parent / "docs" / "terraform.md"

HEAD = """# Terraform variables

`make generate` writes this page from the descriptions in the code. The settings of each workspace are in
[environments.tf](../terraform/environments.tf).
"""
SWITCHES = """The attributes of the variable `overrides`: `-var 'overrides={tracing=true}'`. The defaults hold where the
workspace's entry in [environments.tf](../terraform/environments.tf) sets nothing else.
"""


def page() -> str:
    main, bucket = Module(), Module(TERRAFORM / "state-bucket")
    parts = [
        HEAD,
        _variables("Variables", main),
        _section("Switches", ["switch", "type", "default", "description"], _switches(main), SWITCHES),
        _outputs("Outputs", main),
        _variables("State bucket: variables", bucket),
        _outputs("State bucket: outputs", bucket),
    ]
    return "\n".join(parts)


def _variables(title: str, module: Module) -> str:
    found = sorted(module.variables.items())
    rows = ((f"`{name}`", _type(body), _default(body), _description(body)) for name, body in found)
    return _section(title, ["variable", "type", "default", "description"], rows)


def _outputs(title: str, module: Module) -> str:
    rows = ((f"`{name}`", _description(body)) for name, body in sorted(module.outputs.items()))
    return _section(title, ["output", "description"], rows)


def _switches(module: Module) -> Iterable[tuple[str, ...]]:
    """Types from the variable's type, meanings from the list in its description, defaults from environments.tf."""
    listed = re.findall(r"^- (\w+): (.+)$", module.variables["overrides"]["description"], re.MULTILINE)
    meanings, defaults = dict(listed), module.locals["environment_defaults"]
    for name, kind in module.attributes("overrides").items():
        plain = _plain(kind).removeprefix("optional(").removesuffix(")")
        yield f"`{name}`", plain, _code(defaults[name]), meanings[name]


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
