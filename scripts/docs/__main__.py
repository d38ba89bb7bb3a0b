"""The docs site, and the generated parts of its pages: build the site, write the parts, or check them."""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys

from docs.site.navigation import ROOT, files
from scripts.docs.contract_reference import PAGE, page
from scripts.docs.shown import refreshed

SITE = ROOT / "build" / "site"
PYTHON = ROOT / ".local" / "docs" / "venv" / "bin" / "python"
KEPT = ROOT / ".local" / "docs" / "doctrees"


def stale() -> dict[str, str]:
    """Outdated pages by path, with their new text."""
    wanted = {str(file.relative_to(ROOT)): refreshed(file.read_text("utf-8")) for file in files()}
    wanted[PAGE] = page()
    return {
        path: text
        for path, text in wanted.items()
        if not (ROOT / path).exists() or (ROOT / path).read_text("utf-8") != text
    }


def build() -> int:
    """Build the whole site; returns Sphinx's exit code. A warning, such as a broken link, is an error."""
    shutil.rmtree(SITE, ignore_errors=True)
    options = ["-b", "html", "-c", "docs/site", "-d", str(KEPT), "--fail-on-warning", "--keep-going", "--quiet", "-E"]
    done = subprocess.run([PYTHON, "-m", "sphinx", *options, ".", SITE], cwd=ROOT, check=False)
    if done.returncode == 0:
        print(f"{SITE.relative_to(ROOT)}/index.html")
    return done.returncode


def main(command: str) -> int:
    old = stale()
    if command == "write":
        for path, text in old.items():
            (ROOT / path).write_text(text, encoding="utf-8")
            print(path)
        return 0
    for path in old:
        print(f"{path} is out of date: make generate", file=sys.stderr)
    if old or command == "check":
        return 1 if old else 0
    return build()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m scripts.docs", description=__doc__)
    parser.add_argument("command", choices=["build", "write", "check"])
    sys.exit(main(parser.parse_args().command))
