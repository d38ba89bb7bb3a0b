"""Every Terraform command of the docs is planned in its own workspace, with what its page says and nothing else.

A page is read from its top: its blocks of settings go into the workspace's file, its commands are planned with a mocked
provider. So a command that lacks a variable, a setting or a confirmation fails here, as it would in an account.
"""

from __future__ import annotations

import json
import re
import shlex
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pytest

from docs.site.navigation import ROOT, files
from local.terraform import literal
from scripts.hcl import Module
from tests.docs.blocks import Block, blocks
from tests.terraform.copy import BUCKET, CONSUMER, IGNORED, SERVICE, TerraformCopy

#: What a reader puts in for a placeholder.
PLACEHOLDERS: Final = {
    "<12 digits>": "123456789012",
    "<region>": "eu-west-1",
    "<bucket>": "state",
    "<account>": "123456789012",
}
PLANNED: Final = {"plan", "apply", "destroy"}
#: Pages that set a workspace up. Every other page's workspaces were set up as DEPLOY says.
DEPLOY: Final = "docs/deploy.md"
SETTING_UP: Final = {block.page for block in blocks() if block.mark.startswith("settings: ") and "region" in block.text}
#: A command within a sentence or a table.
INLINE: Final = re.compile(r"`((?:TF_WORKSPACE=\w+ )?scripts/terraform (?:plan|apply|destroy) [^`]+)`")
ROOTS: Final = {"terraform": "", "terraform/state-bucket": BUCKET, "examples/terraform_consumer": CONSUMER}
#: Variables of `make run` and `make up`, as settings of workspace local.
OF_MAKE: Final = {"RECALL_DELAY": "recall_delay_seconds", "AGENT": "agent"}


@dataclass(frozen=True)
class Command:
    """One line, and the settings that its page has given to the workspace's file before it."""

    page: str
    line: str
    folder: str
    workspace: str
    verb: str
    options: tuple[str, ...]
    settings: str

    def __str__(self) -> str:
        return f"{self.page}-{self.line}"[:90]


def commands() -> Iterator[Command]:
    for page in dict.fromkeys(block.page for block in blocks()):
        settings = {} if page in SETTING_UP else _settings(DEPLOY)
        yield from _of_page([block for block in blocks() if block.page == page], settings)
    for file in files():
        within = "\n".join(INLINE.findall(file.read_text(encoding="utf-8")))
        yield from _of_page([Block(str(file.relative_to(ROOT)), 0, "sh", within, "", "")], _settings(DEPLOY))


def _settings(page: str) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for block in blocks():
        if block.page == page and block.mark.startswith("settings: "):
            found.setdefault(block.mark.split()[1], {}).update(json.loads(_filled(block.text)))
    return found


def _of_page(found: list[Block], settings: dict[str, dict[str, Any]]) -> Iterator[Command]:
    exported: dict[str, str] = {}
    selected = "dev"
    for block in found:
        if block.mark.startswith("settings: "):
            settings.setdefault(block.mark.split()[1], {}).update(json.loads(_filled(block.text)))
        for line in _lines(block) if block.language == "sh" else []:
            given, words = _words(line)
            if words[:1] == ["export"]:
                exported |= dict(word.split("=", 1) for word in words[1:])
            elif words[:1] == ["unset"]:
                exported.pop(words[1], None)
            elif words and words[0] in {"terraform", "scripts/terraform"}:
                surroundings = exported | given
                folder, verb, options = _terraform(words[1:], surroundings)
                if verb == "workspace":
                    selected = options[-1]
                workspace = surroundings.get("TF_WORKSPACE", selected)
                yield Command(
                    block.page,
                    line,
                    folder,
                    workspace,
                    verb,
                    tuple(options),
                    json.dumps(settings.get(_file(workspace), {})),
                )
            elif words[:1] == ["make"] and words[1] in {"run", "up"}:
                yield Command(block.page, line, "terraform", "local", "apply", tuple(_of_make(words[2:])), "{}")


def _lines(block: Block) -> list[str]:
    return [line.strip() for line in _filled(block.text).replace("\\\n", " ").splitlines() if line.strip()]


def _words(line: str) -> tuple[dict[str, str], list[str]]:
    """The variables before a command, and the command."""
    words = shlex.split(line, comments=True)
    given: dict[str, str] = {}
    while words and re.match(r"[A-Z_]+=", words[0]):
        name, _, value = words.pop(0).partition("=")
        given[name] = value
    return given, words


def _terraform(words: list[str], surroundings: dict[str, str]) -> tuple[str, str, list[str]]:
    folder = surroundings.get("ASYNC_CHAT_TERRAFORM_FOLDER", "terraform").removeprefix("$PWD/")
    if words[0].startswith("-chdir="):
        folder = words.pop(0).removeprefix("-chdir=")
    return folder, words[0], words[1:]


def _of_make(words: list[str]) -> Iterator[str]:
    given = dict(word.split("=", 1) for word in words if "=" in word)
    settings: dict[str, Any] = {setting: given[name] for name, setting in OF_MAKE.items() if name in given}
    if "MODEL" in given:
        settings |= {"agent": "bedrock", "model": {"id": given["MODEL"]}}
    if "CORS" in given:
        settings["cors_origins"] = [given["CORS"]]
    yield from ("-var", f"overrides={literal(settings)}")


