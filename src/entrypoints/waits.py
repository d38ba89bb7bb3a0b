"""The waits function: held polls, answered when there is news of the chat. As a poll, they may end an overdue turn.

A held poll takes a thousand times as long as a plain one. In a function of its own it uses up no concurrency of those.
"""

# First: see there.
from entrypoints.lambda_runtime import LambdaHandler, http_function, lambda_function

# isort: split
from datetime import timedelta

from entrypoints.container import Container
from entrypoints.http.parameters import LONGEST_WAIT, chat_id_in_query, message_page, wait_in_query
from entrypoints.http.problems import RequestInvalid
from entrypoints.http.request import Request, Response
from entrypoints.poll_reply import PollReply


def held_poll(request: Request, services: Container) -> Response:
    chat_id, wanted, given = chat_id_in_query(request), message_page(request), wait_in_query(request)
    if wanted.before:
        raise RequestInvalid("`before` cannot be held: older messages do not change.")
    wait = LONGEST_WAIT if given is None else given
    reply = PollReply(services, request, wanted, wait, held=True)
    page = services.chat_service().hold(request.user_id, chat_id, wanted, timedelta(seconds=wait), reply.is_news)
    return reply.response(page)


def make_handler(services: Container) -> LambdaHandler:
    """The function's handler over the container's adapters."""
    return http_function("waits", {"held_poll": held_poll}, services)


handler = lambda_function(make_handler, before_snapshot=("chat_service",))
