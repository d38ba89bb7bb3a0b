"""The domain imports only itself and pure modules of the standard library."""

import ast

import pytest

from tests.architecture.source import SRC, SourceFile, files

ALLOWED = {
    "abc",
    "collections.abc",
    "contextlib",
    "dataclasses",
    "datetime",
    "enum",
    "hmac",
    "math",
    "re",
    "typing",
    "unicodedata",
}
DYNAMIC = {"__import__", "import_module", "eval", "exec", "open"}

domain = pytest.mark.parametrize("file", files(SRC / "domain"), ids=lambda file: file.module)


@domain
def test_the_domain_imports_itself_and_pure_modules(file: SourceFile) -> None:
    foreign = [f"{name} (line {line})" for name, line in file.imports() if not allowed(name)]
    assert foreign == []


def allowed(name: str) -> bool:
    return name in ALLOWED or name == "domain" or name.startswith("domain.")


@domain
def test_domain_uses_no_dynamic_import_or_file(file: SourceFile) -> None:
    names = {node.id for node in ast.walk(file.tree) if isinstance(node, ast.Name)}
    assert not names & DYNAMIC


def test_every_allowed_module_is_used() -> None:
    used = {name for file in files(SRC / "domain") for name, _ in file.imports()}
    assert used >= ALLOWED


@domain
def test_domain_names_hold_no_words_of_http_or_aws(file: SourceFile) -> None:
    names = {node.id for node in ast.walk(file.tree) if isinstance(node, ast.Name)}
    names |= {node.name for node in ast.walk(file.tree) if isinstance(node, ast.FunctionDef | ast.ClassDef)}
    words = {word for name in names for word in name.lower().split("_")}
    assert not words & {"http", "status", "header", "aws", "lambda", "dynamodb", "sqs", "boto", "json"}
