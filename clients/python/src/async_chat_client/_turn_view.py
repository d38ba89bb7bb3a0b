"""Turns polled pages into the updates that the caller has not received yet."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import takewhile

from async_chat_client._models import Message, Page, Step, TurnState
from async_chat_client.updates import Answered, Cancelled, Draft, End, Failed, NeedsInput, Thinking, Update

SUPERSEDED = Failed("superseded", "Another question was asked before this one was answered.")


class TurnView:
    """One turn. `question` is its text; None stands for the chat's newest question.

    Other devices may ask in the same chat: the answer is the message that follows this turn's question.
    """

    def __init__(self, question: str | None) -> None:
        self._question = question
        self._question_id: str | None = None
        self._asked_at: datetime | None = None
        self._phase: str | None = None
        self._steps: set[Step] = set()
        self._draft: str | None = None
        self.end: End | None = None

    def news(self, page: Page) -> Iterator[Update]:
        """The updates in `page` that were not yielded before. A caller who stops early gets the rest next time."""
        if self._question_id is None:
            self._question_id = self._find_question(page.messages)
        later = [message for message in page.messages if message.message_id > self._question_id]
        replies = list(takewhile(lambda message: message.role == "assistant", later))
        if len(replies) == len(later):  # no other question has been asked since
            yield from self._progress(page.turn)
            end = _end(page, replies[-1] if replies else None)
        else:
            end = Answered(replies[-1]) if replies else SUPERSEDED
        # A poll that was sent before the turn was stopped does not take the end back.
        self.end = self.end or end

    def _find_question(self, messages: Sequence[Message]) -> str:
        questions = [message for message in messages if message.role == "user"]
        asked = [message for message in questions if message.content == self._question]
        found = asked or questions
        return found[-1].message_id if found else ""

    def _progress(self, turn: TurnState) -> Iterator[Update]:
        if turn.asked_at != self._asked_at:
            self._asked_at, self._phase, self._draft = turn.asked_at, None, None
        moved = turn.phase != self._phase
        if turn.phase != "done" and moved:
            self._phase = turn.phase
            yield Thinking(turn.phase)
        for step in turn.progress:
            if step not in self._steps:
                self._steps.add(step)
                yield step
        if turn.phase != "done" and turn.draft != self._draft:
            self._draft = turn.draft
            yield Draft(turn.draft or "")


def _end(page: Page, reply: Message | None) -> End | None:
    """`reply` is the newest one. A turn that thinks, or failed, may have asked in an earlier attempt."""
    if page.turn.input and reply:
        return NeedsInput(page.turn.input, reply)
    if page.status == "answered" and reply:
        return Answered(reply)
    if page.status == "cancelled":
        return Cancelled(page.turn.cancel_reason)
    if page.status == "failed":
        error = page.turn.error
        return Failed(error.code, error.message) if error else Failed("unknown", "The question could not be answered.")
    return None  # thinking; or answered, and the answer is on the next page
