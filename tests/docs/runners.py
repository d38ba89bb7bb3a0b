"""How each language's blocks are proved. A language without a runner fails."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import Executor, Future
from dataclasses import dataclass, field, replace
from functools import cache
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from typing import Any, Final

import pytest
from async_chat_client import ChatClient
from playwright._impl._driver import compute_driver_executable
from pydantic import TypeAdapter

from adapters.aws.event_bridge_turn_events import EventBridgeTurnEvents
from docs.site.navigation import ROOT
from domain.chat import Usage
from entrypoints import schemas
from scripts.docs.shown import refreshed
from scripts.hcl import Module
from scripts.openapi.examples import ANSWER_ID, CHAT_ID, MEMORY_ID
from scripts.terraform_docs import OF_THE_WORKSPACE
from tests.docs import not_executed
from tests.docs.blocks import Block, blocks
from tests.docs.output import looks_like
from tests.docs.reader import Reader
from tests.e2e.running_stack import RunningStack
from tests.fakes.chat_repository import InMemoryChatRepository
from tests.support.story import Story

SNIPPET: Final = Path(__file__).with_name("run_snippet.mjs")
CLIENT: Final = ROOT / "clients" / "python" / "src"
REFERENCE: Final = "docs/contract-reference.md"
IMPORT: Final = 'import { ChatClient } from "./chat-client.js";'
EXAMPLE: Final = "https://chat.example.com"
#: The models of all schema modules, by name.
WIRE: Final[dict[str, Any]] = {
    name: kind
    for module in iter_modules(schemas.__path__)
    for name, kind in vars(import_module(f"{schemas.__name__}.{module.name}")).items()
}


@dataclass
class Reading:
    """The state of one reader: the last command and its output."""

    stack: RunningStack
    reader: Reader
    executor: Executor
    output: str = ""
    begun: dict[Block, Future[subprocess.CompletedProcess[str]]] = field(default_factory=dict)

    def begin_what_takes_long(self, wanted: Callable[[Block], bool]) -> None:
        """The example's gateway waits for half a minute, and needs no stack."""
        for block in blocks():
            if "gateway.py" in block.text and block.language == "sh" and wanted(block):
                self.begun[block] = self.executor.submit(self.reader.type, block.text)

    def begin_programs(self, page: str) -> None:
        """All blocks of a page at once: each mostly waits."""
        for block in blocks():
            if block.page == page and block.language == "python" and not block.mark and "class Test" not in block.text:
                self.begun[block] = self.executor.submit(_run_program, block, self.stack)


def with_real_ids(block: Block, stack: RunningStack) -> str:
    """A snippet of the reference with a chat and a memory of alice's, for the examples' ids. A retry needs a cancelled turn."""
    text = block.text
    if block.page != REFERENCE:
        return text
    with ChatClient(stack.api_url, stack.users["alice"].token) as alice:
        if CHAT_ID in text:
            turn = alice.chat().ask("Where did I park?")
            if "retry" in text:
                turn.cancel()
            text = text.replace(CHAT_ID, turn.chat_id)
        if ANSWER_ID in text:
            text = text.replace(ANSWER_ID, turn.answer().message_id)
        if MEMORY_ID in text:
            text = text.replace(MEMORY_ID, alice.memories.remember("A note of the docs."))
    return text


def shell(block: Block, reading: Reading) -> None:
    if _is_read_elsewhere(block):
        return
    missing = [program for program in ("jq", "curl") if f"{program} " in block.text and not shutil.which(program)]
    if missing:
        pytest.skip(f"Left out: there is no {' and no '.join(missing)} here.")
    done = (
        reading.begun.pop(block).result()
        if block in reading.begun
        else reading.reader.type(with_real_ids(block, reading.stack))
    )
    assert done.returncode == 0, done.stdout
    reading.output = done.stdout


