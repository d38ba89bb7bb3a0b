"""The local stack's Lambda package, and how a saved file of an agent of one's own gets into it within a second."""

from __future__ import annotations

import importlib.util
import json
import os
import py_compile
import shutil
import sys
import tempfile
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path

from local import emulator
from local.agent import IN_THE_ZIP, OwnAgent
from local.commands import run
from local.failure import StackFailure
from local.home import PROJECT, Home
from scripts.package import UNWANTED_FOLDERS

#: The agent that Terraform is told: it runs the agent of one's own, and shows what that one does.
LOCAL_AGENT = "local_agent:agent"


def build(home: Home, extras: Iterable[Path], own: OwnAgent | None, *, agents: bool) -> None:
    """Build `home.package`. An agent of one's own is put on a package with everything else, which is kept."""
    lists = [extra for extra in extras if not own or extra.is_file()]
    output = home.package_without_agent if own else home.package
    command: list[str | Path] = [sys.executable, PROJECT / "scripts" / "package.py", "--output", output]
    # The functions run on the emulator's own interpreter, whatever runtime Terraform names.
    command += ["--interpreter", emulator.PYTHON, *(f"--extra={extra}" for extra in lists)]
    if own:
        command.append(f"--extra={IN_THE_ZIP}")
    if not agents:
        # The emulator unzips the package for every worker: a third of the files takes a third of the time.
        command.append("--without-agents")
    run(command, home.folder / "package.log", "Building the Lambda package")
    if own:
        put_agent(home, own)


def put_agent(home: Home, own: OwnAgent) -> None:
    """Put the agent's folders, as they are now, on the kept package."""
    unfinished = home.package.with_suffix(f".{os.getpid()}.part")
    shutil.copyfile(home.package_without_agent, unfinished)
    with zipfile.ZipFile(unfinished, "a", zipfile.ZIP_DEFLATED) as package:
        taken = {name.partition("/")[0] for name in package.namelist()}
        for folder in own.folders:
            names = {entry.name for entry in folder.iterdir()} & taken - UNWANTED_FOLDERS
            if names:
                unfinished.unlink()
                raise StackFailure(f"{folder} holds names that are in the zip already: {', '.join(sorted(names))}")
            for file in files(folder):
                name = file.relative_to(folder)
                package.write(file, name.as_posix())
                if file.suffix == ".py" and (bytecode := _compiled(file)):
                    package.writestr(_cached(name), bytecode)
        package.writestr("local_agent.json", json.dumps(own.for_the_zip()))
    unfinished.replace(home.package)


def files(folder: Path) -> Iterator[Path]:
    """The files of a folder that go into the zip."""
    for place, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if name not in UNWANTED_FOLDERS and not name.startswith("."))
        yield from (Path(place, name) for name in sorted(names) if not name.startswith("."))


def _compiled(file: Path) -> bytes | None:
    """Bytecode that names the person's own file, for tracebacks and breakpoints; None for a syntax error."""
    with tempfile.TemporaryDirectory() as place:
        unchecked = py_compile.PycInvalidationMode.UNCHECKED_HASH
        cached = Path(place) / "cached"
        try:
            py_compile.compile(str(file), str(cached), str(file), doraise=True, invalidation_mode=unchecked)
        except py_compile.PyCompileError:
            return None
        return cached.read_bytes()


def _cached(name: Path) -> str:
    # Another version of Python in the emulator's environment looks for another name, and compiles the source.
    return Path(importlib.util.cache_from_source(str(name))).as_posix()
