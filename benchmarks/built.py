"""The Lambda zip, built for this machine and unpacked as Lambda does."""

import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Final

from benchmarks.stubs.running import ROOT
from tests.support.lambda_runtime import PYTHON

#: Not in a temporary folder, which some machines keep in memory.
FOLDER: Final = ROOT / "build" / "bench" / "package"

#: The floor of all comparisons: the smallest function that has both clients.
FLOOR: Final = """import boto3

dynamodb = boto3.client("dynamodb")
lambda_ = boto3.client("lambda")


def handler(event, context):
    return {"statusCode": 200}
"""


@cache
def package() -> Path:
    """Builds the zip and returns the folder that it unpacks to."""
    archive, folder = build("lambda.zip", "--interpreter", str(PYTHON)), _empty("as-shipped")
    shutil.unpack_archive(archive, folder)
    return folder


@cache
def floor() -> Path:
    """A folder with the module `floor` and its bytecode. The SDK's bytecode is compiled too, as on Lambda."""
    folder = FOLDER / "floor"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "floor.py").write_text(FLOOR, encoding="utf-8")
    compile_all(folder)
    compile_all(PYTHON.parents[1] / "lib", "-q")
    return folder


def build(name: str, *options: str) -> Path:
    """A zip made by scripts/package.py."""
    output = FOLDER / name
    command = [sys.executable, str(ROOT / "scripts" / "package.py"), "--output", str(output), *options]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return output


def copy(name: str) -> Path:
    """A copy of the package, to be changed."""
    return Path(shutil.copytree(package(), _empty(name), dirs_exist_ok=True))


def compile_all(folder: Path, *options: str, columns: bool = True) -> None:
    """Compile what has no bytecode; with `-f` everything. The package's own bytecode has no column positions."""
    kind = [] if columns else ["-X", "no_debug_ranges"]
    subprocess.run([str(PYTHON), *kind, "-m", "compileall", "-qq", *options, str(folder)], check=False)


def _empty(name: str) -> Path:
    folder = FOLDER / name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder
