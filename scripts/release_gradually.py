"""Release new versions step by step, watch the alarms meanwhile, and go back by itself if one of them goes off.

For workspaces with `gradual_release`: `terraform apply` has published a version of each function, and callers still get
the version before. This moves a share of the calls to the new versions, by the weights of the alias `live`. Worker,
failures function and readers come first, and the chat function when they are released in full: a new dispatcher never
calls an old worker. Each step lasts --minutes. An alarm, an error or Ctrl-C takes all functions back, the chat function
first.

Meanwhile both versions run side by side: releases change what is stored, what is sent and what the functions may do in
two steps, first to accept both, then to use the new (docs/operations.md).
"""

from __future__ import annotations

import argparse
import signal
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from scripts.deployed import Deployed
from scripts.rollback import ALIAS, Functions

DISPATCHER: Final = "chat"
STEPS: Final = (0.1, 0.5)
MINUTES: Final = 10.0
#: Seconds between two looks at the alarms, which CloudWatch evaluates once a minute at most.
LOOK_SECONDS: Final = 30.0

Report = Callable[[str], None]


class Stopped(Exception):
    """The release must not go on; the message says why."""


@dataclass(frozen=True)
class Change:
    """A function's alias, and the versions before and after the release."""

    key: str
    name: str
    before: str
    after: str


class Alarms:
    """The workspace's alarms. Those that are `ignored` do not stop a release."""

    def __init__(self, cloudwatch: Any, prefix: str, ignored: Sequence[str] = ()) -> None:
        self._cloudwatch = cloudwatch
        self._prefix = prefix
        self._ignored = {f"{prefix}{name.removeprefix(prefix)}" for name in ignored}

    def exist(self) -> bool:
        return next(iter(self._states()), None) is not None

    def gone_off(self) -> list[str]:
        """The names of those in state ALARM."""
        return [name for name, state in self._states() if state == "ALARM" and name not in self._ignored]

    def _states(self) -> Any:
        pages = self._cloudwatch.get_paginator("describe_alarms").paginate(AlarmNamePrefix=self._prefix)
        for page in pages:
            for alarm in page["MetricAlarms"]:
                yield alarm["AlarmName"], alarm["StateValue"]


