"""What the domain may import: itself, and the standard library's pure modules. A list of the allowed, not of the forbidden."""

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
    "hashlib",
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
def test_the_domain_reaches_nothing_by_other_ways(file: SourceFile) -> None:
    names = {node.id for node in ast.walk(file.tree) if isinstance(node, ast.Name)}
    assert not names & DYNAMIC


def test_the_list_holds_nothing_that_is_not_needed() -> None:
    used = {name for file in files(SRC / "domain") for name, _ in file.imports()}
    assert used >= ALLOWED


@domain
def test_http_and_aws_have_no_words_in_the_domain(file: SourceFile) -> None:
    names = {node.id for node in ast.walk(file.tree) if isinstance(node, ast.Name)}
    names |= {node.name for node in ast.walk(file.tree) if isinstance(node, ast.FunctionDef | ast.ClassDef)}
    words = {word for name in names for word in name.lower().split("_")}
    assert not words & {"http", "status", "header", "aws", "lambda", "dynamodb", "sqs", "boto", "json"}
