"""Commands in the docs that the tests do not execute, and why. Everything else is executed.

The tests check that these commands exist and take the options shown.
"""

from __future__ import annotations

from typing import Final

#: `make` targets that are executed; any other must be among those that are not.
MAKE_RUN: Final = frozenset({"ask", "import", "logs"})
#: `make` targets that are only printed by `make -n`.
MAKE: Final = {
    "run": "stays until Ctrl-C; tests/local/test_foreground.py runs it",
    "test": "would run itself",
    "check": "reads the code; every commit runs it",
    "up": "would start a second stack; every end-to-end test starts with it",
    "package": "tests/local/test_package.py builds it",
    "docs": "tests/docs/test_site.py builds it",
    "generate": "would change the pages; tests/docs/test_site.py holds that it has nothing to do",
    "turn": "needs a turn; tests/e2e/test_operators_tools.py tells one",
    "turns": "shows other turns each time; tests/e2e/test_operators_tools.py lists one",
    "stop": "would stop a turn; tests/e2e/test_operators_tools.py stops one",
    "accept": "needs a deployed workspace; tests/e2e/test_acceptance.py runs it",
    "bench": "takes minutes, and all of the machine; its results are committed",
}
#: Terraform's commands: the variables, outputs and workspaces that they name must exist. Those that plan are planned, with
#: a mocked provider, by tests/terraform/test_documented_commands.py.
TERRAFORM: Final = {
    "apply": "needs an account; `python -m tests two-workspaces` applies to an embedded AWS, and so does every end-to-end test",
    "destroy": "needs an account; `python -m tests two-workspaces` destroys on an embedded AWS",
    "init": "needs an account; `python -m tests two-workspaces` keeps the state in a bucket",
    "workspace": "needs an account; `python -m tests two-workspaces` makes two",
    "output": "needs an account; answers what is asked for",
    "state": "needs an account; `python -m tests two-workspaces` takes the key out of a state",
}
#: Programs whose stand-ins check their options.
PROGRAMS: Final = {
    "pip": "would change the tests' environment; clients/python/tests/test_package.py builds and looks at the package",
}
#: The command `async-chat`.
COMMANDS: Final = {
    "login": "needs a browser; clients/python/tests/test_terminal_login.py signs in",
}
#: Modules of which only `--help` is run.
MODULES: Final = {
    "python -m scripts.enable_model": "needs an account; tests/unit/scripts/test_enable_model.py runs it",
    "python -m scripts.smoke": "needs a deployed workspace; tests/e2e/test_operators_tools.py runs it",
    "python -m scripts.rollback": "needs a deployed workspace; tests/unit/scripts/test_rollback.py runs it",
    "python -m scripts.release_gradually": (
        "needs a deployed workspace; tests/unit/scripts/test_release_gradually.py runs it"
    ),
    "python -m scripts.prune_versions": "needs a deployed workspace; tests/unit/scripts/test_prune_versions.py runs it",
    "python -m scripts.native_clients": "takes seconds; tests/generated_clients runs it for both languages",
    "python -m scripts.redrive": "needs a deployed workspace; tests/e2e/test_operators_tools.py runs it",
}
#: Replacements: `make test` runs these tests, and `make check` this mypy.
INSTEAD: Final = {
    "-m pytest        #": "-m pytest --collect-only -q  #",
    "-m mypy\n": "-m mypy --version\n",
    **{module: f"{module} --help" for module in MODULES},
}
#: Terminal sessions with a person's keys or a lost reply: words of the session, and the test that has it.
SESSIONS: Final = {
    "poll saw failed": "tests/unit/scripts/test_turns.py",
    "It may have reached the service.": "clients/python/tests/test_terminal_repeating.py",
    "[s] stop the turn": "clients/python/tests/test_terminal_live.py",
}
