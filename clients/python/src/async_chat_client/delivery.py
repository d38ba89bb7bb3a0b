"""Sending a request until an answer stands."""

from async_chat_client.errors import AsyncChatError, ChatBusy, ServiceError
from async_chat_client.flows import Flow, Patience, Reply, Request, Timing, Wait, send
from async_chat_client.replies import trouble_in
from async_chat_client.troubles import passes, pause_after, surely_undone


def deliver(request: Request, patience: Patience, timing: Timing) -> Flow[Reply | None]:
    """The answer; None when an attempt whose own answer was lost turns out to have done it (`done_if`).

    Raises what was wrong with the last attempt.
    """
    give_up = timing.now() + patience.sending
    in_doubt = False
    attempts = 0
    while True:
        outcome = yield from send(request)
        trouble = trouble_in(outcome)
        if trouble is None:
            assert isinstance(outcome, Reply)
            return outcome
        if in_doubt and isinstance(trouble, ServiceError) and trouble.code in request.done_if:
            return None
        in_doubt = in_doubt or (passes(trouble) and not surely_undone(trouble))
        pause = pause_after(trouble, attempts, timing)
        if not _may_repeat(request, trouble) or timing.now() + pause > give_up:
            raise trouble
        yield Wait(pause)
        attempts += 1


def _may_repeat(request: Request, trouble: AsyncChatError) -> bool:
    if isinstance(trouble, ChatBusy):
        return request.waits_while_busy
    return passes(trouble) and (request.repeatable or surely_undone(trouble))
