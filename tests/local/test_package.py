"""The Lambda zip: reproducible, and free of unneeded files."""

from __future__ import annotations

import hashlib
import json
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from local.home import PROJECT
from scripts import package as packager
from scripts.package import interpreter_of

SDK = {"boto3", "botocore", "s3transfer", "jmespath", "dateutil", "urllib3"}


def build(output: Path, *options: str, python: str = sys.executable) -> zipfile.ZipFile:
    command = [python, str(PROJECT / "scripts" / "package.py"), "--output", str(output), *options]
    subprocess.run(command, check=True, capture_output=True)
    return zipfile.ZipFile(output)


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The zip for AWS, built once for all tests."""
    output = tmp_path_factory.mktemp("package") / "lambda.zip"
    build(output).close()
    return output


def names(package: Path) -> list[str]:
    with zipfile.ZipFile(package) as opened:
        return opened.namelist()


def test_two_builds_are_the_same_bytes(package: Path, tmp_path: Path) -> None:
    build(tmp_path / "again.zip").close()
    assert digest(tmp_path / "again.zip") == digest(package)


def test_another_python_builds_the_same_bytes(package: Path, tmp_path: Path) -> None:
    others = {interpreter_of(version) for version in ("3.11", "3.12", "3.13", "3.14")} - {None, Path(sys.executable)}
    if not others:
        pytest.skip("this machine has one Python")
    build(tmp_path / "again.zip", python=str(others.pop())).close()
    assert digest(tmp_path / "again.zip") == digest(package)


def digest(package: Path) -> str:
    return hashlib.sha256(package.read_bytes()).hexdigest()


def test_package_root_holds_all_of_src(package: Path) -> None:
    sources = {path.relative_to(PROJECT / "src").as_posix() for path in (PROJECT / "src").rglob("*.py")}
    assert sources <= set(names(package))


def test_package_holds_the_files_that_are_served(package: Path) -> None:
    assert {"openapi.json", "chat_page.html", "chat_page.csp", "markdown.mjs"} <= set(names(package))


def test_package_holds_the_data_of_time_zones(package: Path) -> None:
    assert {f"tzdata/zoneinfo/{name}" for name in ("Europe/Berlin", "Asia/Calcutta", "Etc/GMT+12")} <= set(
        names(package)
    )


def test_every_entry_has_the_same_date_and_mode(package: Path) -> None:
    with zipfile.ZipFile(package) as opened:
        entries = opened.infolist()
    assert {entry.date_time for entry in entries} == {(1980, 1, 1, 0, 0, 0)}
    assert {entry.external_attr >> 16 for entry in entries} == {0o100644}
    assert [entry.filename for entry in entries] == sorted(entry.filename for entry in entries)


def test_package_holds_nothing_of_the_machine_that_built_it(package: Path) -> None:
    with zipfile.ZipFile(package) as opened:
        telling = [name for name in opened.namelist() if str(PROJECT).encode() in opened.read(name)]
    assert telling == []
    assert not [name for name in names(package) if Path(name).name in {"RECORD", "INSTALLER", "direct_url.json"}]


def test_zip_has_no_aws_sdk(package: Path) -> None:
    assert SDK.isdisjoint({Path(name).parts[0] for name in names(package)})


def test_zip_has_no_c_sources(package: Path) -> None:
    assert not [name for name in names(package) if name.endswith((".c", ".pyx", ".pxd"))]


@pytest.mark.parametrize(("architecture", "wanted"), [("arm64", "aarch64"), ("x86_64", "x86_64")])
def test_native_libraries_are_for_lambdas_architecture_only(architecture: str, wanted: str, tmp_path: Path) -> None:
    with build(tmp_path / "lambda.zip", "--architecture", architecture) as opened:
        native = [name for name in opened.namelist() if name.endswith(".so") and "cpython" in name]
    assert native
    assert all(f"cpython-313-{wanted}-linux-gnu" in name for name in native)


def test_the_local_package_runs_on_this_interpreter(tmp_path: Path) -> None:
    build(tmp_path / "lambda.zip", "--interpreter", sys.executable).extractall(tmp_path / "unpacked")
    # -I and the zip's folder alone: nothing of this environment can replace what the zip lacks.
    program = f"import sys; sys.path.insert(0, {str(tmp_path / 'unpacked')!r}); import domain.chat, pydantic, ulid; print(pydantic.__file__)"
    done = subprocess.run([sys.executable, "-I", "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.startswith(str(tmp_path / "unpacked"))


CLIENTS = """
import os, sys
sys.path.insert(0, sys.argv[1])
os.environ.update(AWS_DEFAULT_REGION="eu-central-1", AWS_ACCESS_KEY_ID="x", AWS_SECRET_ACCESS_KEY="x")
import boto3
from botocore.config import Config
from adapters.aws.clients import AwsClients
ours, anyones = AwsClients(Config()).dynamodb(), boto3.client("dynamodb")
print(hasattr(ours, "query"), hasattr(ours, "scan"), hasattr(anyones, "scan"))
"""


def test_only_the_services_own_clients_have_trimmed_models(tmp_path: Path) -> None:
    """A custom agent may call any AWS service."""
    build(tmp_path / "lambda.zip", "--interpreter", sys.executable, "--without-agents").extractall(tmp_path / "on")
    command = [sys.executable, "-c", CLIENTS, str(tmp_path / "on")]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["True", "False", "True"]


def test_extra_folder_is_added_to_the_root(tmp_path: Path) -> None:
    (tmp_path / "mine" / "my_agent").mkdir(parents=True)
    (tmp_path / "mine" / "my_agent" / "__init__.py").write_text("ANSWER = 42\n")
    with build(tmp_path / "lambda.zip", "--extra", str(tmp_path / "mine")) as opened:
        assert opened.read("my_agent/__init__.py") == b"ANSWER = 42\n"


def test_extra_folder_may_not_replace_files_of_the_zip(tmp_path: Path) -> None:
    (tmp_path / "mine" / "domain").mkdir(parents=True)
    refused = refusal(tmp_path / "lambda.zip", tmp_path / "mine")
    assert "holds names that are in the zip already: domain" in refused


def test_extra_requirements_need_hashes(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("six==1.17.0\n")
    assert "hash" in refusal(tmp_path / "lambda.zip", tmp_path / "mine.txt")


def refusal(output: Path, extra: Path) -> str:
    command = [sys.executable, str(PROJECT / "scripts" / "package.py"), "--output", str(output), "--extra", str(extra)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert not output.exists()
    return done.stderr


# ---- for a workspace, as its file says


def build_for(workspace: str, settings: dict[str, object], folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Builds the package of a workspace of these settings."""
    file = f"{re.sub(r'^pr-[0-9]+$', 'pr', workspace)}.json"
    (folder / file).write_text(json.dumps(settings), encoding="utf-8")
    monkeypatch.setattr(packager, "WORKSPACES", folder)
    built = folder / "lambda.zip"
    options = [f"--output={built}", f"--workspace={workspace}", f"--interpreter={sys.executable}", "--without-agents"]
    packager.main(options)
    return built


@pytest.mark.parametrize("workspace", ["prod", "pr-12"])
def test_package_of_a_workspace_has_its_extras(workspace: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings: dict[str, object] = {
        "agent": "on_this_day:agent",
        "package_extras": ["examples/plain_function/package"],
    }
    built = build_for(workspace, settings, tmp_path, monkeypatch)
    names = zipfile.ZipFile(built).namelist()
    assert "on_this_day.py" in names
    assert not [name for name in names if "local_agent" in name], "it shows what an agent prints and raises"


@pytest.mark.parametrize("agent", ["on_this_day:agent", "lab.agents:make"])
def test_package_without_the_workspaces_agent_is_refused(
    agent: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(SystemExit, match=rf"^Agent {agent} is not in the package: .*package_extras"):
        build_for("prod", {"agent": agent}, tmp_path, monkeypatch)
    assert not (tmp_path / "lambda.zip").exists()


def test_package_of_an_unknown_workspace_is_refused() -> None:
    with pytest.raises(SystemExit, match=r"^Workspace staging has no file "):
        packager.main(["--workspace=staging"])
