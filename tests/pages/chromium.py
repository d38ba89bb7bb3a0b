"""The Chromium of the tests: a configured one, the system's, or one that Playwright downloads."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from playwright.sync_api import Browser, Error, Playwright

NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
FETCH_SECONDS = 240
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


class NoChromium(Exception):
    """There is no Chromium and none could be downloaded; the text says what to do."""


def launch(playwright: Playwright) -> Browser:
    """A headless browser. Raises `NoChromium`."""
    try:
        return playwright.chromium.launch(executable_path=_program(playwright), args=FLAGS)
    except Error as error:
        first = str(error).strip().splitlines()[0]
        raise NoChromium(f"Chromium does not start here ({first}): install the package `chromium`.") from error


def _program(playwright: Playwright) -> str:
    named = os.environ.get("ASYNC_CHAT_CHROMIUM")
    found = named or next(filter(None, map(shutil.which, NAMES)), None)
    if found:
        return found
    fetched = Path(playwright.chromium.executable_path)
    if not fetched.exists():
        _fetch()
    return str(fetched)


def _fetch() -> None:
    command = [sys.executable, "-m", "playwright", "install", "chromium"]
    try:
        subprocess.run(command, check=True, capture_output=True, timeout=FETCH_SECONDS)
    except (subprocess.SubprocessError, OSError) as error:
        raise NoChromium(
            "there is no Chromium on this system and none could be fetched: install the package `chromium`, "
            "or name one with ASYNC_CHAT_CHROMIUM."
        ) from error
