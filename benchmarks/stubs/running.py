"""The stub of AWS as a subprocess."""

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from typing import Final

from benchmarks.stubs.aws import ASIDE

ROOT: Final = Path(__file__).parents[2]


@dataclass(frozen=True)
class RunningAws:
    """The address of the stub."""

    port: int

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def counts(self) -> dict[str, int]:
        """Operations since the last call."""
        with closing(HTTPConnection("127.0.0.1", self.port, timeout=10)) as connection:
            connection.request("GET", ASIDE)
            return dict(json.loads(connection.getresponse().read()))


@contextmanager
def aws(answers: Mapping[str, tuple[int, str]]) -> Iterator[RunningAws]:
    """A stub with these responses by operation, until the block ends."""
    command, pipe = [sys.executable, "-m", "benchmarks.stubs.aws"], subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True, cwd=ROOT) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            json.dump(dict(answers), process.stdin)
            process.stdin.close()
            yield RunningAws(int(process.stdout.readline()))
        finally:
            process.terminate()
