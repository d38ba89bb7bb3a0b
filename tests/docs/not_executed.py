"""What the tests of the docs do not really run, and why. Everything that is not here is run.

Of these commands it is tested that they are there and take the options that are shown.
"""

from __future__ import annotations

from typing import Final

#: `make` targets that are run; any other has to be among those that are not.
MAKE_RUN: Final = frozenset({"ask", "import", "logs"})
#: `make` targets that are not; `make -n` goes through them.
MAKE: Final = {
    "run": "stays until Ctrl-C; tests/local/test_foreground.py runs it",
    "test": "would run itself",
    "check": "reads the code; every commit runs it",
    "up": "would start a second stack; every end-to-end test starts with it",
    "package": "tests/local/test_package.py builds it",
    "docs": "tests/docs/test_site.py builds it",
    "generate": "would change the pages; tests/docs/test_site.py holds that it has nothing to do",
    "bench": "takes minutes, and all of the machine; its results are committed",
}
#: Terraform's commands: variables, outputs and workspaces that are named have to be there.
TERRAFORM: Final = {
    "apply": "needs an account; `python -m tests two-workspaces` applies to an embedded AWS, and so does every end-to-end test",
    "destroy": "needs an account; `python -m tests two-workspaces` destroys on an embedded AWS",
    "init": "needs an account; `python -m tests two-workspaces` keeps the state in a bucket",
    "workspace": "needs an account; `python -m tests two-workspaces` makes two",
    "output": "needs an account; answers what is asked for",
}
#: Programs: what stands in their place looks at their options.
PROGRAMS: Final = {
    "pip": "would change the tests' environment; clients/python/tests/test_package.py builds and looks at the package",
}
#: The command `async-chat`.
COMMANDS: Final = {
    "login": "needs a browser; clients/python/tests/test_terminal_login.py signs in",
}
#: Modules: only `--help` is asked for.
MODULES: Final = {
    "python -m scripts.smoke": "needs a deployed workspace; tests/e2e/test_operators_tools.py runs it",
    "python -m scripts.redrive": "needs a deployed workspace; tests/e2e/test_operators_tools.py runs it",
}
#: Typed instead: `make test` runs these tests, and `make check` this mypy.
INSTEAD: Final = {
    "-m pytest        #": "-m pytest --collect-only -q  #",
    "-m mypy\n": "-m mypy --version\n",
    **{module: f"{module} --help" for module in MODULES},
}
#: Sessions in a terminal that a person answers: the keys, and who presses them in the tests.
SESSIONS: Final = {
    "[s] stop the turn": "clients/python/tests/test_terminal_live.py",
}
