"""The stack in the foreground, until Ctrl-C: it shows its turns, and takes over what is saved of the agent."""

from __future__ import annotations

import signal
import time

from async_chat_client import plain

from local import emulator, stack
from local.failure import StackFailure
from local.guide import guide
from local.home import Home
from local.logs import LogReader
from local.progress import progress_lines
from local.stack import StackOptions
from local.watch import Watcher

PAUSE_SECONDS = 0.25


def run(home: Home, options: StackOptions) -> None:
    """Start the stack, wait for Ctrl-C, and stop it."""
    if emulator.running(home):
        raise StackFailure("The stack is already running in the background: use it, or stop it with `make down`.")
    report = progress_lines()
    # A background job of a script starts with SIGINT ignored, and so do its children.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        ready = stack.bring_up(home, options, report)
        print(guide(home, ready, "Ctrl-C"), flush=True)
        running = emulator.running(home)
        log = LogReader(running, ready.region, time.time()) if running else None
        own = options.own_agent
        watcher = Watcher(home, own, running, ready.region, report) if own and running else None
        if own:
            report(f"Watching {', '.join(map(str, own.folders))}")
        while emulator.running(home) and log:
            if watcher:
                watcher.look()
            for line in log.new_lines():
                if line.is_of_a_turn:
                    print(plain(line.for_people()), flush=True)
            time.sleep(PAUSE_SECONDS)
        raise StackFailure(f"The embedded AWS has ended; its log is {home.emulator_log}")
    except KeyboardInterrupt:
        report("Stopping")
    finally:
        # A second Ctrl-C would lose the state, which is saved while stopping.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        stack.take_down(home)
    report("Stopped; chats and memories are kept")
