"""Build the Lambda zip reproducibly from src/ and its hash-locked dependencies."""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
UV = PROJECT / ".local" / "uv" / "bin" / "uv"
# Not the Python that runs this script: service models are trimmed from the locked SDK.
LOCKED_PYTHON = PROJECT / ".venv" / "bin" / "python"

# The service's dependencies, without and with the extras of the built-in agents (adapters/agents/registry.py).
SERVICE = PROJECT / "requirements" / "src.txt"
WITH_AGENTS = PROJECT / "requirements" / "agents.txt"

# A fixed date makes the zip reproducible; this is the earliest that a zip can hold.
EPOCH = (1980, 1, 1, 0, 0, 0)
FILE_MODE = 0o100644

# The settings of each workspace; all of pr-<number> share one file.
WORKSPACES = PROJECT / "terraform" / "workspaces"
PULL_REQUEST = re.compile(r"^pr-\d+$")

# Lambda on Amazon Linux 2023 has glibc 2.34, so wheels for 2.28 fit.
PLATFORMS = {"arm64": "aarch64-manylinux_2_28", "x86_64": "x86_64-manylinux_2_28"}

# Metadata that pip and uv write differs from machine to machine, scripts in `bin` hold absolute paths,
# and C sources in wheels (11.8 MB in dependency-injector's) are not used at run time.
UNWANTED_NAMES = {"RECORD", "INSTALLER", "REQUESTED", "direct_url.json", "uv_cache.json", ".lock"}
UNWANTED_SUFFIXES = {".c", ".cpp", ".h", ".pxd", ".pyi", ".pyx"}
UNWANTED_FOLDERS = {"bin", "__pycache__"}
# pydantic's plug-ins for mypy and Hypothesis, a tenth of a megabyte.
UNWANTED_PATHS = {"pydantic/mypy.py", "pydantic/v1/mypy.py", "pydantic/v1/_hypothesis_plugin.py"}


@dataclass(frozen=True)
class Target:
    """Where the zip will run, in uv's terms, and the interpreter that compiles bytecode; without one, sources only."""

    uv_options: list[str]
    compiler: Path | None


def build(output: Path, target: Target, extras: list[Path], *, agents: bool = True) -> None:
    """Write the zip. An extra is a hash-locked requirements file, or a folder whose content joins the root."""
    locked = WITH_AGENTS if agents else SERVICE
    with tempfile.TemporaryDirectory(prefix="async-chat-package-") as folder:
        staging = Path(folder)
        _install(staging, target, [locked, *(extra for extra in extras if extra.is_file())])
        _write_service_models(staging)
        for sources in [PROJECT / "src", *(extra for extra in extras if extra.is_dir())]:
            _copy(sources, staging)
        _write_served_files(staging)
        _remove_unwanted(staging)
        if target.compiler:
            _compile(staging, target.compiler)
        _write_zip(staging, output)


def _install(staging: Path, target: Target, lists: list[Path]) -> None:
    command = [str(UV), "pip", "install", "--quiet", "--no-deps", "--require-hashes", "--only-binary", ":all:"]
    requirements = [option for path in lists for option in ("--requirement", str(path))]
    done = subprocess.run(
        [*command, *target.uv_options, "--target", str(staging), *requirements],
        check=False,
        # Hard links into uv's cache would let the clean-up below change other environments' files.
        env={**os.environ, "UV_LINK_MODE": "copy", "UV_PYTHON_DOWNLOADS": "never"},
    )
    if done.returncode != 0:
        sys.exit("Installing the dependencies failed: see the lines above.")


def _copy(sources: Path, staging: Path) -> None:
    taken = {entry.name for entry in sources.iterdir()} & {entry.name for entry in staging.iterdir()}
    if taken - UNWANTED_FOLDERS:
        sys.exit(f"{sources} holds names that are in the zip already: {', '.join(sorted(taken))}")
    shutil.copytree(sources, staging, dirs_exist_ok=True, ignore=shutil.ignore_patterns(*UNWANTED_FOLDERS, ".*"))


def _write_served_files(staging: Path) -> None:
    """The OpenAPI document and the chat page, which src/entrypoints/chat_page/static_files.py reads."""
    shutil.copy(PROJECT / "openapi.json", staging)
    command = [sys.executable, "-m", "scripts.chat_page", str(staging)]
    if subprocess.run(command, check=False, cwd=PROJECT).returncode != 0:
        sys.exit("Building the chat page failed: see the line above.")


def _write_service_models(staging: Path) -> None:
    """For the service's own clients only: a custom agent uses the SDK's complete models."""
    trim = [str(LOCKED_PYTHON), str(PROJECT / "scripts" / "service_models.py")]
    done = subprocess.run([*trim, str(PROJECT / "src" / "adapters"), str(staging / "service_models")], check=False)
    if done.returncode != 0:
        sys.exit("The package would lack an operation that the code calls: see the line above.")


def _remove_unwanted(staging: Path) -> None:
    for folder in [path for path in staging.rglob("*") if path.is_dir() and path.name in UNWANTED_FOLDERS]:
        shutil.rmtree(folder, ignore_errors=True)
    for path in _files(staging):
        name = path.relative_to(staging).as_posix()
        if path.name in UNWANTED_NAMES or path.suffix in UNWANTED_SUFFIXES or name in UNWANTED_PATHS:
            path.unlink()


