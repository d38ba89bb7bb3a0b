"""Clients that generators make from openapi.json compile under strict rules, and work against the service.

`scripts/env generators` brings the generators. OpenAPI Generator needs Java as well.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest

from domain.records import Answer
from local.home import PROJECT
from scripts import native_clients
from tests.generated_clients.service_over_http import service_over_http

HERE = Path(__file__).parent
PROGRAMS = PROJECT / ".local" / "generators" / "venv" / "bin"
MODULES = PROJECT / ".local" / "generators" / "npm" / "node_modules"
KOTLIN = PROJECT / ".local" / "kotlin" / "venv"
CONTRACT = PROJECT / "openapi.json"
STRICT = {"strict": True, "noUncheckedIndexedAccess": True, "module": "nodenext", "target": "es2022", "types": ["node"]}


def run(command: Sequence[str | Path], folder: Path) -> str:
    # The generators format what they made with the ruff that they find.
    path = os.pathsep.join([str(PROGRAMS), str(PROJECT / ".venv" / "bin"), os.environ["PATH"]])
    done = subprocess.run(
        command, cwd=folder, env={**os.environ, "PATH": path}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def assert_works(command: Sequence[str | Path], folder: Path) -> None:
    """The program asks a question, reads the answer, and reads which of its memories is refused."""
    with service_over_http() as (url, service):
        seen = json.loads(run([*command, url], folder))
        answer = service.agent.answer
    assert isinstance(answer, Answer)
    assert seen == {
        "status": "answered",
        "texts": ["user: Where did I park the car?", f"assistant: {answer.text}"],
        "code": "invalid_request",
        "pointers": ["#/memories/1/text"],
    }


def node_project(folder: Path, program: str, options: dict[str, object]) -> None:
    if not MODULES.exists() or not shutil.which("node"):
        pytest.skip("npm has not installed TypeScript: scripts/env generators.")
    (folder / "node_modules").symlink_to(MODULES)
    (folder / "package.json").write_text('{"type": "module"}', encoding="utf-8")
    settings = {"compilerOptions": {**STRICT, **options, "outDir": "built"}, "files": [program]}
    (folder / "tsconfig.json").write_text(json.dumps(settings), encoding="utf-8")
    shutil.copy(HERE / program, folder)


def test_types_of_openapi_typescript(tmp_path: Path) -> None:
    node_project(tmp_path, "with_openapi_fetch.ts", {"exactOptionalPropertyTypes": True})
    run([MODULES / ".bin" / "openapi-typescript", CONTRACT, "--output", "api.ts"], tmp_path)
    run([MODULES / ".bin" / "tsc"], tmp_path)
    assert_works(["node", "built/with_openapi_fetch.js"], tmp_path)


def test_client_of_openapi_generator(tmp_path: Path) -> None:
    if not (PROGRAMS / "openapi-generator-cli").exists() or not shutil.which("java"):
        pytest.skip("OpenAPI Generator needs Java, and scripts/env generators.")
    # Its own files index arrays as if they never ended.
    node_project(tmp_path, "with_openapi_generator.ts", {"noUncheckedIndexedAccess": False})
    generate = ["openapi-generator-cli", "generate", "-g", "typescript-fetch", "-o", "generated"]
    run([*generate, "-i", CONTRACT, "--additional-properties=importFileExtension=.js"], tmp_path)
    run([MODULES / ".bin" / "tsc"], tmp_path)
    assert_works(["node", "built/with_openapi_generator.js"], tmp_path)


@pytest.mark.full
@pytest.mark.parametrize(
    ("language", "calls"),
    [
        ("swift", "Sources/AsyncChatAPI/APIs/ChatsAPI.swift"),
        ("kotlin", "src/main/kotlin/asyncchat/api/apis/ChatsApi.kt"),
    ],
)
def test_native_client_has_every_call(tmp_path: Path, language: str, calls: str) -> None:
    if not PROGRAMS.exists() or not shutil.which("java"):
        pytest.skip("OpenAPI Generator needs Java, and scripts/env generators.")
    native_clients.make(language, tmp_path / "made")
    made = (tmp_path / "made" / calls).read_text(encoding="utf-8")
    operations = json.loads(CONTRACT.read_text(encoding="utf-8"))["paths"]
    names = [
        facts["operationId"] for path in operations.values() for facts in path.values() if "chats" in facts["tags"]
    ]
    assert "ask" in names
    for first, *rest in (name.split("_") for name in names):
        assert f"fun {first}{''.join(map(str.capitalize, rest))}(" in made.replace("func ", "fun ")


@pytest.mark.full
def test_kotlin_models_compile(tmp_path: Path) -> None:
    """Its calls need OkHttp, which only Maven has."""
    jars = sorted(KOTLIN.glob("lib/python3.*/site-packages/run_kotlin_kernel/jars/*.jar"))
    if not jars or not shutil.which("java"):
        pytest.skip("Needs Java, and scripts/env kotlin.")
    native_clients.make("kotlin", tmp_path)
    path = os.pathsep.join(map(str, jars))
    compiler = ["java", "-cp", path, "org.jetbrains.kotlin.cli.jvm.K2JVMCompiler", "-no-stdlib", "-no-reflect"]
    run([*compiler, "-cp", path, "-d", "built", "src/main/kotlin/asyncchat/api/models"], tmp_path)
    assert (tmp_path / "built" / "asyncchat" / "api" / "models" / "PollResponse.class").exists()


def test_client_of_openapi_python_client(tmp_path: Path) -> None:
    if not (PROGRAMS / "openapi-python-client").exists():
        pytest.skip("openapi-python-client is not installed: scripts/env generators.")
    run(
        ["openapi-python-client", "generate", "--path", CONTRACT, "--output-path", "made", "--fail-on-warning"],
        tmp_path,
    )
    program = shutil.copy(HERE / "with_openapi_python_client.py", tmp_path / "made")
    run([PROGRAMS / "python", "-m", "mypy", "--strict", ".", "--cache-dir", tmp_path / "mypy"], tmp_path / "made")
    assert_works([PROGRAMS / "python", program], tmp_path / "made")
