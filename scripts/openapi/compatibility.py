"""Breaking changes of the contract, each as a sentence that says where."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

Json = Mapping[str, Any]

METHODS: Final = ("get", "post", "put", "patch", "delete")
UPPER: Final = ("maxLength", "maxItems", "maximum")
LOWER: Final = ("minLength", "minItems", "minimum")
SAME: Final = ("pattern", "format")


def breaking_changes(old: Json, new: Json) -> list[str]:
    """Changes that may break a client of `old`."""
    before, now = _without_references(old["paths"], old), _without_references(new["paths"], new)
    return list(dict.fromkeys(_changes(before, now)))


def _without_references(part: Any, document: Json) -> Any:
    """The part with every `$ref` replaced by what it refers to."""
    if isinstance(part, list):
        return [_without_references(inner, document) for inner in part]
    if not isinstance(part, dict):
        return part
    if "oneOf" in part:
        part = {"anyOf": part["oneOf"]}
    if "$ref" not in part:
        return {name: _without_references(inner, document) for name, inner in part.items()}
    found: Any = document
    for step in part["$ref"].removeprefix("#/").split("/"):
        found = found[step]
    return _without_references(found, document)


def _changes(old: Json, new: Json) -> Iterator[str]:
    for path, methods in old.items():
        for method in (name for name in METHODS if name in methods):
            where = f"{method.upper()} {path}"
            then = new.get(path, {}).get(method)
            if then is None:
                yield f"{where} is gone"
            else:
                yield from _operation(where, methods[method], then)


def _operation(where: str, old: Json, new: Json) -> Iterator[str]:
    if old.get("security") == [] and new.get("security") != []:
        yield f"{where} asks for a token now"
    yield from _parameters(where, old, new)
    yield from _request(where, old, new)
    for status, response in old["responses"].items():
        if status in new["responses"]:
            yield from _response(f"{where} {status}", response, new["responses"][status], refused=status >= "400")
        elif status < "400":
            yield f"{where} no longer answers {status}"


def _parameters(where: str, old: Json, new: Json) -> Iterator[str]:
    before = {(parameter["in"], parameter["name"]): parameter for parameter in old["parameters"]}
    now = {(parameter["in"], parameter["name"]): parameter for parameter in new["parameters"]}
    for (place, name), parameter in before.items():
        if (place, name) not in now:
            yield f"{where} no longer takes {name} in its {place}"
        else:
            named = f"{where}, {name} in {place},"
            yield from _gaps(named, parameter["schema"], now[place, name]["schema"])
    for (place, name), parameter in now.items():
        if parameter["required"] and not before.get((place, name), {}).get("required"):
            yield f"{where} requires {name} in its {place} now"


def _request(where: str, old: Json, new: Json) -> Iterator[str]:
    if "requestBody" not in new:
        return
    if "requestBody" not in old:
        yield f"{where} requires a body now"
        return
    for media_type, content in old["requestBody"]["content"].items():
        then = new["requestBody"]["content"].get(media_type)
        if then is None:
            yield f"{where} no longer takes {media_type}"
        else:
            named = f"{where}, request,"
            yield from _gaps(named, content["schema"], then["schema"])
            yield from _ignored(named, content["schema"], then["schema"])


def _response(where: str, old: Json, new: Json, *, refused: bool) -> Iterator[str]:
    for name in old.get("headers", {}):
        if name not in new.get("headers", {}):
            yield f"{where} no longer has the header {name}"
    for media_type, content in old.get("content", {}).items():
        then = new.get("content", {}).get(media_type)
        if then is None:
            yield f"{where} no longer comes as {media_type}"
        elif media_type == "application/problem+json":
            yield from _lost_codes(where, content, then)
        elif not refused:  # else the body is API Gateway's own
            yield from _gaps(where, then["schema"], content["schema"])


def _lost_codes(where: str, old: Json, new: Json) -> Iterator[str]:
    """Clients branch on codes. A client treats an unknown code by its status, so new codes break nothing."""
    for code in sorted(set(old["examples"]) - set(new["examples"])):
        yield f"{where} no longer has the code {code}"


def _ignored(where: str, old: Json, new: Json) -> Iterator[str]:
    """A field that the service no longer knows is ignored silently."""
    before, now = _fields(old), _fields(new)
    for name in sorted(before - now):
        yield f"{where} {name} is ignored now"


def _gaps(where: str, schema: Json, wide: Json) -> Iterator[str]:
    """Places where a value valid for `schema` may be invalid for `wide`."""
    if "anyOf" in schema or "anyOf" in wide:
        wide_forms = wide.get("anyOf", [wide])
        for form in schema.get("anyOf", [schema]):
            gaps = [list(_gaps(where, form, other)) for other in wide_forms]
            if all(gaps):
                yield from min(gaps, key=len)
        return
    if "type" in wide and schema.get("type") != wide["type"]:
        yield f"{where} {schema.get('type', 'anything')} is not {wide['type']}"
        return
    yield from _bounds(where, schema, wide)
    yield from _parts(where, schema, wide)


def _parts(where: str, schema: Json, wide: Json) -> Iterator[str]:
    for name in wide.get("required", []):
        if name not in schema.get("required", []):
            yield f"{where} {name} may be missing on one side and is required on the other"
    for name, part in schema.get("properties", {}).items():
        if name in wide.get("properties", {}):
            yield from _gaps(f"{where} {name}", part, wide["properties"][name])
    if "items" in schema and "items" in wide:
        yield from _gaps(f"{where} items", schema["items"], wide["items"])


def _bounds(where: str, schema: Json, wide: Json) -> Iterator[str]:
    allowed, possible = _values(wide), _values(schema)
    if allowed is not None and (possible is None or not possible <= allowed):
        yield f"{where} can be {sorted(possible - allowed) if possible else 'anything'}, which was not foreseen"
    for name in UPPER:
        if name in wide and schema.get(name, float("inf")) > wide[name]:
            yield f"{where} {name} {wide[name]} is exceeded"
    for name in LOWER:
        if name in wide and schema.get(name, float("-inf")) < wide[name]:
            yield f"{where} {name} {wide[name]} is not reached"
    for name in SAME:
        if name in wide and schema.get(name) != wide[name]:
            yield f"{where} {name} differs"


def _values(schema: Json) -> set[Any] | None:
    if "const" in schema:
        return {schema["const"]}
    return set(schema["enum"]) if "enum" in schema else None


def _fields(schema: Json) -> set[str]:
    forms = [_fields(form) for form in schema.get("anyOf", [])]
    return set(schema.get("properties", {})).union(*forms)
