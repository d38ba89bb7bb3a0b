"""A WorkerInvoker that keeps events until a test delivers them."""

from dataclasses import dataclass, field

from domain.errors import WorkerUnreachable
from domain.ports import WorkerInvoker
from domain.records import WorkerInvocation


@dataclass
class WaitingWorkerInvoker(WorkerInvoker):
    """`unreachable` makes every invocation raise WorkerUnreachable."""

    waiting: list[WorkerInvocation] = field(default_factory=list)
    unreachable: bool = False

    def invoke(self, invocation: WorkerInvocation) -> None:
        if self.unreachable:
            raise WorkerUnreachable
        self.waiting.append(invocation)
