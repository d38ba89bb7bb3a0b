"""Make a Swift or a Kotlin client from openapi.json: python -m scripts.native_clients swift FOLDER

OpenAPI Generator makes it. Needs Java 11 or later; `scripts/env generators` brings the rest. The folder becomes an
ordinary project of its language.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Final, NamedTuple

PROJECT: Final = Path(__file__).resolve().parents[1]
PROGRAM: Final = PROJECT / ".local" / "generators" / "venv" / "bin" / "openapi-generator-cli"


class Language(NamedTuple):
    """A generator, its properties, and what an app must bring."""

    generator: str
    properties: tuple[str, ...]
    needs: str


LANGUAGES: Final = {
    "swift": Language("swift6", ("projectName=AsyncChatAPI",), "Swift 6 and Foundation; it is a Swift package"),
    "kotlin": Language(
        "kotlin",
        ("packageName=asyncchat.api", "serializationLibrary=kotlinx_serialization", "dateLibrary=java8"),
        "Kotlin 2, OkHttp 5 and kotlinx.serialization; its build.gradle names them",
    ),
}


def make(language: str, folder: Path) -> None:
    """Make the client. Exits with a sentence if Java or the generator is missing, or the folder is not empty."""
    if not shutil.which("java"):
        sys.exit(
            "Java is missing: OpenAPI Generator needs version 11 or later (Debian and Ubuntu: default-jre-headless)."
        )
    if folder.exists() and any(folder.iterdir()):
        sys.exit(f"{folder} is not empty.")
    subprocess.run(["scripts/env", "generators"], cwd=PROJECT, check=True)
    generator, properties, _ = LANGUAGES[language]
    command: list[str | Path] = [
        PROGRAM,
        "generate",
        "-i",
        PROJECT / "openapi.json",
        "-g",
        generator,
        "-o",
        folder.absolute(),
    ]
    done = subprocess.run(
        [*command, f"--additional-properties={','.join(properties)}"], capture_output=True, text=True, check=False
    )
    if done.returncode:
        sys.exit(done.stdout + done.stderr)


def main(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(
        prog="python -m scripts.native_clients",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("language", choices=LANGUAGES)
    parser.add_argument("folder", type=Path, help="a new or an empty folder")
    chosen = parser.parse_args(arguments)
    make(chosen.language, chosen.folder)
    print(f"{chosen.folder} has the client. It needs {LANGUAGES[chosen.language].needs}.")


if __name__ == "__main__":
    main(sys.argv[1:])
