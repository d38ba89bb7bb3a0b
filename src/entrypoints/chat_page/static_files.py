"""Files that are served but not run: at the root of the zip; in a checkout, beside `src`."""

from pathlib import Path
from typing import Final

_PACKAGES: Final = Path(__file__).resolve().parents[2]
FOLDERS: Final = (_PACKAGES, _PACKAGES.parent)


def static_file(name: str) -> str:
    """The text of the file. Raises `FileNotFoundError`."""
    for folder in FOLDERS:
        if (folder / name).is_file():
            return (folder / name).read_text(encoding="utf-8")
    raise FileNotFoundError(name)
