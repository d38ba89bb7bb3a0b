"""Somebody else's Terraform, examples/terraform_consumer, on an embedded AWS: planned, applied, asked, upgraded, destroyed.

Two services of one account, in a region that the module does not know, with an agent that reads a secret.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
import shutil
import sys
import time
from pathlib import Path
from typing import Final

from async_chat_client import ChatClient

from local import emulator
from local.aws import DIRECT, session
from local.home import PROJECT
from local.people import sign_in
from local.terraform import architecture
from tests.terraform.copy import CONSUMER, IGNORED, TerraformCopy
from tests.terraform.two_workspaces import package_for

REGION: Final = "us-west-2"
EXAMPLE: Final = PROJECT / "examples" / "terraform_consumer"
NAMES: Final = {"support": "Support desk", "sales": "Sales desk"}


class Consumer:
    """The example's root, with a state of its own."""

    def __init__(self, folder: Path, endpoint: str) -> None:
        self._copy = TerraformCopy(folder / "terraform", endpoint)
        self._folder = folder / "examples" / "terraform_consumer"
        shutil.copytree(EXAMPLE, self._folder, ignore=IGNORED)
        self._run("init", "-lockfile=readonly")

    def apply(self, package: Path, version: str) -> None:
        self._run("apply", "-auto-approve", *_variables(package, version))

    def plan(self, package: Path, version: str) -> tuple[str, dict[str, list[str]]]:
        """What Terraform says, and the actions by address."""
        said = self._run("plan", "-out=planned", *_variables(package, version))
        shown = json.loads(self._run("show", "-json", "planned", input_option=False))
        return said, {change["address"]: change["change"]["actions"] for change in shown["resource_changes"]}

    def destroy(self) -> None:
        """As README.md prints it."""
        self._run("destroy", "-auto-approve", f"-var=region={REGION}", f"-var=package_path={PROJECT / 'README.md'}")

    def desks(self) -> dict[str, dict[str, str]]:
        found: dict[str, dict[str, str]] = json.loads(self._run("output", "-json", "desks", input_option=False))
        return found

    def kept(self) -> list[str]:
        return self._run("state", "list", input_option=False).split()

    def _run(self, verb: str, *options: str, input_option: bool = True) -> str:
        given = ["-no-color", "-input=false"] if input_option else []
        done = self._copy.run_in(CONSUMER, "default", verb, *given, *options)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout + done.stderr


def _variables(package: Path, version: str) -> list[str]:
    values = {"region": REGION, "package_path": package, "app_version": version, "architecture": architecture()}
    return [f"-var={name}={value}" for name, value in values.items()]


class Desk:
    """One of the two services, as its user sees it."""

    def __init__(self, key: str, outputs: dict[str, str], endpoint: str) -> None:
        self.name = NAMES[key]
        self._key = secrets.token_hex(16)
        aws = session(REGION).client("secretsmanager", endpoint_url=endpoint, config=DIRECT)
        aws.put_secret_value(SecretId=f"desk-{key}/key", SecretString=self._key)
        self._pool = outputs["user_pool_id"], outputs["client_id"]
        self._endpoint = endpoint
        self.api_url = f"{endpoint}/_aws/execute-api/{outputs['api_id']}"

    def client(self) -> ChatClient:
        user, *_ = sign_in(self._endpoint, REGION, *self._pool, f"Aa1-{secrets.token_urlsafe(24)}")
        return ChatClient(self.api_url, user.token)

    def signed(self, question: str) -> str:
        """What only an agent with this desk's key can answer."""
        text = f"{self.name}: we will look into it. You asked: {question}"
        return f"{text}\n\nSigned: {hmac.new(self._key.encode(), text.encode(), hashlib.sha256).hexdigest()[:16]}"


def main() -> int:
    with emulator.in_a_folder_of_its_own("consumer") as (folder, running):
        _prove(folder, running.endpoint)
    return 0


def _prove(folder: Path, endpoint: str) -> None:
    agents = shutil.copytree(EXAMPLE / "package", folder / "agents")
    first = package_for(folder / "first.zip", agents)
    consumer = Consumer(folder, endpoint)
    consumer.apply(first, "1.0.0")
    _say(f"applied: {len(consumer.kept())} resources")
    desks = [Desk(key, outputs, endpoint) for key, outputs in consumer.desks().items()]
    _ask_each(desks, "1.0.0")

    (agents / "another_module.py").write_text("RELEASE = 2\n", encoding="utf-8")
    second = package_for(folder / "second.zip", agents)
    said, actions = consumer.plan(second, "1.1.0")
    assert "Warning" not in said, said
    changed = {address: action for address, action in actions.items() if action not in (["no-op"], ["read"])}
    assert all(action == ["update"] for action in changed.values()), changed
    functions = {address for address in actions if ".aws_lambda_function.function[" in address}
    assert functions <= changed.keys(), "a function would keep the old package"
    _say(f"an upgrade's plan has no warning, and updates {len(changed)} resources in place")
    consumer.apply(second, "1.1.0")
    _ask_each(desks, "1.1.0")

    consumer.destroy()
    assert not consumer.kept(), consumer.kept()
    _say("destroyed")


def _ask_each(desks: list[Desk], version: str) -> None:
    for desk in desks:
        question = f"Is it raining in {version}?"
        with desk.client() as client:
            assert client.health().version == version
            answer = client.chat().ask(question).answer()
        assert answer.content == desk.signed(question), answer.content
        _say(f"{desk.name} {version}: the answer is signed with the desk's key")


def _say(line: str) -> None:
    sys.stdout.write(f"{time.strftime('%H:%M:%S')} {line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
