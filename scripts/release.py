"""Build the files of a release in build/release/: notes, Lambda zip, wheels, npm tarball and openapi.json.

The version is the one in pyproject.toml. First set it there and in the clients, run `make generate` and
`python -m scripts.openapi release`, give CHANGELOG.md a section for it, commit, and tag the commit v<version>.
Nothing is uploaded.
"""

from __future__ import annotations

import argparse
import json
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

PROJECT = Path(__file__).resolve().parent.parent
FOLDER = PROJECT / "build" / "release"
#: Folders of which a wheel is built, and the file that states its version.
WHEELS = {folder: f"{folder}/pyproject.toml" for folder in ("clients/python", "clients/agent_kit")}


def versions() -> dict[str, str]:
    """The version in every file that states it; pyproject.toml comes first and decides."""
    lock = _json("clients/web/package-lock.json")
    return {
        **{path: _toml(path)["project"]["version"] for path in ("pyproject.toml", *WHEELS.values())},
        "clients/web/package.json": _json("clients/web/package.json")["version"],
        "clients/web/package-lock.json": lock["version"],
        'clients/web/package-lock.json, packages[""]': lock["packages"][""]["version"],
        "openapi.json": _json("openapi.json")["info"]["version"],
    }


def notes(changelog: str, version: str) -> str:
    """The version's section without its heading; empty without one."""
    sections = re.split(r"^## ", changelog, flags=re.MULTILINE)[1:]
    found = [section for section in sections if section.startswith(f"[{version}]")]
    return found[0].partition("\n")[2].strip() if found else ""


def problems(version: str, text: str, tags: list[str], changes: str) -> list[str]:
    """Reasons why this commit is not that release."""
    found = [f"{path} says {said}, not {version}" for path, said in versions().items() if said != version]
    if not text:
        found.append(f"CHANGELOG.md has no section `## [{version}] - <date>`, or an empty one")
    if tags and f"v{version}" not in tags:
        found.append(f"this commit is tagged {', '.join(tags)}, not v{version}")
    if changes:
        found.append(f"there are uncommitted changes:\n{changes}")
    return found


def make(version: str, text: str) -> None:
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    (FOLDER / "notes.md").write_text(text + "\n", encoding="utf-8")
    shutil.copy(PROJECT / "openapi.json", FOLDER)
    _run([sys.executable, "scripts/package.py", "--output", str(FOLDER / f"async-chat-{version}.zip")])
    build = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(FOLDER)]
    for folder in WHEELS:
        _run(build, folder)
    _run(["npm", "run", "--silent", "build"], "clients/web")
    _run(["npm", "pack", "--silent", "--pack-destination", str(FOLDER)], "clients/web")


def main(arguments: list[str]) -> int:
    """Returns 1 when this commit cannot be released."""
    parser = argparse.ArgumentParser(
        prog="python -m scripts.release", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.parse_args(arguments)
    version = versions()["pyproject.toml"]
    text = notes((PROJECT / "CHANGELOG.md").read_text(encoding="utf-8"), version)
    tags = [tag for tag in _git("tag", "--points-at", "HEAD").split() if tag.startswith("v")]
    found = problems(version, text, tags, _git("status", "--porcelain"))
    if not shutil.which("npm"):
        found.append("npm, which packs the JavaScript client, is missing")
    if found:
        print(f"{version} cannot be released:", *found, sep="\n- ", file=sys.stderr)
        return 1
    make(version, text)
    print(*(file.relative_to(PROJECT) for file in sorted(FOLDER.iterdir())), sep="\n")
    return 0


def _git(*arguments: str) -> str:
    done = subprocess.run(["git", *arguments], cwd=PROJECT, capture_output=True, text=True, check=True)
    return done.stdout.rstrip()


def _run(command: list[str], folder: str = ".") -> None:
    done = subprocess.run(command, cwd=PROJECT / folder, check=False, stdout=subprocess.DEVNULL)
    if done.returncode != 0:
        sys.exit(f"{' '.join(command[:3])} failed: see the lines above.")


def _toml(path: str) -> dict[str, Any]:
    return tomllib.loads((PROJECT / path).read_text(encoding="utf-8"))


def _json(path: str) -> dict[str, Any]:
    read: dict[str, Any] = json.loads((PROJECT / path).read_text(encoding="utf-8"))
    return read


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
