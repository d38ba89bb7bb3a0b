"""The pages of the docs site, in the order of its navigation. A page that is in no group fails the build."""

from __future__ import annotations

from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[2]
HOME: Final = "README"

#: The groups with their pages, as paths in the project. A pattern stands for all matches, sorted.
NAVIGATION: Final[dict[str, tuple[str, ...]]] = {
    "Quick start": ("docs/quick-start", "docs/move-your-lambda"),
    "API and clients": (
        "docs/contract",
        "docs/contract-reference",
        "docs/clients/python",
        "docs/clients/javascript",
        "docs/clients/native",
        "docs/clients/your-own",
    ),
    "Agents": (
        "docs/agents",
        "docs/bring-your-own-agent",
        "clients/agent_kit/README",
        "examples/README",
        "examples/*/README",
    ),
    "Architecture": ("docs/architecture", "docs/turns", "docs/adr/README", "docs/adr/[0-9]*"),
    "Deploy and operate": (
        "docs/deploy",
        "docs/terraform",
        "docs/operations",
        "docs/events",
        "docs/security",
        "docs/data",
    ),
    "Performance": ("docs/speed", "docs/speed/results", "docs/capacity"),
    "Contributing": (
        "CONTRIBUTING",
        "SECURITY",
        "CHANGELOG",
        "docs/about",
        "clients/python/README",
        "clients/web/README",
        "tests/evaluation/README",
    ),
}


def pages() -> dict[str, list[str]]:
    """All pages, by group."""
    return {group: [page for pattern in patterns for page in _found(pattern)] for group, patterns in NAVIGATION.items()}


def files() -> list[Path]:
    """Every page of the site, the front page first."""
    return [ROOT / f"{page}.md" for page in (HOME, *(page for group in pages().values() for page in group))]


def _found(pattern: str) -> list[str]:
    return [str(path.relative_to(ROOT).with_suffix("")) for path in sorted(ROOT.glob(f"{pattern}.md"))]


def toctrees() -> str:
    """The navigation in Sphinx's syntax, for the end of the front page."""
    return "\n".join(
        "\n".join(["```{toctree}", ":hidden:", f":caption: {group}", "", *(f"/{page}" for page in found), "```", ""])
        for group, found in pages().items()
    )
