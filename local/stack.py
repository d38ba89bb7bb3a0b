"""Bring the whole stack up and take it down."""

from __future__ import annotations

import contextlib
import json
import shutil
import tomllib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from async_chat_client import ChatClient

from adapters.agents.registry import AGENTS
from local import emulator, package, people, samples, terraform
from local.agent import OwnAgent, require_extras
from local.commands import run
from local.emulator import Emulator
from local.failure import StackFailure
from local.home import PROJECT, Home, write_private
from local.people import Person
from local.progress import Report

#: The longest that there is: somebody is looking at a breakpoint meanwhile.
DEBUG_DEADLINE = "840"


@dataclass(frozen=True)
class Stack:
    """A running stack, as its stack file holds it."""

    api_url: str
    region: str
    workspace: str
    users: list[Person]


@dataclass(frozen=True)
class StackOptions:
    """The user's choices about a stack."""

    port: int | None = None  # None: the last one or the default; 0: the last one or any free one
    settings: Mapping[str, str] = field(default_factory=dict)  # of workspace local
    model_url: str | None = None  # an OpenAI-compatible server used as Bedrock
    extras: tuple[Path, ...] = ()  # see scripts/package.py
    origins: tuple[str, ...] = ()  # pages of other origins that may call the API
    samples: bool = True
    debug_port: int | None = None  # where an agent of one's own waits for a debugger

    @property
    def own_agent(self) -> OwnAgent | None:
        """The agent, unless it is a built-in one or none is named."""
        name = self.settings.get("agent", "")
        if ":" not in name:
            return None
        environment: dict[str, str] = {}
        with contextlib.suppress(ValueError):  # written in Terraform's own language
            environment = json.loads(self.settings.get("agent_environment", "{}"))
        return OwnAgent(name, self.extras, environment, self.debug_port)


def bring_up(home: Home, options: StackOptions, report: Report) -> Stack:
    """Start what is not running and apply what has changed. Idempotent."""
    home.make_private()
    port = _port(home, options.port)
    report("Installing the Python environment of the embedded AWS")
    run([PROJECT / "scripts" / "env", "ministack"], home.folder / "environment.log", "Installing the embedded AWS")
    require_extras(options.extras)
    if options.debug_port and not options.own_agent:
        raise StackFailure("DEBUG is for an agent of your own: name it by AGENT=package.module:factory.")
    if options.own_agent and (complaint := options.own_agent.complaint(home)):
        raise StackFailure(complaint)
    report("Lambda package")
    _package(home, options)
    report("Initialising Terraform and its provider")
    terraform.initialise(home)
    report("Embedded AWS")
    embedded_aws = _embedded_aws(home, port, options)
    report("Applying the Terraform")
    password = people.demo_password(home)
    settings = {"app_version": _version(), "demo_password": password, **options.settings}
    if options.own_agent:
        settings["agent"] = package.LOCAL_AGENT
    if options.debug_port:
        settings.setdefault("deadline_seconds", DEBUG_DEADLINE)
    if options.origins:
        settings["cors_origins"] = terraform.literal(options.origins)
    outputs = terraform.apply(home, embedded_aws.endpoint, settings, report)
    stack = _signed_in(embedded_aws, outputs, password)
    _write(home, stack)
    if options.samples:
        _load_samples(home, stack, report)
    report("Ready")
    return stack


def read(home: Home) -> Stack:
    """The running stack, as it was last brought up."""
    if not emulator.running(home) or not home.stack_file.exists():
        raise StackFailure("The stack is not running: start it with `make up` or `make run`.")
    kept = json.loads(home.stack_file.read_text(encoding="utf-8"))
    return Stack(**{**kept, "users": [Person(**user) for user in kept["users"]]})


def take_down(home: Home) -> bool:
    """Stop the stack; False if it was not running. Its state is kept."""
    home.stack_file.unlink(missing_ok=True)
    return emulator.stop(home)


def reset(home: Home) -> None:
    """Stop the stack and delete chats, memories and users."""
    take_down(home)
    for folder in (home.emulator, home.terraform):
        shutil.rmtree(folder, ignore_errors=True)
    for file in (home.loaded_memories_file, home.demo_password_file, home.remembered_agent_file):
        file.unlink(missing_ok=True)


def _version() -> str:
    return str(tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"])


def _package(home: Home, options: StackOptions) -> None:
    built_in = AGENTS.get(str(options.settings.get("agent")))
    agents = built_in is not None and built_in.extra is not None
    package.build(home, options.extras, options.own_agent, agents=agents)


def _embedded_aws(home: Home, port: int, options: StackOptions) -> Emulator:
    running = emulator.running(home)
    if running and (running.model_url, running.origins) == (options.model_url, options.origins):
        return running
    emulator.stop(home)
    return emulator.start(home, port, options.model_url, options.origins)


def _port(home: Home, wanted: int | None) -> int:
    """The port. Decided before anything slow, so that a busy port is reported at once."""
    embedded_aws = emulator.running(home)
    if embedded_aws is None:
        return emulator.choose_port(home, wanted)
    if wanted not in {None, 0, embedded_aws.port}:
        raise StackFailure(
            f"The stack already runs on port {embedded_aws.port}: stop it with `make down` to change the port."
        )
    return embedded_aws.port


def _signed_in(embedded_aws: Emulator, outputs: Mapping[str, Any], password: str) -> Stack:
    region, pool_id, client_id = outputs["region"], outputs["user_pool_id"], outputs["user_pool_client_id"]
    users = people.sign_in(embedded_aws.endpoint, region, pool_id, client_id, password)
    # The API's own URL needs a resolver that knows *.localhost; this one works everywhere.
    api_url = f"{embedded_aws.endpoint}/_aws/execute-api/{outputs['api_id']}"
    return Stack(api_url, region, outputs["workspace"], users)


def _write(home: Home, stack: Stack) -> None:
    write_private(home.stack_file, json.dumps(asdict(stack), indent=2) + "\n")


def _load_samples(home: Home, stack: Stack, report: Report) -> None:
    for person in stack.users:
        with ChatClient(stack.api_url, person.token) as client:
            count = samples.load(home, client, person)
        if count:
            report(f"Loaded {count} sample memories for {person.name}")
