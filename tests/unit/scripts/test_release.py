"""`make release`: the notes, and what prevents a release."""

from pathlib import Path

from scripts.release import notes, problems, versions

CHANGELOG = """# Changelog

## [Unreleased]

- Later.

## [0.2.0] - 2026-12-01

### Added

- Something.

## [0.1.0] - 2026-11-23

- The first.
"""


def test_notes_are_the_section_of_the_version() -> None:
    assert notes(CHANGELOG, "0.2.0") == "### Added\n\n- Something."
    assert notes(CHANGELOG, "0.1.0") == "- The first."


def test_a_version_without_a_section_has_no_notes() -> None:
    assert notes(CHANGELOG, "0.2") == ""


def test_all_files_state_the_same_version() -> None:
    assert len(set(versions().values())) == 1, versions()


def test_the_current_version_has_notes_and_can_be_released() -> None:
    version = versions()["pyproject.toml"]
    text = notes((Path(__file__).parents[3] / "CHANGELOG.md").read_text(encoding="utf-8"), version)
    assert problems(version, text, [f"v{version}"], changes="") == []


def test_missing_notes_another_tag_and_uncommitted_changes_are_reported() -> None:
    found = problems(versions()["pyproject.toml"], "", ["v9.9.9"], " M README.md")
    assert ["CHANGELOG" in found[0], "v9.9.9" in found[1], "README.md" in found[2]] == [True] * 3


def test_version_that_differs_in_a_client_is_reported() -> None:
    assert any("clients/python" in problem for problem in problems("9.9.9", "Notes.", [], ""))
