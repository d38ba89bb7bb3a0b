"""scripts/prune_versions.py over moto: old versions go, what an alias needs stays."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scripts import prune_versions
from tests.support.published_workspace import KEYS, Workspace, empty_aws


@pytest.fixture
def workspace(fake_credentials: None, tmp_path: Path) -> Iterator[Workspace]:
    with empty_aws():
        yield Workspace(tmp_path, KEYS[:2])


def numbers(workspace: Workspace, key: str) -> list[int]:
    return [int(number) for number in prune_versions.versions(workspace.lambda_, workspace.names[key])]


def prune(workspace: Workspace, *options: str) -> None:
    prune_versions.main([f"--outputs={workspace.outputs}", *options])


def test_the_newest_versions_of_each_function_stay(workspace: Workspace, capsys: pytest.CaptureFixture[str]) -> None:
    for release in range(7):
        workspace.release(f"2.{release}.0")
    prune(workspace)
    for key in workspace.names:
        assert numbers(workspace, key) == [5, 6, 7, 8, 9]
    assert "async-chat-prod-chat: deleted 1, 2, 3, 4" in capsys.readouterr().out


def test_nothing_is_deleted_twice(workspace: Workspace, capsys: pytest.CaptureFixture[str]) -> None:
    prune(workspace, "--keep=1")
    prune(workspace, "--keep=1")
    assert "async-chat-prod-chat: deleted nothing" in capsys.readouterr().out
    assert workspace.live() == dict.fromkeys(workspace.names, "2")


@pytest.mark.parametrize("keep", ["0", "-1", "some"])
def test_at_least_one_version_is_kept(workspace: Workspace, keep: str) -> None:
    with pytest.raises(SystemExit):
        prune(workspace, f"--keep={keep}")
    assert numbers(workspace, "chat") == [1, 2]


@given(
    releases=st.integers(0, 6),
    keep=st.integers(1, 4),
    live=st.integers(1, 8),
    second=st.none() | st.integers(1, 8),
    other=st.none() | st.integers(1, 8),
)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_version_that_an_alias_calls_is_deleted(
    fake_credentials: None, tmp_path: Path, releases: int, keep: int, live: int, second: int | None, other: int | None
) -> None:
    with empty_aws():
        workspace = Workspace(tmp_path, ("chat",))
        for release in range(releases):
            workspace.release(f"2.{release}.0")
        newest = releases + 2
        live, name = min(live, newest), workspace.names["chat"]
        needed = {live}
        weights = {}
        if second is not None and second <= newest and second != live:
            weights = {str(second): 0.1}
            needed.add(second)
        workspace.lambda_.update_alias(
            FunctionName=name,
            Name="live",
            FunctionVersion=str(live),
            RoutingConfig={"AdditionalVersionWeights": weights},
        )
        if other is not None and other <= newest:
            workspace.lambda_.create_alias(FunctionName=name, Name="pinned", FunctionVersion=str(other))
            needed.add(other)
        prune(workspace, f"--keep={keep}")
        expected = needed | set(range(max(1, newest - keep + 1), newest + 1))
        assert numbers(workspace, "chat") == sorted(expected)
