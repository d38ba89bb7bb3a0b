"""A stand-in for a program in the docs' commands: python stand_in.py PROGRAM ARGUMENT...

Harmless commands are passed on to the program. Others are checked and listed in the file ASYNC_CHAT_NOT_EXECUTED.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from tests.docs import not_executed

PROJECT: Final = Path(__file__).resolve().parents[2]


def make(arguments: list[str]) -> None:
    """Run in the project, on the stack that ASYNC_CHAT_HOME names."""
    target = next(argument for argument in arguments if "=" not in argument)
    if target in not_executed.MAKE:
        _tell("make", target)
        _run("make", "--dry-run", "-C", str(PROJECT), *arguments, stdout=subprocess.DEVNULL)
        _each_extra_is_there(arguments)
    elif target not in not_executed.MAKE_RUN:
        sys.exit(f"make {target}: list it in tests/docs/not_executed.py, to be run or not")
    else:
        _run("make", "--no-print-directory", "-C", str(PROJECT), *arguments)


def terraform(arguments: list[str]) -> None:
    """Check that all named variables, outputs, workspaces and backend settings exist."""
    from scripts.hcl import Module  # only here: parsing is slow

    command, *rest = [argument for argument in arguments if not argument.startswith("-chdir=")]
    _tell("terraform", command)
    chosen = [argument.removeprefix("-chdir=") for argument in arguments if argument.startswith("-chdir=")]
    clone = Path.cwd()
    folder = PROJECT / Path(clone, *chosen or [os.environ.get("ASYNC_CHAT_TERRAFORM_FOLDER", "terraform")]).relative_to(
        clone
    )
    module = Module(folder)
    for name in re.findall(r"-var (\w+)=", " ".join(rest)):
        assert name in module.variables, f"no variable {name}"
    if command == "workspace":
        assert (folder / "workspaces" / f"{rest[-1]}.json").exists(), f"no workspace {rest[-1]}"
    if command == "output":
        sys.stdout.write(str(_output(rest[-1])))


def aws(arguments: list[str]) -> None:
    """Send it to the embedded AWS."""
    from tests.docs.aws_command import run  # only here: the SDK is slow to import

    run(arguments, Path(os.environ["ASYNC_CHAT_HOME"]))


def pip(arguments: list[str]) -> None:
    """Check that the project to install has a pyproject.toml with the extra."""
    found = re.fullmatch(r"([\w/]+)(?:\[(\w+)\])?", arguments[-1])
    assert found, arguments
    project = tomllib.loads((PROJECT / found[1] / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert found[2] is None or found[2] in project["optional-dependencies"]
    _tell("pip", arguments[0])


def async_chat(arguments: list[str]) -> None:
    command = arguments[0]
    if command not in not_executed.COMMANDS:
        _run(sys.executable, "-m", "async_chat_client", *arguments)
        return
    _tell("async-chat", command)
    shown = subprocess.run(
        [sys.executable, "-m", "async_chat_client", command, "--help"], capture_output=True, text=True, check=True
    )
    for option in re.findall(r"(?<!\S)--[a-z-]+", " ".join(arguments)):
        assert option in shown.stdout, f"{command} has no {option}"


def curl(arguments: list[str]) -> None:
    """Fail on an error response: no page shows one without saying so."""
    shown = [] if any("http_code" in argument for argument in arguments) else ["--fail-with-body"]
    own = os.environ["ASYNC_CHAT_READERS_PROGRAMS"]
    path = os.pathsep.join(folder for folder in os.environ["PATH"].split(os.pathsep) if folder != own)
    _run("curl", *shown, "--noproxy", "*", *arguments, PATH=path)


def _run(*command: str, stdout: int | None = None, **variables: str) -> None:
    path = {"PATH": os.environ["PATH"].split(os.pathsep, 1)[1]}  # without the stand-ins
    done = subprocess.run(command, check=False, stdout=stdout, env={**os.environ, **path, **variables})
    if done.returncode != 0:
        sys.exit(done.returncode)


def _tell(program: str, what: str) -> None:
    with Path(os.environ["ASYNC_CHAT_NOT_EXECUTED"]).open("a", encoding="utf-8") as log:
        log.write(f"{program} {what}\n")


def _each_extra_is_there(arguments: list[str]) -> None:
    for argument in arguments:
        if argument.startswith("EXTRA="):
            for extra in argument.removeprefix("EXTRA=").split():
                assert (PROJECT / extra).exists(), extra


def _output(name: str) -> Any:
    outputs = Path(os.environ["ASYNC_CHAT_HOME"], "terraform", "outputs.json")
    return json.loads(outputs.read_text(encoding="utf-8"))[name]


PROGRAMS: Final[dict[str, Callable[[list[str]], None]]] = {
    "make": make,
    "terraform": terraform,
    "aws": aws,
    "pip": pip,
    "async-chat": async_chat,
    "curl": curl,
}

if __name__ == "__main__":
    PROGRAMS[sys.argv[1]](sys.argv[2:])
