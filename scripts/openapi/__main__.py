"""The committed OpenAPI document: write it, check it, or release it as the baseline of later compatibility checks."""

from __future__ import annotations

import argparse
import json
import sys

from entrypoints.http.routes import ROUTES
from scripts.openapi.compatibility import breaking_changes
from scripts.openapi.document import PROJECT, document

COMMITTED = PROJECT / "openapi.json"
FOR_TERRAFORM = PROJECT / "terraform" / "modules" / "service" / "routes.json"
RELEASED = PROJECT / "openapi.released.json"


def text() -> str:
    return json.dumps(document(), indent=1, ensure_ascii=False) + "\n"


def routes() -> str:
    """The facts of each route that modules/service/routes.tf needs."""
    known = {route.key: {"function": route.function, "scope": route.scope} for route in ROUTES}
    return json.dumps(known, indent=2) + "\n"


_NEEDS_INPUT = "status can be ['needs_input'], which was not foreseen"
#: Changes that are no break, by decision. ADR 29: a client must take a status that it does not know as an ended turn.
DECIDED = frozenset(
    f"{where} {_NEEDS_INPUT}"
    for where in (
        "GET /chats/messages 200",
        "GET /chats 200 chats items",
        "POST /chats/{chat_id}/cancel 200",
    )
)


def check() -> list[str]:
    """Faults of the committed document: drift from the code, and breaking changes since the last release."""
    faults = []
    if COMMITTED.read_text(encoding="utf-8") != text():
        faults.append("openapi.json is out of date: run `make generate` and review the change.")
    if FOR_TERRAFORM.read_text(encoding="utf-8") != routes():
        faults.append("terraform/modules/service/routes.json is out of date: run `make generate`.")
    released = json.loads(RELEASED.read_text(encoding="utf-8"))
    changes = breaking_changes(released, document())
    return faults + [f"breaks with the released contract: {change}" for change in changes if change not in DECIDED]


def main(command: str) -> int:
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
