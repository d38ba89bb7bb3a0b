"""Fixtures of all tests: figures shown in the run's output, fake credentials, no network."""

import os
import socket
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from scripts import chat_page

# The gate tries the same examples every time; `--hypothesis-profile=explore` looks for new ones. No time limit
# per example: on a busy machine it fails at random.
settings.register_profile("gate", deadline=None, derandomize=True, max_examples=60)
settings.register_profile("explore", deadline=None, max_examples=2_000, print_blob=True)
settings.load_profile("gate")

#: One stack serves all tests that need one; an option chooses the driver of the feature files.
pytest_plugins = ["tests.e2e.stack_fixture", "tests.features.driver_fixture", "tests.pages.browser_fixture"]

# Tests to inherit: pytest explains their asserts as those of test files.
pytest.register_assert_rewrite("tests.contract.reasoning_agent")

FIGURE = "figure"
#: `make test-all`, which runs every night, sets it. CONTRIBUTING.md lists what `make test` leaves to it, and why.
FULL = "ASYNC_CHAT_FULL"


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", f"full: runs with {FULL}=1 only")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    left_out = [] if os.environ.get(FULL) else [item for item in items if item.get_closest_marker("full")]
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item not in left_out]


@pytest.fixture(scope="session")
def fake_credentials() -> Iterator[None]:
    """For tests with AWS clients: whatever the shell's environment, they reach no account and no running stack."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_ENDPOINT_URL", "AWS_CONFIG_FILE"):
            patch.delenv(name, raising=False)
        patch.setenv("AWS_ACCESS_KEY_ID", "fake")
        patch.setenv("AWS_SECRET_ACCESS_KEY", "fake")
        patch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
        patch.setenv("AWS_EC2_METADATA_DISABLED", "true")
        yield


@pytest.fixture(scope="session")
def built_chat_page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """For tests that serve the chat page from the checkout: packaging builds it, so they build it here."""
    from entrypoints.chat_page import static_files

    folder = tmp_path_factory.mktemp("chat_page")
    chat_page.write(folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(static_files, "FOLDERS", (*static_files.FOLDERS, folder))
        yield folder


@pytest.fixture
def no_sockets(monkeypatch: pytest.MonkeyPatch) -> None:
    """For tests that need no network."""

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("a test without network opened a connection")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)


@pytest.fixture
def figure(record_property: Callable[[str, object], None]) -> Callable[[str], None]:
    """Shows a line at the end of the run, from whichever process the test ran in."""
    return lambda line: record_property(FIGURE, line)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    reports = (report for kind in ("passed", "failed") for report in terminalreporter.stats.get(kind, []))
    figures = [line for report in reports for name, line in report.user_properties if name == FIGURE]
    if figures:
        terminalreporter.section("figures")
        for line in figures:
            terminalreporter.write_line(str(line))
