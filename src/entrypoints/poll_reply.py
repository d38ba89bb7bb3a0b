"""The reply of a poll, plain or held: the page, when to poll next, and whether to hold that poll."""

from dataclasses import dataclass
from datetime import timedelta

from adapters.observability.emf_metrics import POLLS, emf_fields
from domain.poll_hint import PollHint
from domain.records import ChatPage, PageRequest
from entrypoints.container import Container
from entrypoints.http.problems import retry_after
from entrypoints.http.reply_size import LARGEST_REPLY, size_in_reply
from entrypoints.http.request import Request, Response, etag_of, has_seen, with_etag
from entrypoints.schemas.poll import PollResponse, fitting, poll_response

NO_HINT = PollHint(None)
#: The page was cut: there are newer messages.
AT_ONCE = PollHint(timedelta(0))


@dataclass(frozen=True, slots=True)
class PollReply:
    """`wait`: for how many seconds the client can hold a poll; None for one that cannot. `held`: this poll was held."""

    services: Container
    request: Request
    wanted: PageRequest
    wait: int | None
    held: bool = False

    def response(self, page: ChatPage) -> Response:
        """The reply that shows `page`; 304 if the client has it already."""
        page, body, text, hint = self._written(page)
        wait = self.wait if hint.hold else None
        if self.wait is not None:
            text = f'{text[:-1]},"wait":{"null" if wait is None else wait}}}'
        log_fields = {
            "turn_id": page.chat.turn.turn_id,
            "turn_status": body.status,
            **emf_fields(self.services.settings().workspace, {POLLS: 1}),
        }
        response = Response(200, text, retry_after(hint.after), log_fields=log_fields)
        return with_etag(self.request, response, _state(text))

    def is_news(self, page: ChatPage) -> bool:
        """Whether `page` holds anything that the client has not seen, as far as it says what it has."""
        if "if-none-match" not in self.request.headers:
            return bool(page.messages)
        _, _, text, _ = self._written(page)
        return not has_seen(self.request, etag_of(_state(text)))

    def _written(self, page: ChatPage) -> tuple[ChatPage, PollResponse, str, PollHint]:
        """As much of the page as one reply takes, as a body without `wait`."""
        body, hint = self._body(page)
        text = body.model_dump_json()
        if size_in_reply(text) > LARGEST_REPLY:
            page = fitting(page, self.wanted)
            body, hint = self._body(page)
            text = body.model_dump_json()
        return page, body, text, hint

    def _body(self, page: ChatPage) -> tuple[PollResponse, PollHint]:
        hint = self._hint(page)
        millis = None if hint.after is None else round(hint.after / timedelta(milliseconds=1))
        return poll_response(page, self.wanted.after, millis), hint

    def _hint(self, page: ChatPage) -> PollHint:
        if self.wanted.before:
            return NO_HINT
        if page.has_newer:
            return AT_ONCE
        return self.services.chat_service().poll_hint(page.chat, can_hold=bool(self.wait), held=self.held)


def _state(text: str) -> str:
    """What the ETag is of. It leaves out the poll hint, which comes last: it may change from poll to poll."""
    state, _, _ = text.rpartition(',"poll_after_ms":')
    return state
