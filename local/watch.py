"""Watches the folders of an agent of one's own: what is saved is live for the next turn, without Terraform."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from local import package
from local.agent import OwnAgent
from local.aws import DIRECT, session
from local.emulator import Emulator
from local.failure import StackFailure
from local.home import Home
from local.progress import Report

#: An editor may write a file in several steps, and several files one after another.
SETTLE_SECONDS = 0.1

Snapshot = dict[Path, tuple[int, int]]


class Watcher:
    """Ask it often, by `look`: it uploads what has changed since it was made, or since it last looked."""

    def __init__(self, home: Home, own: OwnAgent, emulator: Emulator, region: str, report: Report) -> None:
        self._home = home
        self._own = own
        self._lambda = session(region).client("lambda", endpoint_url=emulator.endpoint, config=DIRECT)
        self._report = report
        self._seen = _snapshot(own.folders)

    def look(self) -> bool:
        """Whether something had changed. What is wrong with it is reported, and the next turn says so too."""
        now = _snapshot(self._own.folders)
        if now == self._seen:
            return False
        while self._seen != now:
            self._seen = now
            time.sleep(SETTLE_SECONDS)
            now = _snapshot(self._own.folders)
        began = time.monotonic()
        try:
            # A framework takes seconds to import: the check does not hold up the upload.
            with ThreadPoolExecutor(1) as beside:
                checked = beside.submit(self._own.complaint, self._home)
                package.put_agent(self._home, self._own)
                self._upload()
                took = time.monotonic() - began
            complaint = checked.result()
        except StackFailure as failure:
            complaint = str(failure)
        self._report(complaint or f"Saved: the next turn has it ({took:.1f} s)")
        return True

    def _upload(self) -> None:
        """Replace the code of the function that runs the agent; turns that think end on the code that they have."""
        outputs = json.loads(self._home.outputs_file.read_text(encoding="utf-8"))
        names, published = outputs["function_names"], bool(outputs["live_versions"])
        worker = names.get("worker", names["chat"])
        content = self._home.package.read_bytes()
        updated = self._lambda.update_function_code(FunctionName=worker, ZipFile=content, Publish=published)
        self._lambda.get_waiter("function_updated_v2").wait(FunctionName=worker, WaiterConfig={"Delay": 0})
        if published:
            self._lambda.update_alias(FunctionName=worker, Name="live", FunctionVersion=updated["Version"])


def _snapshot(folders: Iterable[Path]) -> Snapshot:
    found: Snapshot = {}
    for folder in folders:
        for file in package.files(folder):
            try:
                status = file.stat()
            except FileNotFoundError:  # replaced at this very moment
                continue
            found[file] = status.st_mtime_ns, status.st_size
    return found
