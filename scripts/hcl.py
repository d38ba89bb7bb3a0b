"""Reads a Terraform module by python-hcl2: what its blocks say, and what its objects hold."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import Any, Final

import hcl2
from hcl2.query import DocumentView, NodeView, ObjectView
from hcl2.rules.containers import ObjectRule

TERRAFORM: Final = Path(__file__).resolve().parent.parent / "terraform"
SERVICE: Final = TERRAFORM / "modules" / "service"

#: Plain values. What is no literal stays text: `local.name` is "${local.name}".
PLAIN: Final = hcl2.SerializationOptions(
    with_comments=False, explicit_blocks=False, strip_string_quotes=True, preserve_heredocs=False
)


class Module:
    """All .tf files of a folder. A nested block is a list of bodies, since it may be repeated."""

    def __init__(self, folder: Path = SERVICE) -> None:
        self._folder = folder

    @cached_property
    def variables(self) -> dict[str, dict[str, Any]]:
        return self._named("variable")

    @cached_property
    def outputs(self) -> dict[str, dict[str, Any]]:
        return self._named("output")

    @cached_property
    def locals(self) -> dict[str, Any]:
        return {name: value for body in self._bodies("locals") for name, value in body.items()}

    @cached_property
    def modules(self) -> list[dict[str, Any]]:
        """The calls of other modules."""
        return self._bodies("module")

    @cached_property
    def terraform(self) -> dict[str, Any]:
        """The settings of Terraform itself, such as required_version."""
        (body,) = self._bodies("terraform")
        return body

    def attributes(self, variable: str) -> dict[str, str]:
        """The attributes of a variable whose type is an object, with their types."""
        (block,) = (found for file in self._files for found in file.blocks("variable", variable))
        return dict(_entries(block))

    def resource(self, kind: str, name: str) -> dict[str, Any]:
        (found,) = (body[kind][name] for body in self._bodies("resource") if name in body.get(kind, ()))
        return dict(found)

    def resources(self) -> Iterator[tuple[str, dict[str, Any]]]:
        """Type and body of every resource."""
        for body in self._bodies("resource"):
            for kind, named in body.items():
                yield from ((kind, dict(found)) for found in named.values())

    def kinds(self) -> set[str]:
        """The types of all resources and data sources."""
        return {kind for block in ("resource", "data") for body in self._bodies(block) for kind in body}

    def entries(self) -> Iterator[tuple[str, Any]]:
        """Key and value of every entry of every object, also of those within an expression."""
        return (entry for file in self._files for entry in _entries(file))

    def _named(self, kind: str) -> dict[str, dict[str, Any]]:
        return {name: body for block in self._bodies(kind) for name, body in block.items()}

    @cached_property
    def _files(self) -> list[DocumentView]:
        return [DocumentView.parse_file(str(file)) for file in sorted(self._folder.glob("*.tf"))]

    def _bodies(self, kind: str) -> list[dict[str, Any]]:
        return [body for file in self._files for body in file.to_dict(PLAIN).get(kind, [])]


def _entries(view: NodeView) -> Iterator[tuple[str, Any]]:
    for found in view.find_all(ObjectRule):
        assert isinstance(found, ObjectView)
        yield from ((key.strip('"'), value.to_dict(PLAIN)) for key, value in found.entries)
