"""Trimmed service models for the package: only the operations that src/ calls, and DynamoDB's items as they are sent.

The operations are read from the code: every `self._client.<operation>(...)` in src/adapters. Any other use of a client,
or an unknown operation, fails the build, so the package never lacks an operation that the code calls.
"""

from __future__ import annotations

import ast
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from botocore import xform_name
from botocore.loaders import Loader

Json = dict[str, Any]

SERVICES: Final = ("dynamodb", "lambda", "events")
CLIENT: Final = "_client"
#: DynamoDB's shapes that hold attribute values. botocore checks and converts each level of each value by the model; as
#: documents (https://smithy.io/2.0/spec/simple-types.html#document) items go to and from JSON unchanged. That saves two
#: thirds of the processor time of reading many. Binary values, which we do not use, would stay Base64.
DOCUMENTS: Final = ("ItemList", "AttributeMap", "Key", "ExpressionAttributeValueMap", "PutItemInputAttributeMap")
#: Data that every client reads.
SHARED: Final = ("_retry", "partitions", "sdk-default-configuration")


class ClientUsedOtherwise(Exception):
    """A line uses a client in a way that does not show the called operation."""


def write(sources: Path, folder: Path) -> None:
    """Write the data that botocore's loader needs for the clients in `sources` into `folder`."""
    loader = Loader(include_default_search_paths=True)
    called = called_operations(sources)
    for service in SERVICES:
        version = loader.determine_latest_version(service, "service-2")
        model = loader.load_service_model(service, "service-2", version)
        mine = {name for name in model["operations"] if xform_name(name) in called}
        called -= {xform_name(name) for name in mine}
        target = folder / service / version
        _write(target / "service-2.json", trimmed(model, mine))
        _write(target / "endpoint-rule-set-1.json", loader.load_service_model(service, "endpoint-rule-set-1", version))
    if called:
        raise ClientUsedOtherwise(f"No service of {', '.join(SERVICES)} has: {', '.join(sorted(called))}")
    for name in SHARED:
        _write(folder / f"{name}.json", loader.load_data(name))
    _write(folder / "endpoints.json", _endpoints(loader.load_data("endpoints")))


def called_operations(sources: Path) -> set[str]:
    """Client methods that the code calls. Raises `ClientUsedOtherwise`."""
    return {name for file in sorted(sources.rglob("*.py")) for name in _called_in(file)}


def _called_in(file: Path) -> Iterator[str]:
    """The methods in `self._client.query(...)` and `self._client().invoke(...)` (a client made on demand)."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    parents = {child: parent for parent in ast.walk(tree) for child in ast.iter_child_nodes(parent)}
    for node in ast.walk(tree):
        if not (isinstance(node, ast.Attribute) and node.attr == CLIENT and isinstance(node.ctx, ast.Load)):
            continue
        used: ast.AST = node
        made = parents[node]
        if isinstance(made, ast.Call) and made.func is node:
            used = made
        method = parents[used]
        called = parents.get(method)
        if not (isinstance(method, ast.Attribute) and isinstance(called, ast.Call) and called.func is method):
            raise ClientUsedOtherwise(f"{file.name}:{node.lineno}: a client may only be called: self.{CLIENT}.query()")
        yield method.attr


def trimmed(model: Json, operations: set[str]) -> Json:
    """The model with these operations and the shapes they need, without documentation."""
    all_shapes = model["shapes"] | {name: _DOCUMENT for name in DOCUMENTS if name in model["shapes"]}
    kept = {name: _without_documentation(model["operations"][name]) for name in sorted(operations)}
    shapes: Json = {}
    waiting = [shape for operation in kept.values() for shape in _shapes_in(operation)]
    while waiting:
        name = waiting.pop()
        if name not in shapes:
            shapes[name] = _without_documentation(all_shapes[name])
            waiting += _shapes_in(shapes[name])
    rest = {name: part for name, part in model.items() if name not in {"documentation", "operations", "shapes"}}
    return {**rest, "operations": kept, "shapes": dict(sorted(shapes.items()))}


_DOCUMENT: Final = {"type": "structure", "members": {}, "document": True}


def _shapes_in(part: Any) -> list[str]:
    if isinstance(part, dict):
        named = [part["shape"]] if isinstance(part.get("shape"), str) else []
        return named + [name for inner in part.values() for name in _shapes_in(inner)]
    if isinstance(part, list):
        return [name for inner in part for name in _shapes_in(inner)]
    return []


def _without_documentation(part: Any) -> Any:
    if isinstance(part, dict):
        # A member may be called `documentation`, but its value is not a string.
        kept = {name: inner for name, inner in part.items() if name != "documentation" or not isinstance(inner, str)}
        return {name: _without_documentation(inner) for name, inner in kept.items()}
    return [_without_documentation(inner) for inner in part] if isinstance(part, list) else part


def _endpoints(data: Json) -> Json:
    """All partitions and regions, but only our services."""
    partitions = [
        {**partition, "services": {name: partition["services"].get(name, {}) for name in SERVICES}}
        for partition in data["partitions"]
    ]
    return {**data, "partitions": partitions}


def _write(file: Path, content: Json) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(content, separators=(",", ":"), sort_keys=True), encoding="utf-8")


if __name__ == "__main__":
    try:
        write(Path(sys.argv[1]), Path(sys.argv[2]))
    except ClientUsedOtherwise as error:
        sys.exit(str(error))
