"""python -m scripts.openapi write | check | release"""

from __future__ import annotations

import json
import sys

from scripts.openapi.compatibility import breaking_changes
from scripts.openapi.document import PROJECT, document

COMMITTED = PROJECT / "openapi.json"
RELEASED = PROJECT / "openapi.released.json"


def text() -> str:
    """The document as it is committed and served."""
    return json.dumps(document(), indent=1, ensure_ascii=False) + "\n"


def check() -> list[str]:
    """What is wrong with the committed document: drift from the code, and breaks with the last release."""
    faults = []
    if COMMITTED.read_text(encoding="utf-8") != text():
        faults.append("openapi.json is not what the code says: run `make openapi` and look at what has changed.")
    released = json.loads(RELEASED.read_text(encoding="utf-8"))
    return faults + [
        f"breaks with the released contract: {change}" for change in breaking_changes(released, document())
    ]


def main(command: str) -> int:
    """Returns the exit code."""
    if command == "write":
        COMMITTED.write_text(text(), encoding="utf-8")
        return 0
    if command == "release":
        RELEASED.write_text(text(), encoding="utf-8")
        return 0
    faults = check()
    for fault in faults:
        print(fault, file=sys.stderr)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
