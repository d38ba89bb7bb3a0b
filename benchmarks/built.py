"""The Lambda zip, built as for AWS but for this machine, and unpacked as Lambda does."""

import shutil
import subprocess
import sys
import zipfile
from functools import cache
from pathlib import Path
from typing import Final

from benchmarks.stubs.lambda_runtime import PYTHON
from benchmarks.stubs.running import ROOT

#: Not in a folder for temporary files: some machines keep those in memory, and Lambda does not.
FOLDER: Final = ROOT / "build" / "bench" / "package"

#: What the package is compared with: the least that a function with both clients can be.
FLOOR: Final = """import boto3

dynamodb = boto3.client("dynamodb")
lambda_ = boto3.client("lambda")


def handler(event, context):
    return {"statusCode": 200}
"""


@cache
def package() -> Path:
    """The folder that the zip, built now, unpacks to."""
    archive = build("lambda.zip", "--interpreter", str(PYTHON))
    return _unpacked(archive, "as-shipped")


@cache
def floor() -> Path:
    """A folder with the module `floor` and its bytecode; the SDK's bytecode is made too, as Lambda's is."""
    folder = FOLDER / "floor"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "floor.py").write_text(FLOOR, encoding="utf-8")
    compile_all(folder)
    compile_all(PYTHON.parents[1] / "lib", "-q")
    return folder


def build(name: str, *options: str) -> Path:
    """A zip by scripts/package.py."""
    output = FOLDER / name
    command = [sys.executable, str(ROOT / "scripts" / "package.py"), "--output", str(output), *options]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return output


def copy(name: str) -> Path:
    """A copy of the package, to change."""
    return Path(shutil.copytree(package(), _empty(name), dirs_exist_ok=True))


def compile_all(folder: Path, *options: str, columns: bool = True) -> None:
    """Bytecode for all that has none; with `-f` for everything anew. The package's has no columns of instructions."""
    kind = [] if columns else ["-X", "no_debug_ranges"]
    subprocess.run([str(PYTHON), *kind, "-m", "compileall", "-qq", *options, str(folder)], check=False)


def _unpacked(archive: Path, name: str) -> Path:
    folder = _empty(name)
    with zipfile.ZipFile(archive) as opened:
        opened.extractall(folder)
    return folder


def _empty(name: str) -> Path:
    folder = FOLDER / name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder
