"""The embedded AWS (ministack): one process group; its state is kept between runs."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import httpx

from local.failure import StackFailure
from local.home import PROJECT, Home, write_private

PYTHON = PROJECT / ".local" / "ministack" / "venv" / "bin" / "python"
#: Started by path, since the emulator's interpreter must not import the modules beside it (-P).
GUARD = PROJECT / "local" / "guard.py"
HOST = "127.0.0.1"
#: $0 is the interpreter.
START = 'umask 077; log="$1"; shift; "$0" -P "$@" >"$log" 2>&1 & echo $!'
DEFAULT_PORT = 8460
START_SECONDS = 120  # under a second on an idle machine; up to half a minute was measured on a busy one
STOP_SECONDS = 20
# Long enough that a demonstration stays warm between questions.
WARM_SECONDS = 900
# A local model is slow; after this time the emulator answers with its mock text.
MODEL_SECONDS = 60


@dataclass(frozen=True)
class Emulator:
    """A running embedded AWS."""

    pid: int
    group: int  # the process group that it shares with its workers
    port: int
    model_url: str | None = None  # an OpenAI-compatible server used as Bedrock
    origins: tuple[str, ...] = ()  # pages of other origins that may call the API

    @property
    def endpoint(self) -> str:
        return f"http://{HOST}:{self.port}"


def running(home: Home) -> Emulator | None:
    """The emulator of this home, if it runs.

    It holds a lock while it lives: a process id alone may belong to another program by now.
    """
    if not home.emulator_lock.exists():
        return None
    with home.emulator_lock.open() as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            kept = json.loads(home.emulator_process_file.read_text())
            return Emulator(**{**kept, "origins": tuple(kept.get("origins", ()))})
    return None


def choose_port(home: Home, wanted: int | None) -> int:
    """A free port. `wanted` is the port to use; None: the last one or the default; 0: the last one or any free one."""
    last = json.loads(home.emulator_process_file.read_text())["port"] if home.emulator_process_file.exists() else None
    candidates = {None: [last or DEFAULT_PORT], 0: [last or 0, 0]}.get(wanted, [wanted])
    for candidate in candidates:
        if free := _free_port(candidate):
            return free
    raise StackFailure(f"Port {candidates[0]} is in use by another program: choose a free one with PORT=...")


def start(home: Home, port: int, model_url: str | None = None, origins: Iterable[str] = ()) -> Emulator:
    """Start it behind its guard on a free port and wait until it answers.

    Without `model_url`, its Bedrock answers with a mock text. `origins` may call the API besides its own page.
    """
    origins = tuple(origins)
    home.make_private()
    _forget_temporary_files(home)
    home.emulator_lock.touch(mode=0o600)
    with home.emulator_lock.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        # The shell exits at once, so the emulator is reparented and outlives this command. Its state holds what people
        # store, and the key that signs their tokens: nobody else on this machine may read it.
        shell = subprocess.Popen(
            ["sh", "-c", START, PYTHON, home.emulator_log, GUARD, *origins],
            env=_environment(home, port, model_url),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            text=True,
            pass_fds=[lock.fileno()],
            start_new_session=True,
        )
        pid, _ = shell.communicate()
    emulator = Emulator(int(pid), shell.pid, port, model_url, origins)
    write_private(home.emulator_process_file, json.dumps(asdict(emulator)))
    try:
        _wait_until_it_answers(home, emulator)
    except BaseException:
        stop(home)
        raise
    return emulator


@contextlib.contextmanager
def in_a_folder_of_its_own(purpose: str) -> Iterator[tuple[Path, Emulator]]:
    """An emulator for a proof, and a folder for what the proof needs; both are gone afterwards."""
    with tempfile.TemporaryDirectory(prefix=f"async-chat-{purpose}-") as name:
        home = Home(Path(name) / "home")
        home.emulator.mkdir(parents=True)
        running = start(home, choose_port(home, 0))
        try:
            yield Path(name), running
        finally:
            stop(home)


def stop(home: Home) -> bool:
    """Stop it and its workers; False if it was not running. It saves its state before it ends."""
    emulator = running(home)
    if emulator is None:
        return False
    os.kill(emulator.pid, signal.SIGTERM)
    give_up = time.monotonic() + STOP_SECONDS
    while running(home) and time.monotonic() < give_up:
        time.sleep(0.05)
    # Workers in mid-turn, or an emulator that hangs, may survive SIGTERM.
    with contextlib.suppress(ProcessLookupError):
        os.killpg(emulator.group, signal.SIGKILL)
    return True


def _free_port(port: int) -> int | None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return None
        return int(probe.getsockname()[1])


def _environment(home: Home, port: int, model_url: str | None) -> dict[str, str]:
    """The complete environment. The functions inherit it, so nothing of the user's shell may be in it."""
    # OpenAI's clients take the API's base URL with /v1, and the emulator appends /v1 itself.
    model = {"MINISTACK_BEDROCK_PROXY_URL": model_url.rstrip("/").removesuffix("/v1")} if model_url else {}
    return {
        **model,
        "MINISTACK_BEDROCK_PROXY_TIMEOUT_SECONDS": str(MODEL_SECONDS),
        "PATH": f"{PYTHON.parent}:{os.defpath}",
        "HOME": str(home.emulator / "home"),
        "TMPDIR": str(home.emulator / "tmp"),
        "LANG": "C.UTF-8",
        "GATEWAY_PORT": str(port),
        "BIND_HOST": HOST,
        "AUTH": "true",
        "PERSIST_STATE": "1",
        "STATE_DIR": str(home.emulator / "state"),
        "IOT_MTLS_ENABLED": "0",
        "LAMBDA_WARM_TTL_SECONDS": str(WARM_SECONDS),
        # With access to the user's Docker it would remove other emulators' containers.
        "DOCKER_HOST": f"unix://{home.emulator / 'no-docker.sock'}",
    }


def _forget_temporary_files(home: Home) -> None:
    """Remove unpacked functions of earlier runs; the state is elsewhere."""
    shutil.rmtree(home.emulator / "tmp", ignore_errors=True)
    home.emulator.mkdir(mode=0o700, exist_ok=True)
    for name in ("home", "tmp", "state"):
        (home.emulator / name).mkdir(mode=0o700, exist_ok=True)


def _wait_until_it_answers(home: Home, emulator: Emulator) -> None:
    give_up = time.monotonic() + START_SECONDS
    while running(home) and time.monotonic() < give_up:
        with contextlib.suppress(httpx.HTTPError):
            # The environment's proxy cannot reach this machine.
            if httpx.get(f"{emulator.endpoint}/_ministack/health", timeout=2, trust_env=False).is_success:
                return
        time.sleep(0.1)
    raise StackFailure(f"The embedded AWS did not start; its log is {home.emulator_log}")
