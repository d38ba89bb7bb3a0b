"""Two POSTs of one ask meet while no worker can be reached: neither may take the other's failure for a worker's claim."""

import pytest

from domain.errors import WorkerUnreachable
from domain.records import Ask, WorkerInvocation
from tests.fakes.worker_invoker import WaitingWorkerInvoker
from tests.support.service import Service
from tests.support.story import ALICE, PARKING

ASK = Ask(ALICE, PARKING, key="one-tap")


class MeetingInvoker(WaitingWorkerInvoker):
    """While the first invocation fails, the same ask comes again, and fails as well."""

    def __init__(self, service: Service) -> None:
        super().__init__(unreachable=True)
        self._service = service
        self.refused = 0

    def invoke(self, invocation: WorkerInvocation) -> None:
        self.refused += 1
        if self.refused == 1:
            with pytest.raises(WorkerUnreachable):
                self._service.chat_service.dispatch(ASK)
        super().invoke(invocation)


def test_both_are_told_to_try_again() -> None:
    service = Service()
    service.chat_service._worker = MeetingInvoker(service)
    with pytest.raises(WorkerUnreachable):
        service.chat_service.dispatch(ASK)
    (chat,) = service.chats.chats.values()
    assert (chat.turn.state, chat.turn.failure) == ("failed", "not_started")