class Release:
    """Moves aliases, and watches. `clock` and `sleep` are in seconds."""

    def __init__(
        self,
        lambda_: Any,
        alarms: Alarms,
        report: Report,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._lambda = lambda_
        self._alarms = alarms
        self._report = report
        self._clock = clock
        self._sleep = sleep

    def run(self, changes: Sequence[Change], steps: Sequence[float], minutes: float) -> None:
        """Raises `Stopped` after all functions are back at their versions before."""
        begun: list[Change] = []
        try:
            for stage in _stages(changes):
                begun += stage
                for share in (*steps, 1.0):
                    for change in stage:
                        self._route(change, share)
                    self._report(f"{_named(stage)}: {share:.0%} of the calls get the new version")
                    self._watch(minutes * 60)
        except BaseException as reason:
            self._go_back(begun)
            if isinstance(reason, Stopped):
                raise
            raise Stopped(f"{type(reason).__name__} {reason}".strip()) from reason

    def _route(self, change: Change, share: float) -> None:
        """At 100 % the alias points to the new version alone."""
        if share >= 1:
            self._point(change, change.after, {})
        else:
            self._point(change, change.before, {change.after: share})

    def _watch(self, seconds: float) -> None:
        until = self._clock() + seconds
        while True:
            if gone_off := self._alarms.gone_off():
                raise Stopped(f"alarm: {', '.join(gone_off)}")
            left = until - self._clock()
            if left <= 0:
                return
            self._sleep(min(LOOK_SECONDS, left))

    def _go_back(self, begun: Sequence[Change]) -> None:
        """The chat function first: an old dispatcher's events can be read by a new worker, not the other way round."""
        failed = []
        for change in reversed(begun):
            try:
                self._point(change, change.before, {})
                self._report(f"{change.key}: back at version {change.before}")
            except Exception as error:  # noqa: BLE001  # the others must be taken back too
                failed.append(f"{change.key}: {error}")
        if failed:
            self._report(f"NOT taken back: {'; '.join(failed)}. Run python -m scripts.rollback.")

    def _point(self, change: Change, version: str, weights: dict[str, float]) -> None:
        self._lambda.update_alias(
            FunctionName=change.name,
            Name=ALIAS,
            FunctionVersion=version,
            RoutingConfig={"AdditionalVersionWeights": weights},
        )


def _stages(changes: Sequence[Change]) -> list[list[Change]]:
    """All but the dispatcher, then the dispatcher."""
    called = [change for change in changes if change.key != DISPATCHER]
    callers = [change for change in changes if change.key == DISPATCHER]
    return [stage for stage in (called, callers) if stage]


def _named(stage: Sequence[Change]) -> str:
    return ", ".join(change.key for change in stage)


def changes_of(functions: Functions) -> list[Change]:
    """What is to be released: of each function, its newest version, unless that is live."""
    live, newest = functions.live(), functions.newest()
    return [
        Change(key, name, live[key], newest[key]) for key, name in functions.names.items() if live[key] != newest[key]
    ]


def main(
    arguments: list[str], clock: Callable[[], float] = time.monotonic, sleep: Callable[[float], None] = time.sleep
) -> int:
    """Returns 1 if nothing is released in the end."""
    # A cancelled CI job gets this signal: go back as after Ctrl-C.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    given = _arguments(arguments)
    deployed = Deployed.read(given.outputs)
    if not deployed["live_versions"]:
        sys.exit(f"Workspace {deployed['workspace']} publishes no versions: terraform apply is the release.")
    lambda_ = deployed.client("lambda")
    functions = Functions(lambda_, deployed["function_names"])
    prefix = functions.names[DISPATCHER].removesuffix(DISPATCHER)
    alarms = Alarms(deployed.client("cloudwatch"), prefix, given.ignore)
    began = clock()

    def report(line: str) -> None:
        print(f"{(clock() - began) / 60:5.1f} min  {line}", flush=True)

    changes = changes_of(functions)
    if not changes:
        print("Nothing to release: the newest version of every function is live.")
        return 0
    if not alarms.exist() and not given.without_alarms:
        print(
            "This workspace has no alarms, so nothing would stop a bad release. To go on: --without-alarms.",
            file=sys.stderr,
        )
        return 1
    if gone_off := alarms.gone_off():
        print(f"Nothing was moved: {', '.join(gone_off)} went off before. To go on: --ignore NAME.", file=sys.stderr)
        return 1
    for change in changes:
        report(f"{change.key}: version {change.before}, new: {change.after}")
    try:
        Release(lambda_, alarms, report, clock, sleep).run(changes, given.steps, given.minutes)
    except Stopped as stopped:
        report(f"STOPPED. {stopped}")
        return 1
    report("released")
    return 0


def _shares(text: str) -> tuple[float, ...]:
    shares = tuple(float(part) / 100 for part in text.split(",") if part)
    if not all(0 < share < 1 for share in shares) or list(shares) != sorted(set(shares)):
        raise argparse.ArgumentTypeError("rising percentages between 0 and 100, such as 10,50")
    return shares


def _arguments(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m scripts.release_gradually",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--steps", type=_shares, default=STEPS, help="percentages before 100; default: 10,50")
    parser.add_argument(
        "--minutes", type=float, default=MINUTES, help="how long each step is watched; default: %(default)g"
    )
    parser.add_argument("--ignore", action="append", default=[], metavar="ALARM", help="an alarm that does not stop it")
    parser.add_argument("--without-alarms", action="store_true", help="go on in a workspace that has none")
    parser.add_argument("--outputs", type=Path, help="a file with Terraform's outputs; default: terraform output")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
