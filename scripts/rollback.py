"""Roll a workspace back to an earlier release: its callers get the earlier versions of all functions, within seconds.

Without a package and without a plan, this moves each function's alias `live` (UpdateAlias): on the way back the chat
function first, the worker last; forward the other way round. So no new dispatcher calls an old worker. Nothing is moved
unless every function has such a version. `rollback` in the workspace's file then keeps Terraform from moving the
aliases forward.

A release is named as `app_version` was; chat=12 worker=12 ... names versions. Without either, the releases are listed.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from pathlib import Path
from typing import Any, Final

from scripts.deployed import PROJECT, Deployed

WORKSPACES: Final = PROJECT / "terraform" / "workspaces"
ALIAS: Final = "live"
#: Forward, whoever is called moves before its caller: an old worker reads the events of an old dispatcher only.
ORDER: Final[tuple[str, ...]] = ("worker", "failures", "events", "edits", "search", "waits", "reads", "chat")
#: As Terraform writes a version's description: functions.tf.
RELEASE: Final = re.compile(r"Async Chat (\S+),")


class Refused(Exception):
    """Nothing was moved; the message says why."""


class Functions:
    """The functions of a workspace that publishes versions, by key."""

    def __init__(self, lambda_: Any, names: dict[str, str]) -> None:
        self._lambda = lambda_
        self.names = {key: names[key] for key in ORDER if key in names}
        self._versions = {key: self._published(name) for key, name in self.names.items()}

    def releases(self) -> dict[str, dict[str, str]]:
        """The versions of each release that all functions still have, newest first."""
        newest: dict[str, dict[str, str]] = {}
        for key, versions in self._versions.items():
            for version, release in versions.items():
                newest.setdefault(release, {})[key] = version  # a later one of the same release takes its place
        whole = {release: versions for release, versions in newest.items() if versions.keys() == self.names.keys()}
        return dict(sorted(whole.items(), key=lambda one: int(one[1]["chat"]), reverse=True))

    def newest(self) -> dict[str, str]:
        """The highest version of each function that has one."""
        return {key: max(versions, key=int) for key, versions in self._versions.items() if versions}

    def live(self) -> dict[str, str]:
        return {key: self._alias(name)["FunctionVersion"] for key, name in self.names.items()}

    def check(self, wanted: dict[str, str]) -> None:
        if unknown := wanted.keys() - self.names.keys():
            raise Refused(f"This workspace has no function {', '.join(sorted(unknown))}.")
        if left_out := self.names.keys() - wanted.keys():
            raise Refused(f"Name the version of each function: {', '.join(sorted(left_out))} is missing.")
        gone = [f"{key} {version}" for key, version in wanted.items() if version not in self._versions[key]]
        if gone:
            raise Refused(f"Lambda does not have these versions: {', '.join(gone)}.")

    def move(self, key: str, version: str) -> None:
        """All calls go to this version: a gradual release's weights are removed."""
        self._lambda.update_alias(
            FunctionName=self.names[key],
            Name=ALIAS,
            FunctionVersion=version,
            RoutingConfig={"AdditionalVersionWeights": {}},
        )

    def _alias(self, name: str) -> Any:
        return self._lambda.get_alias(FunctionName=name, Name=ALIAS)

    def _published(self, name: str) -> dict[str, str]:
        """The release of each version, oldest first."""
        pages = self._lambda.get_paginator("list_versions_by_function").paginate(FunctionName=name)
        found = {version["Version"]: version.get("Description", "") for page in pages for version in page["Versions"]}
        found.pop("$LATEST", None)
        numbers = sorted(found, key=int)
        return {number: _release(found[number]) for number in numbers}


def _release(description: str) -> str:
    named = RELEASE.match(description)
    return named[1] if named else "unknown"


def wanted_versions(functions: Functions, target: list[str]) -> dict[str, str]:
    """Raises `Refused` for what cannot be rolled back to."""
    if any("=" in word for word in target):
        versions = dict(word.partition("=")[::2] for word in target)
    else:
        releases = functions.releases()
        if len(target) != 1 or target[0] not in releases:
            raise Refused(f"There is no release {' '.join(target)}. Releases: {', '.join(releases) or 'none'}.")
        versions = releases[target[0]]
    functions.check(versions)
    return {key: versions[key] for key in functions.names}


def keep(file: Path, versions: dict[str, str]) -> None:
    """Set `rollback` in the workspace's file; everything else stays as it is written."""
    text = re.sub(r',\s*"rollback": \{[^}]*\}', "", file.read_text(encoding="utf-8"))
    entry = json.dumps(versions)
    file.write_text(f'{text.rstrip().removesuffix("}").rstrip()},\n  "rollback": {entry}\n}}\n', encoding="utf-8")
    assert json.loads(file.read_text(encoding="utf-8"))["rollback"] == versions


def main(arguments: list[str]) -> int:
    """Returns 1 when nothing was moved."""
    given = _arguments(arguments)
    deployed = Deployed.read(given.outputs)
    workspace = deployed["workspace"]
    if not deployed["live_versions"]:
        sys.exit(f"Workspace {workspace} publishes no versions: apply the older package instead.")
    functions = Functions(deployed.client("lambda"), deployed["function_names"])
    if not given.target:
        _list(functions)
        return 0
    try:
        wanted = wanted_versions(functions, given.target)
    except Refused as refused:
        print(f"Nothing was moved. {refused}", file=sys.stderr)
        return 1
    back = int(wanted["chat"]) < int(functions.live()["chat"])
    for key in reversed(wanted) if back else wanted:
        version = wanted[key]
        functions.move(key, version)
        print(f"{functions.names[key]}: {version}")
    file = given.workspaces / f"{workspace}.json"
    if file.exists():
        keep(file, wanted)
        print(f"Commit {file.name}: its `rollback` keeps these versions until the release that removes it.")
    else:
        print(f'The next apply moves forward again, unless its settings have "rollback": {json.dumps(wanted)}')
    return 0


def _list(functions: Functions) -> None:
    live = functions.live()
    for release, versions in functions.releases().items():
        shown = " ".join(f"{key}={version}" for key, version in versions.items())
        print(f"{release:20} {shown}{'  live' if versions == live else ''}")


def _arguments(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m scripts.rollback", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("target", nargs="*", help="a release, or FUNCTION=VERSION for each function")
    parser.add_argument("--outputs", type=Path, help="a file with Terraform's outputs; default: terraform output")
    parser.add_argument("--workspaces", type=Path, default=WORKSPACES, help=argparse.SUPPRESS)
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