def output(block: Block, reading: Reading) -> None:
    """A session with commands, the output of the previous block, or a directory listing."""
    session = next((test for key, test in not_executed.SESSIONS.items() if key in block.text), None)
    if session:
        assert all(key in (ROOT / session).read_text("utf-8") for key in not_executed.SESSIONS if key in block.text)
    elif block.text.startswith("$ "):
        for part in re.split(r"^\$ ", block.text, flags=re.MULTILINE)[1:]:
            command, shown = part.split("\n", 1)
            real = reading.reader.type(command).stdout
            assert looks_like(real, shown), real
    elif not all((ROOT / line.split()[0]).exists() for line in block.text.splitlines() if line.strip()):
        assert block.after == "sh", "a list names what is not there, or an output has no command before it"
        assert looks_like(reading.output, block.text), reading.output


def python(block: Block, reading: Reading) -> None:
    """Run as a program against the stack; a test is run by pytest."""
    if _is_read_elsewhere(block):
        return
    if block.mark.startswith("shown: "):
        _is_as_the_file(block)
        return
    if "class Test" in block.text:
        _run_as_test(block, reading)
        return
    if block not in reading.begun and block.page != REFERENCE:  # whose programs hardly wait
        reading.begin_programs(block.page)
    done = reading.begun.pop(block).result() if block in reading.begun else _run_program(block, reading.stack)
    assert done.returncode == 0, done.stderr


def javascript(block: Block, reading: Reading) -> None:
    if block.mark.startswith("shown: "):
        _is_as_the_file(block)
        return
    if block.page == REFERENCE:
        url, token = (json.dumps(part) for part in (reading.stack.api_url, reading.stack.users["alice"].token))
        made = f"const chat = new ChatClient({{ baseUrl: {url}, token: {token} }});"
        run_javascript("\n".join([IMPORT, made, with_real_ids(block, reading.stack)]))
        return
    told = run_javascript(block.text)
    assert told["asked"] >= 1


def difference(block: Block, reading: Reading) -> None:
    assert block.mark.startswith("diff: "), "a diff is made from two files: say which in a comment above"
    _is_as_the_file(block)


def body(block: Block, reading: Reading) -> None:
    """Valid by the model that the comment above names, with neither missing nor unknown fields."""
    shown = json.loads(block.text)
    if block.mark.startswith("settings: "):
        assert shown.keys() <= _settings(), "a file of terraform/workspaces has no such setting"
    elif block.mark.endswith(" in part"):
        assert set(shown) <= _fields(block.mark.split()[1])
        assert "{" in reading.output, "the commands before this block printed no JSON, or were not selected"
        real = json.loads(reading.output[reading.output.index("{") :])
        assert _kinds(real) == _kinds(shown), real
    elif block.mark.startswith("model: "):
        model = TypeAdapter(WIRE[block.mark.removeprefix("model: ")])
        read = model.dump_python(model.validate_python(shown), mode="json", exclude_unset=True, warnings=False)
        assert _sorted(read) == _sorted(shown)
    elif block.mark == "event: turn.ended":
        assert _types(shown) == _types(_event_sent())
    else:
        assert {"Version", "Statement"} == set(shown), "say in a comment above which model this is"


def _event_sent() -> Any:
    """What an answered turn's event holds."""
    story, sent = Story(InMemoryChatRepository()), []

    class Bus:
        def put_events(self, *, Entries: list[Any]) -> Any:  # noqa: N803  # AWS's name
            sent.extend(Entries)
            return {"FailedEntryCount": 0}

    running = story.turn().claimed("lease", story.clock.now())
    turn = replace(running.answered("lease", story.clock.now()), usage=Usage("some.model", 1, 2, 0, 1))
    EventBridgeTurnEvents(Bus(), "turns", str).publish([turn])
    return json.loads(sent[0]["Detail"])


@cache
def _settings() -> set[str]:
    return set(Module().variables) | {name.strip("`") for name, *_ in OF_THE_WORKSPACE}


def diagram(block: Block, reading: Reading) -> None:
    """Drawn when the site is built: tests/docs/test_site.py finds the picture. Here: a diagram type that Mermaid has."""
    assert block.text.split()[0] in {"flowchart", "sequenceDiagram", "stateDiagram-v2", "gantt", "xychart-beta"}


