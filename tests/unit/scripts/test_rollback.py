"""scripts/rollback.py over moto: aliases move in order, or not at all, and the workspace's file keeps them."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scripts import rollback
from tests.support.published_workspace import FILE, KEYS, Workspace, empty_aws


@pytest.fixture(params=[KEYS, KEYS[:-1]], ids=["dedicated worker", "shared worker"])
def workspace(fake_credentials: None, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Workspace]:
    with empty_aws():
        yield Workspace(tmp_path, request.param)


def test_rollback_to_a_release_moves_every_alias_and_keeps_it(workspace: Workspace) -> None:
    assert workspace.rollback("1.0.0") == 0
    assert workspace.live() == dict.fromkeys(workspace.names, "1")
    assert workspace.settings == {**json.loads(FILE), "rollback": dict.fromkeys(workspace.names, "1")}


@pytest.mark.parametrize("forward", [False, True], ids=["back", "forward"])
def test_no_new_dispatcher_meets_an_old_worker_on_the_way(
    workspace: Workspace, capsys: pytest.CaptureFixture[str], forward: bool
) -> None:
    workspace.rollback("1.0.0")
    if forward:
        capsys.readouterr()
        workspace.rollback("1.1.0")
    moved = [line.split(":")[0].rpartition("-")[2] for line in capsys.readouterr().out.splitlines()[:-1]]
    assert sorted(moved) == sorted(workspace.names)
    called = [key for key in ("worker", "failures") if key in workspace.names]
    on_the_way_forward = moved if forward else moved[::-1]
    assert on_the_way_forward[-1] == "chat"
    assert on_the_way_forward[: len(called)] == called


def test_rollback_to_named_versions(workspace: Workspace) -> None:
    workspace.release("1.2.0")
    assert workspace.rollback(*(f"{key}=2" for key in workspace.names)) == 0
    assert workspace.live() == dict.fromkeys(workspace.names, "2")


def test_a_gradual_release_is_ended(workspace: Workspace) -> None:
    name = workspace.names["chat"]
    workspace.lambda_.update_alias(
        FunctionName=name, Name="live", FunctionVersion="1", RoutingConfig={"AdditionalVersionWeights": {"2": 0.1}}
    )
    workspace.rollback("1.0.0")
    alias = workspace.lambda_.get_alias(FunctionName=name, Name="live")
    assert not alias.get("RoutingConfig", {}).get("AdditionalVersionWeights")


def test_the_newest_version_of_a_release_is_taken(workspace: Workspace) -> None:
    workspace.release("1.0.0")
    workspace.release("2.0.0")
    workspace.rollback("1.0.0")
    assert workspace.live() == dict.fromkeys(workspace.names, "3")


def test_rolling_back_twice_keeps_the_last(workspace: Workspace) -> None:
    workspace.rollback("1.0.0")
    workspace.rollback("1.1.0")
    assert workspace.settings == {**json.loads(FILE), "rollback": dict.fromkeys(workspace.names, "2")}


@pytest.mark.parametrize(
    ("target", "reason"),
    [
        (["9.9.9"], "There is no release 9.9.9. Releases: 1.1.0, 1.0.0."),
        (["chat=1"], "is missing"),
        (["chat=7", "edits=1", "failures=1", "reads=1", "worker=1"], "chat 7"),
        (["chat=1", "edits=1", "failures=1", "reads=1", "worker=1", "cron=1"], "no function cron"),
        (["chat=$LATEST", "edits=1", "failures=1", "reads=1", "worker=1"], "chat $LATEST"),
    ],
)
def test_nothing_moves_when_one_function_cannot(
    fake_credentials: None, tmp_path: Path, target: list[str], reason: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with empty_aws():
        workspace = Workspace(tmp_path, KEYS)
        assert workspace.rollback(*target) == 1
        assert reason in capsys.readouterr().err
        assert workspace.live() == dict.fromkeys(KEYS, "2")
        assert workspace.settings == json.loads(FILE)


def test_a_version_that_was_deleted_stops_the_rollback(workspace: Workspace) -> None:
    workspace.lambda_.delete_function(FunctionName=workspace.names["reads"], Qualifier="1")
    assert workspace.rollback("1.0.0") == 1
    assert workspace.live() == dict.fromkeys(workspace.names, "2")


def test_without_a_target_releases_are_listed_newest_first(
    workspace: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    assert workspace.rollback() == 0
    newest, oldest = capsys.readouterr().out.splitlines()
    assert newest.startswith("1.1.0")
    assert newest.endswith("live")
    assert oldest.startswith("1.0.0")
    assert "chat=1" in oldest


def test_a_workspace_without_versions_says_what_to_do(workspace: Workspace) -> None:
    outputs = json.loads(workspace.outputs.read_text())
    workspace.outputs.write_text(json.dumps({**outputs, "live_versions": {}}))
    with pytest.raises(SystemExit, match="publishes no versions: apply the older package"):
        workspace.rollback("1.0.0")


@given(
    st.dictionaries(
        st.from_regex(r"[a-z_]{1,12}", fullmatch=True).filter(lambda name: name != "rollback"),
        st.one_of(st.integers(), st.text(), st.lists(st.text()), st.dictionaries(st.text(), st.integers())),
        min_size=1,
    ),
    st.sampled_from([None, 2, "\t"]),
)
def test_keeping_a_rollback_changes_nothing_else_in_the_file(
    settings: dict[str, Any], indent: int | str | None
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "prod.json"
        file.write_text(json.dumps(settings, indent=indent), encoding="utf-8")
        for version in ("1", "2"):
            rollback.keep(file, {"chat": version})
            assert json.loads(file.read_text(encoding="utf-8")) == {**settings, "rollback": {"chat": version}}
