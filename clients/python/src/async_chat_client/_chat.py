"""A chat and its turns, blocking."""

from collections.abc import Iterator

from async_chat_client._calls import Accepted, Calls
from async_chat_client._models import Message, Page, Status
from async_chat_client._runners import Runner
from async_chat_client._watch import Watch
from async_chat_client.updates import End, Update


class Chat:
    """One chat. `chat_id` is None until its first question has been accepted."""

    def __init__(self, runner: Runner, calls: Calls, chat_id: str | None) -> None:
        self._runner = runner
        self._calls = calls
        self.chat_id = chat_id

    def ask(self, question: str, *, key: str | None = None) -> "Turn":
        """Ask; comes back as soon as the question is stored, with the turn to watch.

        A lost or refused attempt is repeated under the same `Idempotency-Key`; give a `key` of your own to repeat
        the question later, from another process. Raises `ServiceError`, `Unreachable`.
        """
        accepted = self._runner.run(self._calls.ask(question, self.chat_id, key))
        self.chat_id = accepted.chat_id
        return self._turn(accepted, question.strip())

    def retry(self) -> "Turn":
        """Run the last turn again, after it failed or was cancelled. Raises `NothingToRetry`, `ChatBusy`."""
        return self._turn(self._runner.run(self._calls.retry(self._id)), None)

    def resume(self) -> "Turn":
        """The latest turn of this chat."""
        return self._turn(Accepted(self._id, 0.0), None)

    def cancel(self) -> Status:
        """Stop the running turn; how the latest turn stands then: it may have ended before."""
        return self._runner.run(self._calls.cancel(self._id))

    def page(self, limit: int = 50, before: str | None = None) -> Page:
        """The newest messages, oldest first, or those before a cursor, and where the latest turn stands."""
        return self._runner.run(self._calls.page(self._id, limit, before))

    def messages(self, limit: int = 50) -> list[Message]:
        """The newest messages, at most `limit` (and 100), oldest first."""
        return list(self.page(limit).messages)

    def mark_read(self) -> None:
        """Everything in the chat has been seen."""
        self._runner.run(self._calls.mark_read(self._id))

    def delete(self) -> None:
        """Remove the chat and all its messages, for good."""
        self._runner.run(self._calls.delete(self._id))

    @property
    def _id(self) -> str:
        if not self.chat_id:
            raise ValueError("this chat begins with its first question")
        return self.chat_id

    def _turn(self, accepted: Accepted, question: str | None) -> "Turn":
        watch = Watch(accepted.chat_id, question, accepted.first_wait, self._calls.retry_budget, self._calls.timing)
        return Turn(self._runner, self._calls, watch)


class Turn:
    """One question and what becomes of it."""

    def __init__(self, runner: Runner, calls: Calls, watch: Watch) -> None:
        self._runner = runner
        self._calls = calls
        self._watch = watch

    @property
    def chat_id(self) -> str:
        """The chat that the turn belongs to."""
        return self._watch.chat_id

    @property
    def end(self) -> End | None:
        """How the turn ended, as far as its updates have told."""
        return self._watch.end

    def updates(self, timeout: float | None = None) -> Iterator[Update]:
        """What happens, as it happens, up to the end. Left early, the next call goes on where this one stopped.

        Raises `StillThinking` after `timeout` seconds, or when the turn's own deadline has passed without an end in
        sight; `ServiceError` at once when the service refuses; the last error when polls fail for too long.
        """
        return self._runner.stream(self._watch.updates(timeout))

    def answer(self, timeout: float | None = None) -> Message:
        """Wait for the answer. Raises `TurnFailed`, `TurnCancelled`, and as `updates`."""
        for _ in self.updates(timeout):
            pass
        return self._watch.answer()

    def cancel(self) -> Status:
        """Stop the turn; its updates then tell how it ended: the answer may have come before."""
        self._watch.soon()
        return self._runner.run(self._calls.cancel(self.chat_id))
