"""The committed OpenAPI document: write it anew, check it, or make it the one that later changes are held against."""

from __future__ import annotations

import argparse
import json
import sys

from entrypoints.http.routes import ROUTES
from scripts.openapi.compatibility import breaking_changes
from scripts.openapi.document import PROJECT, document

COMMITTED = PROJECT / "openapi.json"
FOR_TERRAFORM = PROJECT / "terraform" / "routes.json"
RELEASED = PROJECT / "openapi.released.json"


def text() -> str:
    """The document as it is committed and served."""
    return json.dumps(document(), indent=1, ensure_ascii=False) + "\n"


def routes() -> str:
    """What API Gateway has to know of each route, as terraform/routes.tf reads it."""
    known = {route.key: {"function": route.function, "scope": route.scope} for route in ROUTES}
    return json.dumps(known, indent=2) + "\n"


def check() -> list[str]:
    """What is wrong with the committed document: drift from the code, and breaks with the last release."""
    faults = []
    if COMMITTED.read_text(encoding="utf-8") != text():
        faults.append("openapi.json is not what the code says: run `make generate` and look at what has changed.")
    if FOR_TERRAFORM.read_text(encoding="utf-8") != routes():
        faults.append("terraform/routes.json is not what entrypoints/http/routes.py says: run `make generate`.")
    released = json.loads(RELEASED.read_text(encoding="utf-8"))
    return faults + [
        f"breaks with the released contract: {change}" for change in breaking_changes(released, document())
    ]


def main(command: str) -> int:
    """Returns the exit code."""
    if command == "write":
        COMMITTED.write_text(text(), encoding="utf-8")
        FOR_TERRAFORM.write_text(routes(), encoding="utf-8")
        return 0
    if command == "release":
        RELEASED.write_text(text(), encoding="utf-8")
        return 0
    faults = check()
    for fault in faults:
        print(fault, file=sys.stderr)
    return 1 if faults else 0


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m scripts.openapi", description=__doc__)
    parser.add_argument("command", choices=["write", "check", "release"])
    sys.exit(main(parser.parse_args().command))
