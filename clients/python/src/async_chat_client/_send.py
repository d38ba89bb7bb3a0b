"""Send a request, with retries, until a response comes."""

from async_chat_client._replies import error_in
from async_chat_client._retry import backoff, had_no_effect, is_retryable, may_have_effect
from async_chat_client._sansio import Flow, Reply, Request, RetryBudget, Timing, Wait, send_once
from async_chat_client.errors import AsyncChatError, ChatBusy, ServiceError


def send_with_retries(request: Request, retry_budget: RetryBudget, timing: Timing) -> Flow[Reply | None]:
    """The response; None when a later attempt shows that one with a lost response took effect (`done_if`).

    Raises the error of the last attempt, with the idempotency key if any attempt may have taken effect.
    """
    key: str | None = None
    give_up = timing.now() + retry_budget.sending
    in_doubt = False
    attempts = 0
    while True:
        outcome = yield from send_once(request)
        error = error_in(outcome)
        if error is None:
            assert isinstance(outcome, Reply)
            return outcome
        if in_doubt and isinstance(error, ServiceError) and error.code in request.done_if:
            return None
        in_doubt = in_doubt or (is_retryable(error) and not had_no_effect(error))
        if may_have_effect(error):
            key = request.headers.get("Idempotency-Key")
        pause = backoff(error, attempts, timing)
        if not _may_repeat(request, error) or timing.now() + pause > give_up:
            error.idempotency_key = key
            raise error
        yield Wait(pause)
        attempts += 1


def _may_repeat(request: Request, error: AsyncChatError) -> bool:
    if isinstance(error, ChatBusy):
        return request.waits_while_busy
    return is_retryable(error) and (request.repeatable or had_no_effect(error))
