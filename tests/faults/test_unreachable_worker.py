"""Two concurrent POSTs of one ask while no worker can be reached: neither may count on the other's invocation."""

import pytest

from domain.errors import WorkerUnreachable
from domain.records import Ask, WorkerInvocation
from tests.fakes.worker_invoker import WaitingWorkerInvoker
from tests.support.service import Service
from tests.support.story import ALICE, PARKING

ASK = Ask(ALICE, PARKING, key="one-tap")


class ConcurrentAskInvoker(WaitingWorkerInvoker):
    """Sends the same ask again while the first invocation fails."""

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


def test_concurrent_identical_asks_both_fail_when_no_worker_is_reachable() -> None:
    service = Service()
    service.chat_service._worker = ConcurrentAskInvoker(service)
    with pytest.raises(WorkerUnreachable):
        service.chat_service.dispatch(ASK)
    (chat,) = service.chats.chats.values()
    assert (chat.turn.state, chat.turn.failure) == ("failed", "not_started")
