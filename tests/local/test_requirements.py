"""The locked lists: whole, hashed, in step with what was asked for, and silent about where packages come from."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from local.home import PROJECT

FOLDER = PROJECT / "requirements"
LISTS = sorted(path.stem for path in FOLDER.glob("*.in"))


def asked_for(name: str) -> set[str]:
    lines = (FOLDER / f"{name}.in").read_text(encoding="utf-8").splitlines()
    return {re.split(r"[\[=<>~ ;]", line)[0].lower() for line in lines if line and line[0] not in "#-"}


def pins(name: str) -> dict[str, str]:
    """Name to version; a list may hold several for several platforms, which are joined."""
    found: dict[str, str] = {}
    for package, version in re.findall(
        r"^([a-z0-9._-]+)==(\S+)", (FOLDER / f"{name}.txt").read_text("utf-8"), re.MULTILINE
    ):
        found[package] = f"{found[package]},{version}" if package in found else version
    return found


@pytest.mark.parametrize("name", LISTS)
def test_whatever_is_asked_for_is_locked(name: str) -> None:
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


def test_what_the_zip_carries_is_what_the_tests_run_with() -> None:
    assert pins("src").items() <= pins("dev").items()
