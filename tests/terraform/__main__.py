"""`python -m tests terraform-mutants`: mutation testing of `terraform test`, with the mutants of mutants.py."""

from __future__ import annotations

import argparse
import re
import sys
import tempfile
from pathlib import Path

from tests.terraform.copy import TerraformCopy
from tests.terraform.mutants import MUTANTS, Mutant


def main(arguments: list[str]) -> int:
    """1 when a mutant survives."""
    parser = argparse.ArgumentParser(prog="python -m tests terraform-mutants", description=__doc__)
    parser.add_argument("words", nargs="*", help="only mutants whose mistake contains all these words")
    words = parser.parse_args(arguments).words
    chosen = [mutant for mutant in MUTANTS if all(word in mutant.mistake for word in words)]
    killed = sum(_killed(mutant) for mutant in chosen)
    _say(f"{killed}/{len(chosen)} mutants killed")
    return int(killed != len(chosen))


def _killed(mutant: Mutant) -> bool:
    with tempfile.TemporaryDirectory(prefix="async-chat-mutant-") as folder:
        copy = TerraformCopy(Path(folder) / "terraform", deployable=False)
        make(mutant, copy.folder / mutant.folder)
        copy.make_deployable()
        if mutant.workspace:
            done = copy.run(mutant.workspace, "test", "-no-color", *mutant.options)
        else:
            done = copy.test_service(*mutant.options)
    failures = re.findall(r'run "(\w+)"\.\.\. fail', done.stdout)
    # A mutant that is no valid Terraform says nothing about the tests.
    verdict = (
        f"killed by {failures[0]}"
        if failures
        else "SURVIVED"
        if done.returncode == 0
        else f"BROKEN {_first_line(done.stderr)}"
    )
    _say(f"{mutant.mistake}: {verdict}")
    return bool(failures)


def make(mutant: Mutant, folder: Path) -> None:
    """Applies the mutant to a copy."""
    file = folder / mutant.file
    text = file.read_text(encoding="utf-8")
    assert mutant.before in text, f"{mutant.file} has no {mutant.before!r} any more: {mutant.mistake}"
    file.write_text(text.replace(mutant.before, mutant.after, 1), encoding="utf-8")


def _first_line(text: str) -> str:
    return next((line for line in text.splitlines() if line.startswith("Error")), text[:200])


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
