"""The project's source files, parsed for the tests of its architecture."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Final

from entrypoints.http.routes import ROUTES
from scripts.hcl import Module

ROOT: Final = Path(__file__).parents[2]
SRC: Final = ROOT / "src"
FAKES: Final = ROOT / "tests" / "fakes"
FEATURES: Final = ROOT / "tests" / "features"
MODULE: Final = Module()


@dataclass(frozen=True)
class ClassInFile:
    name: str
    bases: frozenset[str]
    methods: frozenset[str]
    where: str


@dataclass(frozen=True)
class SourceFile:
    path: Path

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.path.read_text())

    @property
    def module(self) -> str:
        return ".".join(self.path.relative_to(SRC).with_suffix("").parts)

    def imports(self) -> Iterator[tuple[str, int]]:
        """Every imported module and the line of its import."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                yield from ((alias.name, node.lineno) for alias in node.names)
            elif isinstance(node, ast.ImportFrom):
                yield "." * node.level + (node.module or ""), node.lineno

    def classes(self) -> Iterator[ClassInFile]:
        for node in ast.walk(self.tree):
            if isinstance(node, ast.ClassDef):
                bases = frozenset(ast.unparse(base).split(".")[-1].split("[")[0] for base in node.bases)
                methods = frozenset(item.name for item in node.body if isinstance(item, ast.FunctionDef))
                yield ClassInFile(node.name, bases, methods, f"{self.path.relative_to(ROOT)}:{node.lineno}")


def files(folder: Path) -> list[SourceFile]:
    found = [SourceFile(path) for path in sorted(folder.rglob("*.py"))]
    assert found, f"no Python files in {folder}"
    return found


def alarms_of_production() -> int:
    """With a dedicated worker, and the model in the same region."""
    each_functions, accounts_and_models = (
        ("throttles", "errors"),
        ("account-concurrency", "model-throttled", "model-refused"),
    )
    assert {*each_functions, *accounts_and_models} <= {value for key, value in MODULE.entries() if key == "runbook"}
    kinds = ("worker", "topic", "other", "share")
    named = [name for kind in kinds for name in MODULE.locals[f"{kind}_alarms"]]
    functions = {route.function for route in ROUTES} | {"failures", "worker"}
    return len(each_functions) * len(functions) + len(accounts_and_models) + len(named)
