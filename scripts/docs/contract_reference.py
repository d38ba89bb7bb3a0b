"""Writes docs/contract-reference.md from openapi.json: every call, response and error."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

from docs.site.navigation import ROOT
from scripts.docs.snippets import snippets

PAGE: Final = "docs/contract-reference.md"
JSON: Final = "application/json"
PROBLEM: Final = "application/problem+json"
#: Responses common to all calls, documented once.
ALIKE: Final = ("401", "500", "503")

HEAD: Final = """# API reference

`make generate` writes this page from [openapi.json](../openapi.json), which is generated from the service's schemas.
How an app uses the calls: [API](contract.md).

The commands take two variables, as in the [quick start](quick-start.md): `API`, the workspace's URL, and `TOKEN`.
The Python snippets go on from `client = ChatClient(url, token)`, the JavaScript ones from
`const chat = new ChatClient({ baseUrl, token })`.

Besides the statuses listed here, every call may return a 401 (except for the public ones), 429 or 503 from API Gateway
itself, with the body `{"message": "..."}`, and a 500 or 503 as [below](#errors).
"""

Document = dict[str, Any]


def page() -> str:
    document = json.loads((ROOT / "openapi.json").read_text(encoding="utf-8"))
    calls = [
        "\n".join(_call(method.upper(), path, operation))
        for path, operations in document["paths"].items()
        for method, operation in operations.items()
    ]
    return "\n".join([HEAD, *calls, *_errors(document), *_models(document)]).rstrip() + "\n"


def _call(method: str, path: str, operation: Document) -> Iterator[str]:
    yield f"## {method} {path}\n"
    public = " Requires no token." if operation.get("security") == [] else ""
    yield f"{operation['summary']}{public}\n"
    yield from snippets(method, path, operation)
    if operation["parameters"]:
        yield from table(("parameter", "in", "meaning"), [_parameter(one) for one in operation["parameters"]])
    body = operation.get("requestBody", {}).get("content", {}).get(JSON)
    if body:
        yield f"Body: {_type(body['schema'])}\n"
        yield from _examples(body)
    yield from table(("status", "code", "headers", "when"), _answers(operation))
    for response in operation["responses"].values():
        yield from _examples(response.get("content", {}).get(JSON, {}))


def _parameter(parameter: Document) -> tuple[str, str, str]:
    needed = ", required" if parameter["required"] else ""
    return f"`{parameter['name']}`", f"{parameter['in']}{needed}", parameter["description"]


def _answers(operation: Document) -> Iterator[tuple[str, str, str, str]]:
    for status, response in operation["responses"].items():
        if status in ALIKE:
            continue
        problems = response.get("content", {}).get(PROBLEM, {}).get("examples", {})
        headers = [name if facts["required"] else f"({name})" for name, facts in response.get("headers", {}).items()]
        codes = ", ".join(f"`{code}`" for code in problems)
        if codes or status < "400":
            yield status, codes, ", ".join(headers), response["description"]


def _examples(content: Document) -> Iterator[str]:
    for name, example in content.get("examples", {}).items():
        model = content["schema"]["$ref"].rsplit("/", 1)[1]
        yield f"{name[0].upper()}{name[1:]}:\n\n<!-- model: {model} -->\n\n```json"
        yield json.dumps(example["value"], indent=2, ensure_ascii=False)
        yield "```\n"


def _errors(document: Document) -> Iterator[str]:
    yield "## Errors\n"
    yield "`application/problem+json` (RFC 9457). `code` is stable; `title` and `detail` are for people.\n"
    problems = [one["value"] for one in document["components"]["examples"].values()]
    rows = [
        (f"`{one['code']}`", str(one["status"]), one["detail"]) for one in sorted(problems, key=lambda one: one["code"])
    ]
    yield from table(("code", "status", "for example"), rows)
    busy = document["components"]["examples"]["chat_busy"]["value"]
    yield f"<!-- model: Problem -->\n\n```json\n{json.dumps(busy, indent=2)}\n```\n"


def _models(document: Document) -> Iterator[str]:
    yield "## Models\n"
    for name, schema in document["components"]["schemas"].items():
        yield f"### {name}\n"
        yield f"{schema['description']}\n"
        if "properties" in schema:
            needed = set(schema.get("required", ()))
            rows = [
                (f"`{field}`", _type(facts), "yes" if field in needed else "", facts.get("description", ""))
                for field, facts in schema["properties"].items()
            ]
            yield from table(("field", "type", "required", "meaning"), rows)
        else:
            yield f"{_type(schema)}\n"


def _type(schema: Document) -> str:
    if "$ref" in schema:
        name = schema["$ref"].rsplit("/", 1)[1]
        return f"[{name}](#{name.lower()})"
    forms = schema.get("anyOf") or schema.get("oneOf")
    if forms:
        return " or ".join(_type(one) for one in forms)
    if "enum" in schema:
        return ", ".join(f"`{value}`" for value in schema["enum"])
    if "const" in schema:
        return f"`{schema['const']}`"
    if schema["type"] == "array":
        return f"list of {_type(schema['items'])}{_bounds(schema, 'Items', '')}"
    return f"{schema.get('format', schema['type'])}{_bounds(schema, 'Length', ' characters')}"


def _bounds(schema: Document, of: str, unit: str) -> str:
    most = schema.get(f"max{of}")
    return f", {schema.get(f'min{of}', 0):,} to {most:,}{unit}" if most else ""


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """A table in Markdown."""
    yield _row(head)
    yield "|" + "---|" * len(head)
    yield from (_row(row) for row in rows)
    yield ""


def _row(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in cells) + " |"
