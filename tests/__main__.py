"""Proofs, each by its name: python -m tests NAME [OPTION...]. The options are the proof's own: python -m tests NAME --help."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import Final, NamedTuple

from local.home import PROJECT

PYTEST: Final = ("-m", "pytest", "-q")


class Proof(NamedTuple):
    """What it proves, the arguments for Python, and the environments (scripts/env) that it needs beside .venv."""

    shows: str
    command: tuple[str, ...]
    environments: tuple[str, ...] = ()
    #: Whether it has options of its own, --help among them.
    options: bool = True
    #: `python -m tests all` runs it, after `make test` with ASYNC_CHAT_FULL=1.
    in_all: bool = True


PROOFS: Final[dict[str, Proof]] = {
    "simulate": Proof(
        "promises hold over seeded runs with faults (--seeds, --seed)", ("-m", "tests.faults.simulation.runner")
    ),
    "crash-points": Proof("promises hold after a fault at each AWS call", ("-m", "tests.faults.crash_points.runner")),
    "protocol-mutants": Proof("a broken rule of the protocol is noticed", ("-m", "tests.faults.mutants.runner")),
    "terraform-mutants": Proof("each mutant of the Terraform fails one of its tests", ("-m", "tests.terraform")),
    "workspace-guard": Proof(
        "no command reaches a wrong workspace", (*PYTEST, "-n", "2", "tests/terraform/test_workspace_guard.py")
    ),
    "two-workspaces": Proof(
        "two workspaces on one account are apart",
        ("-m", "tests.terraform.two_workspaces"),
        ("ministack",),
        options=False,
    ),
    "permissions": Proof(
        "least privilege: without any one IAM action a function fails",
        ("-m", "tests.terraform.permissions"),
        ("ministack",),
        options=False,
    ),
    "attack": Proof("attacks that once succeeded find nothing", ("-m", "tests.faults.attack"), ("ministack",)),
    "schemathesis": Proof(
        "a running stack answers as openapi.json says",
        (*PYTEST, "tests/schemathesis"),
        ("ministack", "schemathesis"),
        in_all=False,
    ),
    "pages": Proof("the chat page works in Chromium", (*PYTEST, "tests/pages"), ("ministack",), in_all=False),
    "examples": Proof(
        "the example agents pass their tests, with their frameworks; the Terraform example is applied",
        ("scripts/test-examples",),
        ("ministack",),
        options=False,
    ),
    "scan": Proof(
        "checkov, parliament, bandit and pip-audit find nothing (--strict)",
        ("-m", "scripts.scan"),
        ("scan", "ministack"),
    ),
    "evaluation": Proof("how often an agent finds the right memory", ("-m", "tests.evaluation"), in_all=False),
    "poll-cost": Proof(
        "what the poll hint costs and brings", ("-m", "tests.faults.polling.cost"), options=False, in_all=False
    ),
    "accept": Proof("a deployed workspace works, seen from outside", ("-m", "tests.acceptance"), in_all=False),
    "load": Proof(
        "200 questions of 50 users on the running local stack", ("-m", "tests.faults.load.runner"), in_all=False
    ),
    "held-load": Proof(
        "plain polls beside 20 held ones on the running local stack", ("-m", "tests.faults.load.held"), in_all=False
    ),
}


def main(arguments: list[str]) -> int:
    """The proof's exit code; of several, 1 when one failed."""
    match arguments:
        case ["all"]:
            failed = [name for name, proof in PROOFS.items() if proof.in_all and _prove(name, []) != 0]
            print(f"failed: {', '.join(failed)}" if failed else "every proof holds")
            return int(bool(failed))
        case [name, *options] if name in PROOFS and (PROOFS[name].options or not options):
            return _prove(name, options)
        case [] | ["-h" | "--help"]:
            print(_help())
            return 0
    print(_help(), file=sys.stderr)
    return 2


def _prove(name: str, options: list[str]) -> int:
    proof = PROOFS[name]
    if "terraform" in name or "workspace" in name:
        subprocess.run(["make", "--no-print-directory", "terraform-init"], cwd=PROJECT, check=True)
    if proof.environments:
        subprocess.run(["scripts/env", *proof.environments], cwd=PROJECT, check=True)
    program = [sys.executable] if proof.command[0] == "-m" else []
    print(f"== {name}: {proof.shows}", flush=True)
    # A proof that is named is wanted whole.
    surroundings = {**os.environ, "ASYNC_CHAT_FULL": "1"}
    return subprocess.run([*program, *proof.command, *options], cwd=PROJECT, env=surroundings, check=False).returncode


def _help() -> str:
    assert __doc__
    lines = [f"  {name:18} {proof.shows}{'' if proof.in_all else ' (not in `all`)'}" for name, proof in PROOFS.items()]
    return "\n".join([__doc__, "", *lines, f"  {'all':18} one after the other, as they run every night"])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
