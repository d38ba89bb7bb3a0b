"""The commands of `python -m local`."""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
import time
from pathlib import Path
from types import FrameType
from typing import Any

from async_chat_client import plain

from domain.records import NeedsInput
from local import emulator, stack, terraform
from local.agent import OwnAgent, require_extras
from local.ask import ask, client_for, shown
from local.crash import crash
from local.failure import StackFailure
from local.foreground import run
from local.guide import guide
from local.home import PROJECT, Home, write_private
from local.logs import LogReader
from local.progress import progress_lines
from local.stack import StackOptions

#: The settings that make an agent. They are remembered together, with its extras and its model's server.
AGENTS_SETTINGS = ("agent", "agent_environment", "model")
INTERRUPTED = 130  # the shell's exit code for SIGINT


def main(arguments: list[str]) -> int:
    """Run one command and return the exit code; a command that returns none has succeeded."""
    given = _parser().parse_args(arguments)
    # All files of a stack are its user's own, those that Terraform and the packager write too.
    os.umask(0o077)
    # `kill` and a closed terminal stop the stack in order, as Ctrl-C does.
    signal.signal(signal.SIGTERM, _interrupt)
    signal.signal(signal.SIGHUP, _interrupt)
    try:
        return int(given.command(given, Home(given.home.resolve())) or 0)
    except StackFailure as failure:
        print(plain(str(failure)), file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return INTERRUPTED


def _interrupt(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _up(given: argparse.Namespace, home: Home) -> None:
    was_running = emulator.running(home)
    try:
        ready = stack.bring_up(home, _options(given, home), progress_lines())
    except BaseException:
        if not was_running:
            stack.take_down(home)
        raise
    print(guide(home, ready, "make down"))


def _run(given: argparse.Namespace, home: Home) -> None:
    run(home, _options(given, home))


def _down(given: argparse.Namespace, home: Home) -> None:
    print("Stopped; chats and memories are kept." if stack.take_down(home) else "The stack was not running.")


def _ask(given: argparse.Namespace, home: Home) -> None:
    with client_for(stack.read(home), given.user) as client:
        print(plain(ask(client, given.question, given.chat, progress_lines())))


def _agent(given: argparse.Namespace, home: Home) -> None:
    from local.try_agent import try_agent  # imports agents and adapters, which no other command needs

    options = StackOptions(**_agent_options(given, home, keep=False))
    require_extras(options.extras)
    home.make_private()
    agent = options.own_agent or OwnAgent(options.settings.get("agent", "recall"), debug_port=options.debug_port)
    reply = try_agent(home, agent, given.user, given.question, progress_lines())
    if isinstance(reply, NeedsInput):
        print(plain("\n".join([reply.question, *(f"- {choice}" for choice in reply.choices)])))
    else:
        print(plain(shown(reply.text, reply.citations)))


def _kill_workers(given: argparse.Namespace, home: Home) -> int:
    killed = crash(home)
    print(f"Processes killed: {killed}")
    return 0 if killed else 1


def _status(given: argparse.Namespace, home: Home) -> int:
    embedded_aws = emulator.running(home)
    if embedded_aws is None:
        print("The stack is not running.")
        return 1
    ready = stack.read(home)
    print(f"The stack runs: {ready.api_url} (process {embedded_aws.pid}, port {embedded_aws.port})")
    return 0


def _logs(given: argparse.Namespace, home: Home) -> None:
    embedded_aws, region = emulator.running(home), stack.read(home).region
    assert embedded_aws is not None
    reader = LogReader(embedded_aws, region, time.time() - given.minutes * 60, given.chat or None)
    for line in reader.follow() if given.follow else reader.new_lines():
        if given.json:
            print(line.for_programs(), flush=True)
        elif not line.is_of_lambda:
            print(plain(line.for_people()), flush=True)


def _reset(given: argparse.Namespace, home: Home) -> None:
    stack.reset(home)
    print("Chats, memories and users of the local stack are deleted; the next `make up` starts from scratch.")


def _options(given: argparse.Namespace, home: Home) -> StackOptions:
    return StackOptions(
        port=given.port, origins=tuple(given.cors), samples=given.samples, **_agent_options(given, home, keep=True)
    )


def _agent_options(given: argparse.Namespace, home: Home, *, keep: bool) -> dict[str, Any]:
    """The options that make the agent, or those of the last start if none is given; with `keep` for the next one."""
    like = _settings_of(given.like) if given.like else {}
    taken = {name: like[name] for name in AGENTS_SETTINGS if like.get(name)}
    settings = {name: value if isinstance(value, str) else terraform.literal(value) for name, value in taken.items()}
    settings |= dict(setting.split("=", 1) for setting in given.set)
    if given.model:
        settings = {"agent": "bedrock", "model": terraform.literal({"id": given.model}), **settings}
    extras = [*given.extra, *(PROJECT / extra for extra in like.get("package_extras", []))]
    agent = {
        "settings": {name: value for name, value in settings.items() if name in AGENTS_SETTINGS},
        "extras": [str(extra.resolve()) for extra in extras],
        "model_url": given.model_url,
    }
    if any(agent.values()):
        if keep:
            _remember(home, agent)
    elif home.remembered_agent_file.exists():
        agent = json.loads(home.remembered_agent_file.read_text(encoding="utf-8"))
        name = agent["settings"].get("agent") or ", ".join(agent["extras"])
        print(f"With {plain(name)}, as at the last start. Without it: AGENT=recall", flush=True)
    return {
        "settings": {**settings, **agent["settings"]},
        "model_url": agent["model_url"],
        "extras": tuple(map(Path, agent["extras"])),
        "debug_port": given.debug_port,
    }


def _remember(home: Home, agent: dict[str, Any]) -> None:
    if agent == {"settings": {"agent": "recall"}, "extras": [], "model_url": None}:
        home.remembered_agent_file.unlink(missing_ok=True)
    else:
        home.make_private()
        write_private(home.remembered_agent_file, json.dumps(agent))


def _settings_of(workspace: str) -> dict[str, Any]:
    file = PROJECT / "terraform" / "workspaces" / f"{workspace}.json"
    if not file.exists():
        raise StackFailure(f"Workspace {workspace} has no file {file}.")
    found: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return found


def _setting(text: str) -> str:
    if "=" not in text:
        raise argparse.ArgumentTypeError("name=value, with a setting of docs/terraform.md")
    return text


def _usual_home() -> Path:
    """ASYNC_CHAT_HOME, else .local: several stacks can exist side by side."""
    return Path(os.environ.get("ASYNC_CHAT_HOME") or PROJECT / ".local")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m local", description="The local stack.")
    shared = argparse.ArgumentParser(add_help=False)
    shared.add_argument("--home", type=Path, default=_usual_home(), help="the folder with its state")
    choosing = argparse.ArgumentParser(add_help=False)
    choosing.add_argument(
        "--set",
        action="append",
        default=[],
        type=_setting,
        metavar="NAME=VALUE",
        help="a setting of the workspace: docs/terraform.md",
    )
    choosing.add_argument("--like", metavar="WORKSPACE", help="with the agent of a workspace: see terraform/workspaces")
    choosing.add_argument("--model-url", help="an OpenAI-compatible server (Ollama, llama.cpp, vLLM) to use as Bedrock")
    choosing.add_argument("--model", metavar="NAME", help="agent `bedrock` with the model of this name")
    choosing.add_argument(
        "--extra", type=Path, action="append", default=[], help="added to the zip: see scripts/package.py"
    )
    choosing.add_argument(
        "--debug-port", type=int, metavar="PORT", help="an agent of your own waits for debugpy's client on this port"
    )
    starting = argparse.ArgumentParser(add_help=False)
    starting.add_argument("--port", type=int, help="0: any free one; default: the last one, or 8460")
    starting.add_argument(
        "--cors", action="append", default=[], metavar="ORIGIN", help="a page of this origin may call the API too"
    )
    starting.add_argument("--no-samples", dest="samples", action="store_false", help="load no sample memories")
    commands = parser.add_subparsers(required=True)

    def command(
        name: str, function: object, explanation: str, *more: argparse.ArgumentParser
    ) -> argparse.ArgumentParser:
        added = commands.add_parser(name, help=explanation, parents=[shared, *more])
        added.set_defaults(command=function)
        return added

    command("up", _up, "start it in the background, or update a running one", starting, choosing)
    command("run", _run, "start it in the foreground, until Ctrl-C", starting, choosing)
    command("down", _down, "stop it and keep its state")
    command("status", _status, "show whether it runs, and where")
    command("kill-workers", _kill_workers, "kill -9 every worker of the chat function")
    command("reset", _reset, "stop it and delete its state")
    asking = command("ask", _ask, "ask a question and wait for the answer")
    asking.add_argument("question")
    asking.add_argument("--user", default="alice")
    asking.add_argument("--chat", help="ask in this chat")
    trying = command("agent", _agent, "run the agent in this process, without the service", choosing)
    trying.add_argument("question")
    trying.add_argument("--user", default="alice")
    logging = command("logs", _logs, "show the functions' logs")
    logging.add_argument("--minutes", type=float, default=10)
    logging.add_argument("--chat", help="only of this chat")
    logging.add_argument("--follow", action="store_true", help="go on with what comes")
    logging.add_argument("--json", action="store_true", help="a JSON object for each line, for jq")
    return parser