def _filled(text: str) -> str:
    for placeholder, value in PLACEHOLDERS.items():
        text = text.replace(placeholder, value)
    return re.sub(r"<[a-zA-Z ]*model[a-zA-Z ]*>", "some.model-v1:0", text)


def _file(workspace: str) -> str:
    return re.sub(r"^pr-\d+$", "pr", workspace)


COMMANDS: Final = list(commands())
#: Commands that are planned alike are planned once.
DIFFERENT: Final = {
    (one.folder, one.workspace, one.options, one.settings): one for one in COMMANDS if one.verb in PLANNED
}
each_planned = pytest.mark.parametrize("command", DIFFERENT.values(), ids=str)


@each_planned
def test_a_documented_command_can_be_planned(command: Command, tmp_path: Path) -> None:
    copy = TerraformCopy(tmp_path / "terraform", deployable=False)
    folder = tmp_path / command.folder
    if not folder.exists():
        shutil.copytree(ROOT / command.folder, folder, ignore=IGNORED)
    workspace = command.workspace if command.folder == "terraform" else "default"
    if command.folder == "terraform":
        copy.configure(_file(workspace), **json.loads(command.settings))
    (folder / "documented").mkdir()
    (folder / "documented" / "command.tftest.hcl").write_text(_test(command, copy), encoding="utf-8")
    variables = [f"-var={value}" for value in _values(command.options, "-var")]
    options = ("-no-color", "-test-directory=documented", *variables)
    done = copy.run_in(ROOTS[command.folder], workspace, "test", *options)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "1 passed" in done.stdout


def _test(command: Command, copy: TerraformCopy) -> str:
    """A plan with that command's options. The package is built by a command before it: here it is any file."""
    mocks = copy.folder / SERVICE / "tests" / "mocks"
    package = "" if command.folder.endswith("bucket") else f'variables {{\n  package_path = "{mocks}/package.txt"\n}}\n'
    replaced = ", ".join(_values(command.options, "-replace"))
    return f"""
mock_provider "aws" {{
  source          = "{mocks}"
  override_during = plan

  mock_resource "aws_secretsmanager_secret" {{
    defaults = {{ arn = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:key-AbCdEf" }}
  }}
}}
{package}
run "plan" {{
  command = plan

  plan_options {{
    replace = [{replaced}]
  }}
}}
"""


def _values(options: tuple[str, ...], name: str) -> Iterator[str]:
    """Of `-name value` and `-name=value`."""
    for index, option in enumerate(options):
        if option == name:
            yield options[index + 1]
        elif option.startswith(f"{name}="):
            yield option.partition("=")[2]


def test_a_command_without_what_its_page_says_is_refused(tmp_path: Path) -> None:
    """So the test above can fail: production without its settings, and without its confirmation."""
    (applied, *_) = [one for one in COMMANDS if one.workspace == "prod" and one.verb == "apply"]
    for settings, options in (("{}", applied.options), (applied.settings, ())):
        with pytest.raises(AssertionError, match=r"region|was confirmed as"):
            test_a_documented_command_can_be_planned(
                Command(**{**applied.__dict__, "settings": settings, "options": options}), tmp_path / str(len(options))
            )


ADDRESSES: Final = [
    (one.line, address)
    for one in COMMANDS
    for address in [*_values(one.options, "-replace"), *_values(one.options, "-target"), *one.options[1:]]
    if address.startswith("module.")
]


@pytest.mark.parametrize(("line", "address"), ADDRESSES)
def test_addresses_of_documented_commands_exist(line: str, address: str) -> None:
    """Terraform only warns of an address that is not there."""
    found = re.fullmatch(r"module\.service\.(\w+)\.(\w+)(\[.+\])?", address)
    assert found, line
    assert Module().resource(found[1], found[2])


@pytest.mark.parametrize(
    ("page", "settings"),
    sorted(
        {(one.page, one.settings) for one in COMMANDS if one.folder == "terraform" and "package_extras" in one.settings}
    ),
)
def test_a_documented_agent_is_in_what_its_settings_package(page: str, settings: str) -> None:
    said = json.loads(settings)
    module = said["agent"].partition(":")[0].replace(".", "/")
    found = [ROOT / extra / f"{module}{end}" for extra in said["package_extras"] for end in (".py", "/__init__.py")]
    assert any(file.exists() for file in found), page


def test_the_docs_have_commands_for_every_root_and_kind_of_workspace() -> None:
    planned = {(one.folder, _file(one.workspace)) for one in COMMANDS if one.verb in PLANNED}
    assert {folder for folder, _ in planned} == ROOTS.keys()
    assert {workspace for _, workspace in planned} == {"dev", "prod", "pr", "local"}
    assert len(ADDRESSES) >= 3
    assert {one.verb for one in COMMANDS} >= {"apply", "destroy", "state", "workspace", "init"}
