"""`make ask`: ask a question with the shipped client, and show the steps and the answer."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from async_chat_client import ChatClient, RetryBudget, Step
from async_chat_client.errors import AsyncChatError, ServiceError, Unauthorized, Unreachable
from async_chat_client.updates import Answered, Cancelled, End, Failed

from local.failure import StackFailure
from local.progress import Report
from local.stack import Stack

#: Beyond every deadline that Terraform accepts: the client gives up by itself soon after the turn's own.
TIMEOUT_SECONDS = 900
#: A refused question is reported at once; polls may fail for a while, for example when the stack restarts.
RETRY_BUDGET = RetryBudget(sending=0, outage=15)


class Quoted(Protocol):
    """A citation: the client's, or the domain's."""

    @property
    def quote(self) -> str: ...


def client_for(stack: Stack, name: str) -> ChatClient:
    """A client of the named demo user."""
    tokens = {person.name: person.token for person in stack.users}
    if name not in tokens:
        raise StackFailure(f"There is no user {name}; the users are {' and '.join(tokens)}.")
    return ChatClient(stack.api_url, tokens[name], retry_budget=RETRY_BUDGET)


def ask(client: ChatClient, question: str, chat_id: str | None, report: Report) -> str:
    """Ask in the chat, or in a new one, wait until the turn ends, and return the text to show.

    Raises `StackFailure` with the turn's own message when the turn fails.
    """
    try:
        turn = client.chat(chat_id or None).ask(question)
        report(f"thinking; chat {turn.chat_id}")
        for update in turn.updates(TIMEOUT_SECONDS):
            if isinstance(update, Step):
                report(update.text)
        status, text = _outcome(turn.end)
        report(status)
    except AsyncChatError as error:
        raise StackFailure(_sentence(error)) from error
    if isinstance(turn.end, Failed):
        raise StackFailure(text)
    return text


def _outcome(end: End | None) -> tuple[str, str]:
    match end:
        case Answered(message=message):
            return "answered", shown(message.content, message.citations)
        case Failed(message=text):
            return "failed", text
        case Cancelled(reason=str() as reason):
            return "cancelled", reason
    return "cancelled", "cancelled"


def shown(text: str, citations: Iterable[Quoted]) -> str:
    """The text of an answer with its quotes below it."""
    quotes = (f'  [{number}] "{cited.quote}"' for number, cited in enumerate(citations, 1))
    return "\n".join([text, *quotes])


def _sentence(error: AsyncChatError) -> str:
    match error:
        case Unauthorized():
            return "The token has expired: `make up` makes new ones."
        case ServiceError():
            return f"{error} ({error.status} {error.code})"
        case Unreachable():
            return f"The API is unreachable: {error}"
    return str(error)
