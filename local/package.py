"""The local stack's Lambda package, and how a saved file of an agent of one's own gets into it within a second."""

from __future__ import annotations

import json
import os
import py_compile
import re
import shutil
import sys
import tempfile
import zipfile
from collections.abc import Iterable, Iterator
from functools import cache
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
                bytecode = _compiled(file) if file.suffix == ".py" else None
                if bytecode:
                    package.writestr(name.with_suffix(".pyc").as_posix(), bytecode)
                else:
                    package.write(file, name.as_posix())
        package.writestr("local_agent.json", json.dumps(own.for_the_zip()))
    unfinished.replace(home.package)


def files(folder: Path) -> Iterator[Path]:
    """The files of a folder that go into the zip."""
    for place, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if name not in UNWANTED_FOLDERS and not name.startswith("."))
        yield from (Path(place, name) for name in sorted(names) if not name.startswith("."))


def _compiled(file: Path) -> bytes | None:
    """Bytecode that names the person's own file, for tracebacks and breakpoints; None for a syntax error.

    It replaces the source: beside it, Python would name the copy in the zip. None for another Python's functions too.
    """
    if not _same_python():
        return None
    with tempfile.TemporaryDirectory() as place:
        cached = Path(place) / "cached"
        try:
            py_compile.compile(str(file), str(cached), str(file), doraise=True)
        except py_compile.PyCompileError:
            return None
        return cached.read_bytes()


@cache
def _same_python() -> bool:
    """Whether the functions run on this Python: bytecode is of one version."""
    settings = (emulator.PYTHON.parent.parent / "pyvenv.cfg").read_text(encoding="utf-8")
    ours = ".".join(map(str, sys.version_info[:2]))
    return re.search(rf"^version(_info)? *= *{re.escape(ours)}\b", settings, re.MULTILINE) is not None
