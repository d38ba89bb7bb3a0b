"""`async-chat` in a pseudo-terminal, as a person uses it."""

import os
import pty
import re
import subprocess
import sys
import termios
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

SOURCE = Path(__file__).parents[1] / "src"
PATIENCE_SECONDS = 30.0
CTRL_C = "\x03"
#: The child makes the terminal its controlling terminal, so that Ctrl-C reaches it as a signal. It resets SIGINT,
#: which children of a background script ignore.
LOGIN = (
    "import os, signal, sys; os.login_tty(0); signal.signal(signal.SIGINT, signal.SIG_DFL);"
    " os.execv(sys.executable, [sys.executable, '-m', *sys.argv[1:]])"
)
_STYLES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


class PseudoTerminal:
    """One command in a terminal of 100 columns, and all that it has printed."""

    def __init__(self, *words: str, folder: Path, env: Mapping[str, str]) -> None:
        self._keyboard, screen = pty.openpty()
        termios.tcsetwinsize(screen, (30, 100))
        self._process = subprocess.Popen(
            [sys.executable, "-c", LOGIN, "async_chat_client", *words],
            stdin=screen,
            stdout=screen,
            stderr=screen,
            cwd=folder,
            env={"TERM": "xterm-256color", **env, "PYTHONPATH": str(SOURCE), "PATH": os.environ["PATH"]},
        )
        os.close(screen)
        self._printed = b""
        self._seen = 0
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    @property
    def raw(self) -> str:
        """Everything printed, control sequences included."""
        return self._printed.decode(errors="replace")

    @property
    def text(self) -> str:
        """Everything printed, without styles and cursor movements."""
        return _STYLES.sub("", self.raw).replace("\r\n", "\n")

    def press(self, keys: str) -> None:
        os.write(self._keyboard, keys.encode())

    def expect(self, words: str) -> None:
        """Wait until `words` are printed, after the words of the previous call."""
        give_up = time.monotonic() + PATIENCE_SECONDS
        while (found := self.text.find(words, self._seen)) < 0:
            assert time.monotonic() < give_up, f"{words!r} did not come; the screen: {self.text[self._seen :]!r}"
            assert self._reader.is_alive() or words in self.text[self._seen :], (
                f"ended without {words!r}: {self.text!r}"
            )
            time.sleep(0.02)
        self._seen = found + len(words)

    def exit_code(self) -> int:
        """Wait for the command to end."""
        code = self._process.wait(PATIENCE_SECONDS)
        self._reader.join(PATIENCE_SECONDS)
        return code

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.kill()
        self._process.wait()
        self._reader.join(PATIENCE_SECONDS)
        os.close(self._keyboard)

    def _read(self) -> None:
        while True:
            try:
                printed = os.read(self._keyboard, 65536)
            except OSError:  # Linux raises EIO when the child has closed its side
                return
            if not printed:
                return
            self._printed += printed
