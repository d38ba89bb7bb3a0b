"""Files that are served but not run: in the zip beside the packages, in the repository where they are written."""

from pathlib import Path
from typing import Final

_PACKAGES: Final = Path(__file__).resolve().parents[2]
_PLACES: Final = (_PACKAGES, _PACKAGES.parent, _PACKAGES.parent / "clients")


def static_file(name: str) -> str:
    """The text of `web/…` or `openapi.json`, with line ends as browsers count them."""
    for place in _PLACES:
        if (place / name).is_file():
            return (place / name).read_text(encoding="utf-8")
    raise FileNotFoundError(name)
