"""The stack in the foreground: up until Ctrl-C, then gone."""

from __future__ import annotations

import signal
import time

from local import emulator, stack
from local.failure import StackFailure
from local.guide import guide
from local.home import Home
from local.progress import progress_lines
from local.stack import StackOptions

PAUSE_SECONDS = 0.5


def run(home: Home, options: StackOptions) -> None:
    """Bring the stack up, wait for Ctrl-C, take down what was started here."""
    if emulator.running(home):
        raise StackFailure("The stack runs in the background already: use it, or stop it with `make down`.")
    report = progress_lines()
    # Said outright: whoever starts us in a script's background has us born deaf to Ctrl-C, our children too.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        ready = stack.bring_up(home, options, report)
        print(guide(home, ready, "Ctrl-C"), flush=True)
        while emulator.running(home):
            time.sleep(PAUSE_SECONDS)
        raise StackFailure(f"The embedded AWS has ended; its last words are in {emulator.log_file(home)}")
    except KeyboardInterrupt:
        report("Stopping")
    finally:
        # An impatient second Ctrl-C would cost the state, which is saved while stopping.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        stack.take_down(home)
    report("Stopped; chats and memories are kept")
