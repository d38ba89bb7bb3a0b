"""A stand-in for the AWS command line: arguments are read by AWS's service model, and the embedded AWS answers."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import boto3
from botocore import xform_name
from botocore.session import Session

from local import emulator
from local.home import Home


def run(arguments: list[str], stack_home: Path) -> None:
    """Print the response, as the command line does."""
    service, operation, parameters = understood(arguments)
    home = Home(stack_home)
    running = emulator.running(home)
    assert running, "the embedded AWS does not run"
    region = json.loads(home.stack_file.read_text(encoding="utf-8"))["region"]
    session = boto3.session.Session("test", "test", region_name=region)
    client = session.client(service, endpoint_url=running.endpoint)  # type: ignore[call-overload]  # any service
    answer = getattr(client, xform_name(operation))(**parameters)
    sys.stdout.write(json.dumps(answer, indent=2, default=str))


def understood(arguments: list[str]) -> tuple[str, str, dict[str, Any]]:
    """Service, operation and parameters. Raises `KeyError` for unknown ones."""
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
