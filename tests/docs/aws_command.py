"""Reads a call of AWS's command line by AWS's own description of its API, which botocore brings."""

from __future__ import annotations

from typing import Any

from botocore import xform_name
from botocore.session import Session


def understood(arguments: list[str]) -> tuple[str, str, dict[str, Any]]:
    """Service, operation and parameters. Raises `KeyError` for what there is not."""
    service, command, *rest = arguments
    model = Session().get_service_model(service)
    operation = {_dashed(name): name for name in model.operation_names}[command]
    taken = model.operation_model(operation).input_shape
    assert taken
    shapes = taken.members
    members = {_dashed(name): name for name in shapes}
    parameters: dict[str, Any] = {}
    for option, values in _options(rest).items():
        name = members[option]
        parameters[name] = _value(shapes[name], values)
    missing = set(taken.required_members) - set(parameters)
    if missing:
        raise KeyError(f"{command} needs {', '.join(sorted(missing))}")
    return service, operation, parameters


def _options(arguments: list[str]) -> dict[str, list[str]]:
    options: dict[str, list[str]] = {}
    for argument in arguments:
        if argument.startswith("--"):
            option = argument.removeprefix("--")
            options[option] = []
        else:
            options[option].append(argument)
    return options


def _value(shape: Any, values: list[str]) -> Any:
    if shape.type_name != "list":
        (value,) = values
        return value
    if shape.member.type_name != "structure":
        return values
    pairs = [dict(pair.split("=", 1) for pair in value.split(",")) for value in values]
    for pair in pairs:
        unknown = set(pair) - set(shape.member.members)
        if unknown:
            raise KeyError(f"{shape.name} has no {', '.join(sorted(unknown))}")
    return pairs


def _dashed(name: str) -> str:
    return xform_name(name, "-")
