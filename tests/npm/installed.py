"""The npm package as `npm pack` makes it, and apps that have it installed."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Final

import pytest
from playwright._impl._driver import compute_driver_executable

ROOT: Final = Path(__file__).resolve().parents[2]
NODE: Final = str(compute_driver_executable()[0])
#: What `make env` has npm install: TypeScript, React and the AI SDK.
TOOLS: Final = ROOT / ".local/web/node_modules"


def packed(folder: Path) -> Path:
    """The tarball. Skips the test where npm, or what it installs, is missing."""
    if not (TOOLS / ".bin/tsc").exists():
        pytest.skip("npm has not installed what clients/web/package-lock.json pins: install npm, then make env")
    web = ROOT / "clients/web"
    check(web, "npm", "run", "--silent", "build")
    return folder / check(web, "npm", "pack", "--silent", "--pack-destination", str(folder)).strip()


def installed(package: Path, app: Path, *, tools: bool = True) -> Path:
    """The app's folder, with the package in it as npm unpacks it; `tools`: and links to what `make env` has installed."""
    check(app, "npm", "install", "--no-save", "--offline", "--ignore-scripts", "--no-audit", "--no-fund", str(package))
    for tool in (".bin", "@ai-sdk", "@types", "ai", "react") if tools else ():
        (app / "node_modules" / tool).symlink_to(TOOLS / tool)
    return app


def check(folder: Path, *command: str) -> str:
    """What the command prints. Fails the test with all of it."""
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout
