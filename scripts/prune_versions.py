"""Delete old versions of the functions: each keeps its package, counts towards the region's 75 GB, and slows Terraform.

Kept are the newest of each function (--keep), and every version that an alias sends calls to, by weights too. What is
deleted cannot be rolled back to. Run it after a release has settled, not while turns of the version before still think.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any, Final

from scripts.deployed import Deployed

KEEP: Final = 5


def aliased(lambda_: Any, name: str) -> set[str]:
    """The versions that any alias of the function sends calls to."""
    pages = lambda_.get_paginator("list_aliases").paginate(FunctionName=name)
    found: set[str] = set()
    for alias in (alias for page in pages for alias in page["Aliases"]):
        weights = (alias.get("RoutingConfig") or {}).get("AdditionalVersionWeights") or {}
        found |= {alias["FunctionVersion"], *weights}
    return found


def versions(lambda_: Any, name: str) -> list[str]:
    """The published versions, oldest first."""
    pages = lambda_.get_paginator("list_versions_by_function").paginate(FunctionName=name)
    numbers = (version["Version"] for page in pages for version in page["Versions"])
    return sorted((number for number in numbers if number != "$LATEST"), key=int)


def prune(lambda_: Any, name: str, keep: int) -> list[str]:
    """Deletes versions of one function; returns which."""
    old = versions(lambda_, name)[:-keep]
    # Asked for last: an alias that moved meanwhile keeps its version. Lambda refuses to delete one with an alias too.
    needed = aliased(lambda_, name)
    deleted = [number for number in old if number not in needed]
    for number in deleted:
        lambda_.delete_function(FunctionName=name, Qualifier=number)
    return deleted


def main(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(
        prog="python -m scripts.prune_versions",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--keep", type=_at_least_one, default=KEEP, help="newest versions to keep; default: %(default)s"
    )
    parser.add_argument("--outputs", type=Path, help="a file with Terraform's outputs; default: terraform output")
    given = parser.parse_args(arguments)
    deployed = Deployed.read(given.outputs)
    lambda_ = deployed.client("lambda")
    for name in deployed["function_names"].values():
        deleted = prune(lambda_, name, given.keep)
        print(f"{name}: deleted {', '.join(deleted) or 'nothing'}")


def _at_least_one(text: str) -> int:
    if int(text) < 1:
        raise argparse.ArgumentTypeError("at least 1")
    return int(text)


if __name__ == "__main__":
    main(sys.argv[1:])
