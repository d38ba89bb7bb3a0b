"""The locked lists: complete, hashed, up to date, and without the address of an index."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from local.home import PROJECT

FOLDER = PROJECT / "requirements"
DECLARED = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))
#: What each list locks.
LISTS: dict[str, list[str]] = {
    "src": DECLARED["project"]["dependencies"],
    # The package carries the extras of all built-in agents together.
    "agents": [package for extra in DECLARED["project"]["optional-dependencies"].values() for package in extra],
    **DECLARED["dependency-groups"],
    "uv": ["uv"],
}


def asked_for(name: str) -> set[str]:
    return {re.split(r"[\[=<>~ ;]", package)[0].lower() for package in LISTS[name]}


def pins(name: str) -> dict[str, str]:
    """Versions by name; several versions for several platforms are joined."""
    found: dict[str, str] = {}
    for package, version in re.findall(
        r"^([a-z0-9._-]+)==(\S+)", (FOLDER / f"{name}.txt").read_text("utf-8"), re.MULTILINE
    ):
        found[package] = f"{found[package]},{version}" if package in found else version
    return found


@pytest.mark.parametrize("name", LISTS)
def test_every_declared_requirement_is_locked(name: str) -> None:
    assert asked_for(name) <= set(pins(name))


@pytest.mark.parametrize("name", LISTS)
def test_every_package_has_its_hash(name: str) -> None:
    text = (FOLDER / f"{name}.txt").read_text(encoding="utf-8")
    entries = re.split(r"^(?=[a-z0-9._-]+==)", text, flags=re.MULTILINE)[1:]
    assert len(entries) == len(re.findall(r"^\S+==", text, re.MULTILINE))
    assert all("--hash=sha256:" in entry for entry in entries)


@pytest.mark.parametrize("path", sorted(FOLDER.iterdir()), ids=lambda path: path.name)
def test_no_list_names_an_index(path: Path) -> None:
    assert not re.search(r"https?://|--(extra-)?index-url|--find-links", path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", ["src", "agents"])
def test_package_and_tests_have_the_same_versions(name: str) -> None:
    assert pins(name).items() <= pins("dev").items()


def test_every_list_locks_its_declaration() -> None:
    assert {path.stem for path in FOLDER.glob("*.txt")} == set(LISTS)