def _compile(staging: Path, interpreter: Path) -> None:
    """Unchecked bytecode: Lambda unpacks the zip with its own file dates, which would make checked bytecode stale.

    Without column positions it is a fifth smaller and loads faster; tracebacks keep their line numbers.
    """
    options = ["-q", "-f", "--invalidation-mode", "unchecked-hash", "-s", str(staging), "-p", "/var/task"]
    subprocess.run(
        [str(interpreter), "-I", "-X", "no_debug_ranges", "-m", "compileall", *options, str(staging)],
        check=True,
        env={**os.environ, "PYTHONHASHSEED": "0"},
    )


def _write_zip(staging: Path, output: Path) -> None:
    output.parent.mkdir(parents=True, exist_ok=True)
    unfinished = output.with_name(f"{output.name}.{os.getpid()}.part")
    with zipfile.ZipFile(unfinished, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as package:
        for path in sorted(_files(staging), key=lambda path: path.relative_to(staging).as_posix()):
            entry = zipfile.ZipInfo(path.relative_to(staging).as_posix(), EPOCH)
            entry.external_attr = FILE_MODE << 16
            entry.create_system = 3  # Unix, on every build machine
            entry.compress_type = zipfile.ZIP_DEFLATED
            package.writestr(entry, path.read_bytes())
    unfinished.replace(output)


def _files(folder: Path) -> Iterator[Path]:
    return (path for path in list(folder.rglob("*")) if path.is_file())


def interpreter_of(python: str) -> Path | None:
    """An interpreter of exactly the version that runs the zip: bytecode is specific to it."""
    question = "import sys; print(*sys.version_info[:2], sep='.'); print(sys.executable)"
    for candidate in (sys.executable, f"python{python}"):
        if not shutil.which(candidate):
            continue
        # pyenv's shim for python3.13 works only when that version is selected.
        environment = {**os.environ, "PYENV_VERSION": python}
        command = [candidate, "-c", question]
        answer = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
        if answer.stdout.startswith(f"{python}\n"):
            return Path(answer.stdout.split("\n")[1])
    return None


def _arguments(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="package.py", description=__doc__)
    parser.add_argument("--output", type=Path, default=PROJECT / "build" / "lambda.zip")
    parser.add_argument("--python", default="3.13", help="Lambda's Python (default: %(default)s)")
    parser.add_argument("--architecture", choices=PLATFORMS, default="arm64", help="default: %(default)s")
    parser.add_argument("--extra", type=Path, action="append", default=[], help="see build(); may be repeated")
    parser.add_argument(
        "--workspace", help="as its file says: package_extras, architecture, and the agent must be in it"
    )
    parser.add_argument("--without-agents", action="store_true", help="leave out the extras of the built-in agents")
    parser.add_argument("--interpreter", type=Path, help="build for the machine and version of this interpreter")
    return parser.parse_args(arguments)


def _of_workspace(given: argparse.Namespace) -> str:
    """Take over what the workspace's file says of the package; returns its agent."""
    file = WORKSPACES / f"{PULL_REQUEST.sub('pr', given.workspace)}.json"
    if not file.exists():
        sys.exit(f"Workspace {given.workspace} has no file {file}.")
    settings = json.loads(file.read_text(encoding="utf-8"))
    given.extra += [PROJECT / extra for extra in settings.get("package_extras", [])]
    given.architecture = settings.get("architecture", given.architecture)
    return str(settings.get("agent", ""))


def _check_agent(agent: str, package: Path) -> None:
    """An agent of one's own is package.module:factory. Without its module every question would fail."""
    name, colon, _ = agent.partition(":")
    path = name.replace(".", "/")
    with zipfile.ZipFile(package) as built:
        if colon and not {f"{path}.py", f"{path}/__init__.py"} & set(built.namelist()):
            package.unlink()
            sys.exit(f"Agent {agent} is not in the package: name its folder in package_extras of the workspace's file.")


def _target(given: argparse.Namespace) -> Target:
    if given.interpreter:
        return Target(["--python", str(given.interpreter)], given.interpreter)
    options = ["--python-version", given.python, "--python-platform", PLATFORMS[given.architecture]]
    return Target(options, interpreter_of(given.python))


def main(arguments: list[str]) -> None:
    given = _arguments(arguments)
    agent = _of_workspace(given) if given.workspace else ""
    for extra in given.extra:
        if not extra.exists():
            sys.exit(f"{extra} does not exist: an extra is a hash-locked requirements file or a folder.")
    target = _target(given)
    build(given.output, target, given.extra, agents=not given.without_agents)
    _check_agent(agent, given.output)
    content = given.output.read_bytes()
    print(f"{given.output}: {len(content):,} bytes\nsha256 {hashlib.sha256(content).hexdigest()}")
    if not target.compiler:
        print(f"No Python {given.python} found: without bytecode the functions start more slowly.", file=sys.stderr)


if __name__ == "__main__":
    main(sys.argv[1:])
