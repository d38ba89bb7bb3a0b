"""What the site holds, in the order of its navigation. A page that is in no group fails the build."""

from __future__ import annotations

from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[2]
HOME: Final = "README"

#: Title of a group, and its pages by their paths in the project. A pattern takes all that it finds, sorted.
NAVIGATION: Final[dict[str, tuple[str, ...]]] = {
    "Begin": ("docs/quick-start", "docs/move-your-lambda", "docs/bring-your-own-agent"),
    "Write the app": ("docs/contract", "docs/contract-reference", "docs/clients/python", "docs/clients/javascript"),
    "How it works": (
        "docs/architecture",
        "docs/turns",
        "docs/agents",
        "docs/speed",
        "docs/speed/results",
        "docs/capacity",
    ),
    "Run it": ("docs/deploy", "docs/terraform", "docs/operations", "docs/security"),
    "Decisions": ("docs/adr/README", "docs/adr/[0-9]*"),
    "Contribute": ("CONTRIBUTING", "SECURITY", "CHANGELOG"),
    "In the folders": (
        "clients/python/README",
        "clients/web/README",
        "examples/README",
        "examples/*/README",
        "tests/evaluation/README",
        "docs/about",
    ),
}


def pages() -> dict[str, list[str]]:
    """The pages that there are, by group."""
    return {group: [page for pattern in patterns for page in _found(pattern)] for group, patterns in NAVIGATION.items()}


def files() -> list[Path]:
    """Every page of the site, the front page first."""
    return [ROOT / f"{page}.md" for page in (HOME, *(page for group in pages().values() for page in group))]


def _found(pattern: str) -> list[str]:
    return [str(path.relative_to(ROOT).with_suffix("")) for path in sorted(ROOT.glob(f"{pattern}.md"))]


def toctrees() -> str:
    """The navigation as Sphinx wants it, for the end of the front page."""
    return "\n".join(
        "\n".join(["```{toctree}", ":hidden:", f":caption: {group}", "", *(f"/{page}" for page in found), "```", ""])
        for group, found in pages().items()
    )
