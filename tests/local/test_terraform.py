"""scripts/terraform and local/terraform.py: errors, and where the provider is found."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from local import terraform
from local.failure import StackFailure
from local.home import PROJECT, Home

# The programs that the script calls; on some machines Terraform is in the same folder.
PROGRAMS = ("bash", "cat", "dirname", "env", "find", "grep", "mkdir", "mktemp", "rm")

# A Terraform without a registry: init works only with a mirror.
WITHOUT_REGISTRY = """#!/usr/bin/env bash
echo "$@" >>"$CALLS"
case "$*" in
  *-plugin-dir=*) exit 0 ;;
  *" init"*) echo "Error: Failed to query available provider packages" >&2; exit 1 ;;
esac
"""
# A Terraform that finds resources which its state does not know.
MISFIT = """#!/usr/bin/env bash
echo '{"type":"diagnostic","@level":"error","diagnostic":{"summary":"creating IAM Role","detail":"EntityAlreadyExists"}}'
exit 1
"""
APPLIES = """#!/usr/bin/env bash
echo "$@" >>"$CALLS"
echo "$TF_WORKSPACE ${AWS_PROFILE-no profile} $AWS_ENDPOINT_URL" >>"$CALLS"
echo '{"type":"outputs","outputs":{"region":{"value":"eu-central-1"}}}'
"""
BROKEN_CONFIGURATION = """#!/usr/bin/env bash
echo "Error: Unsupported block type" >&2; exit 1
"""


@pytest.fixture
def bare_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that is all of PATH, on a machine without a Terraform configuration."""
    programs = tmp_path / "bin"
    programs.mkdir()
    for name in PROGRAMS:
        (programs / name).symlink_to(str(shutil.which(name)))
    for name in [name for name in os.environ if name.startswith("TF_")]:
        monkeypatch.delenv(name)
    for name, value in {
        "PATH": programs,
        "HOME": tmp_path,
        "CALLS": tmp_path / "calls",
        "XDG_DATA_DIRS": tmp_path,
        # The first folder does not exist, which must not end the search.
        "ASYNC_CHAT_MIRROR_ROOTS": f"{tmp_path / 'nowhere'} {tmp_path / 'mirrors'}",
        "TF_PLUGIN_CACHE_DIR": tmp_path / "cache",
    }.items():
        monkeypatch.setenv(name, str(value))
    (tmp_path / "cache").mkdir()
    return programs


def install(programs: Path, terraform_script: str) -> None:
    (programs / "terraform").write_text(terraform_script)
    (programs / "terraform").chmod(0o755)


def mirror(root: Path) -> Path:
    folder = root / "some" / "plugins"
    (folder / "registry.terraform.io" / "hashicorp" / "aws").mkdir(parents=True)
    return folder


def init() -> subprocess.CompletedProcess[str]:
    command = [str(PROJECT / "scripts" / "terraform"), "init", "-input=false"]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_missing_terraform_names_the_version_to_install(bare_machine: Path, home: Home) -> None:
    with pytest.raises(StackFailure, match=r"^Terraform is missing: install version 1\.11 or newer .*https://.*$"):
        terraform.initialise(home)


def test_missing_provider_says_how_to_get_it(bare_machine: Path, home: Home) -> None:
    install(bare_machine, WITHOUT_REGISTRY)
    with pytest.raises(StackFailure, match=r"^The provider hashicorp/aws was not found: .*-plugin-dir=DIR\.$"):
        terraform.initialise(home)


def test_mirror_folder_is_used_without_the_registry(bare_machine: Path, tmp_path: Path) -> None:
    install(bare_machine, WITHOUT_REGISTRY)
    folder = mirror(tmp_path / "mirrors")
    assert init().returncode == 0
    assert (tmp_path / "calls").read_text().splitlines()[-1].endswith(f"init -plugin-dir={folder} -input=false")


def test_provider_cache_is_used_as_a_mirror(bare_machine: Path, tmp_path: Path) -> None:
    install(bare_machine, WITHOUT_REGISTRY)
    mirror(tmp_path / "cache")
    assert init().returncode == 0


def test_other_failures_are_shown_as_terraform_reports_them(bare_machine: Path, tmp_path: Path) -> None:
    install(bare_machine, BROKEN_CONFIGURATION)
    mirror(tmp_path / "mirrors")
    done = init()
    assert done.returncode == 1
    assert done.stderr.strip() == "Error: Unsupported block type"


def test_missing_configuration_file_is_not_passed_on(
    bare_machine: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install(bare_machine, '#!/usr/bin/env bash\necho "${TF_CLI_CONFIG_FILE-unset}"\n')
    monkeypatch.setenv("TF_CLI_CONFIG_FILE", str(tmp_path / "gone"))
    assert init().stdout.strip() == "unset"


def test_inconsistent_state_is_reported_in_one_sentence(bare_machine: Path, home: Home) -> None:
    install(bare_machine, MISFIT)
    home.terraform.mkdir()
    with pytest.raises(StackFailure, match=r"^The state in .* is inconsistent: `make reset` .*$"):
        terraform.apply(home, "http://127.0.0.1:1", {}, print)


def test_apply_reaches_only_the_embedded_aws(
    bare_machine: Path, home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install(bare_machine, APPLIES)
    home.terraform.mkdir()
    monkeypatch.setenv("AWS_PROFILE", "production")
    monkeypatch.setenv("TF_WORKSPACE", "prod")
    outputs = terraform.apply(home, "http://127.0.0.1:1", {"recall_delay_seconds": "5"}, print)
    command, surroundings = (tmp_path / "calls").read_text().splitlines()
    assert outputs == {"region": "eu-central-1"}
    assert surroundings == "local no profile http://127.0.0.1:1"
    assert command.startswith(f"-chdir={home.terraform} apply")
    assert "recall_delay_seconds = 5" in command


@pytest.mark.parametrize(
    ("given", "passed"),
    [
        ("recall", '"recall"'),
        ("lab.agents:make", '"lab.agents:make"'),
        ("5", "5"),
        ("0.5", "0.5"),
        ("5 minutes", '"5 minutes"'),
        ("true", "true"),
        ("null", "null"),
        ("nullable", '"nullable"'),
        ('["http://localhost:5173"]', '["http://localhost:5173"]'),
        ('{ id = "qwen" }', '{ id = "qwen" }'),
        ('"quoted"', '"quoted"'),
        ("${not.an.expression} %{nor this}", '"$${not.an.expression} %%{nor this}"'),
        ('say "please"', r'"say \"please\""'),
        ("", '""'),
    ],
)
def test_a_setting_is_passed_on_by_its_kind(given: str, passed: str) -> None:
    assert terraform._object({"name": given}) == f"{{ name = {passed} }}"


def test_shared_backend_is_not_used(
    bare_machine: Path, home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install(bare_machine, "#!/usr/bin/env bash\n")
    source = tmp_path / "terraform"
    source.mkdir()
    for name in ("backend.tf", "api.tf", ".terraform.lock.hcl"):
        (source / name).touch()
    monkeypatch.setattr(terraform, "SOURCE", source)
    terraform.initialise(home)
    assert {entry.name for entry in home.terraform.iterdir() if entry.is_symlink()} == {"api.tf", ".terraform.lock.hcl"}
