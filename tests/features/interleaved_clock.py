"""A fake clock with concurrent workers that run in a deterministic order."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta

from tests.fakes.clock import FakeClock


class Killed(BaseException):
    """Kills a worker, as SIGKILL does. Not an Exception, so that nothing in the service handles it."""


class InterleavedClock(FakeClock):
    """Each worker has a thread, but only one thread runs at a time, and workers run only while the scenario waits.

    Work takes no time until the worker sleeps. Sleepers wake in the order of their times, so that runs are repeatable.
    """

    def __init__(self) -> None:
        super().__init__()
        self._sleepers: list[_Sleeper] = []

    def start(self, work: Callable[[], None]) -> None:
        """Run `work` as soon as time passes."""
        sleeper = _Sleeper(work)
        self._sleepers.append(sleeper)
        self.at(self.now(), sleeper.wake)

    def sleep(self, pause: timedelta) -> None:
        sleeper = next((each for each in self._sleepers if each.is_running_here()), None)
        if sleeper is None:
            super().sleep(pause)
        else:
            self.at(self.now() + pause, sleeper.wake)
            sleeper.fall_asleep()

    def kill_sleepers(self) -> int:
        """Kill all running workers; returns their number."""
        asleep = [sleeper for sleeper in self._sleepers if sleeper.is_asleep()]
        for sleeper in asleep:
            sleeper.kill()
        return len(asleep)


class _Sleeper:
    """A thread that runs only between `wake` and its next `fall_asleep`."""

    def __init__(self, work: Callable[[], None]) -> None:
        self._work = work
        self._may_run = threading.Semaphore(0)
        self._rests = threading.Semaphore(0)
        self._killed = False
        self._ended = False
        self._thread = threading.Thread(target=self._run, daemon=True)

    def is_running_here(self) -> bool:
        return self._thread is threading.current_thread()

    def is_asleep(self) -> bool:
        """Whether it has begun and not ended."""
        return self._thread.ident is not None and not self._ended

    def wake(self) -> None:
        """Let it run; returns when it sleeps again or has ended."""
        if self._ended:
            return
        if self._thread.ident is None:
            self._thread.start()
        self._may_run.release()
        self._rests.acquire()

    def fall_asleep(self) -> None:
        self._rests.release()
        self._may_run.acquire()
        if self._killed:
            raise Killed

    def kill(self) -> None:
        self._killed = True
        self.wake()
        self._thread.join()

    def _run(self) -> None:
        self._may_run.acquire()
        try:
            self._work()
        finally:
            self._ended = True
            self._rests.release()