def logs_query(block: Block, reading: Reading) -> None:
    """A CloudWatch Logs Insights query: each field is one that the functions log, or the service's own."""
    fields = re.findall(r"\b[a-z]+(?:_[a-z]+)*\b", block.text.split("fields ")[1].split("|")[0])
    code = "\n".join(file.read_text(encoding="utf-8") for file in (ROOT / "src").rglob("*.py"))
    assert fields
    for name in set(fields) - {"timestamp", "log"}:
        assert re.search(rf"\b{name}\b", code), f"nothing logs {name}"


def terraform(block: Block, reading: Reading) -> None:
    done = subprocess.run(
        ["terraform", "fmt", "-check", "-"], input=block.text, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr or done.stdout


RUNNERS: Final[dict[str, Callable[[Block, Reading], None]]] = {
    "sh": shell,
    "text": output,
    "python": python,
    "js": javascript,
    "diff": difference,
    "json": body,
    "mermaid": diagram,
    "": logs_query,
    "hcl": terraform,
}


def run_javascript(code: str, *where_and_what: str) -> Any:
    """What the snippet showed, and how often it asked."""
    node = str(compute_driver_executable()[0])
    done = subprocess.run(
        [node, str(SNIPPET), *where_and_what],
        input=code,
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
        env={"PATH": ""},
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


@cache
def _refreshed(page: str) -> str:
    return refreshed((ROOT / page).read_text(encoding="utf-8"))


def _is_read_elsewhere(block: Block) -> bool:
    """The comment above names the test that goes through the page by itself."""
    if not block.mark.startswith("elsewhere: "):
        return False
    test = (ROOT / block.mark.removeprefix("elsewhere: ")).read_text(encoding="utf-8")
    assert block.page in test
    return True


def _is_as_the_file(block: Block) -> None:
    assert block.text in _refreshed(block.page), "run make generate"


def _run_as_test(block: Block, reading: Reading) -> None:
    file = reading.reader.folder / "test_my_agent.py"
    file.write_text(block.text, encoding="utf-8")
    options = ["-q", "-p", "no:cacheprovider", "-c", str(ROOT / "pyproject.toml"), "--rootdir", str(ROOT)]
    command = [sys.executable, "-m", "pytest", *options, str(file)]
    done = _python(command, ROOT / "examples" / "plain_function" / "package")
    assert done.returncode == 0, done.stdout
    assert re.search(r"[1-9]\d* passed", done.stdout)


def _run_program(block: Block, stack: RunningStack) -> subprocess.CompletedProcess[str]:
    alice = stack.users["alice"].token
    known = f"from async_chat_client import ChatClient\ntoken = {alice!r}\nclient = ChatClient({EXAMPLE!r}, token)\n"
    text = with_real_ids(block, stack)
    code = (known + text.replace('"alice"', repr(alice))).replace(EXAMPLE, stack.api_url)
    if "async_chat_client.testing" in block.text:
        code = known + block.text  # its service is in memory
    return _python([sys.executable, "-W", "error", "-c", code], CLIENT)


def _python(command: list[str], path: Path) -> subprocess.CompletedProcess[str]:
    surroundings = {"PYTHONPATH": f"{path}:{ROOT}:{ROOT / 'src'}", "PATH": "/usr/bin:/bin", "NO_PROXY": "*"}
    return subprocess.run(command, env=surroundings, cwd=ROOT, capture_output=True, text=True, check=False, timeout=90)


def _fields(model: str) -> set[str]:
    page = WIRE[model]
    return set(page.model_fields) | set(WIRE["TurnBody"].model_fields)


def _kinds(value: Any) -> Any:
    """Numbers match any number; words must be equal."""
    if isinstance(value, dict):
        return {name: _kinds(part) for name, part in sorted(value.items())}
    return "a number" if isinstance(value, int) else value


def _types(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _types(part) for name, part in value.items()}
    return type(value)


def _sorted(value: Any) -> str:
    return json.dumps(value, sort_keys=True).replace(".000Z", "Z")
