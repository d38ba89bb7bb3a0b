"""A chat and its turns, blocking."""

from collections.abc import Iterator

from async_chat_client._calls import Accepted, Calls
from async_chat_client._models import Feedback, Message, Page, Rating, Status
from async_chat_client._runners import Runner
from async_chat_client._watch import Watch
from async_chat_client.updates import End, Update


class Chat:
    """One chat. `chat_id` is None until its first question has been accepted."""

    def __init__(self, runner: Runner, calls: Calls, chat_id: str | None) -> None:
        self._runner = runner
        self._calls = calls
        self.chat_id = chat_id

    def ask(self, question: str, *, key: str | None = None, answers: str | None = None) -> "Turn":
        """Ask a question. Returns the turn as soon as the question is stored.

        A failed attempt is repeated under the same `Idempotency-Key`. Give your own `key` to be able to repeat the
        question from another process. `answers` is the id of what the agent asks (`InputRequest.input_id`), if this is
        the answer to it. Raises `ServiceError`, `Unreachable`.
        """
        accepted = self._runner.run(self._calls.ask(question, self.chat_id, key, answers))
        self.chat_id = accepted.chat_id
        return Turn(self._runner, self._calls, self._calls.watch(accepted, question.strip()))

    def retry(self) -> "Turn":
        """Run the last turn again, after it failed or was cancelled. Raises `NothingToRetry`, `ChatBusy`."""
        accepted = self._runner.run(self._calls.retry(self._id))
        return Turn(self._runner, self._calls, self._calls.watch(accepted, None))

    def resume(self) -> "Turn":
        """The latest turn of this chat."""
        watch = self._calls.watch(Accepted(self._id, 0.0), None, new_turn=False)
        return Turn(self._runner, self._calls, watch)

    def cancel(self) -> Status:
        """Stop the running turn. Returns the latest turn's status: it may have ended before."""
        return self._runner.run(self._calls.cancel(self._id))

    def page(self, limit: int = 50, before: str | None = None) -> Page:
        """The newest messages, or those before the cursor `before`, oldest first, and the state of the latest turn."""
        return self._runner.run(self._calls.page(self._id, limit, before))

    def messages(self, limit: int = 50) -> list[Message]:
        """The newest messages, oldest first; `limit` is at most 100."""
        return list(self.page(limit).messages)

    def mark_read(self) -> None:
        """Mark every message in the chat as read."""
        self._runner.run(self._calls.mark_read(self._id))

    def rate(self, message_id: str, rating: Rating, reason: str | None = None) -> None:
        """Say of an answer of this chat whether it was good: 1, or -1. Replaces what was said before.

        Raises `AnswerNotFound` for a message that is no answer of this chat.
        """
        self._runner.run(self._calls.rate(self._id, message_id, Feedback(rating, reason)))

    def delete(self) -> None:
        """Delete the chat and its messages permanently."""
        self._runner.run(self._calls.delete(self._id))

    @property
    def _id(self) -> str:
        if not self.chat_id:
            raise ValueError("a new chat has no id before its first question")
        return self.chat_id


class Turn:
    """One question and its outcome."""

    def __init__(self, runner: Runner, calls: Calls, watch: Watch) -> None:
        self._runner = runner
        self._calls = calls
        self._watch = watch

    @property
    def chat_id(self) -> str:
        return self._watch.chat_id

    @property
    def end(self) -> End | None:
        """How the turn ended; None until its updates have shown it."""
        return self._watch.end

    def updates(self, timeout: float | None = None) -> Iterator[Update]:
        """The turn's updates until it ends. After leaving the loop early, call again to continue where it stopped.

        Raises `StillThinking` after `timeout` seconds or when the turn's own deadline has passed without an end,
        `ServiceError` when the service refuses a poll, and the last error when polls fail for longer than the budget.
        """
        return self._runner.stream(self._watch.updates(timeout))

    def answer(self, timeout: float | None = None) -> Message:
        """Wait for the answer. Raises `TurnFailed`, `TurnCancelled`, `InputNeeded`, and the errors of `updates`."""
        for _ in self.updates(timeout):
            pass
        return self._watch.answer()

    def cancel(self) -> Status:
        """Stop the turn. Its updates then show how it ended: the answer may have come first."""
        return self._runner.run(self._calls.cancel(self.chat_id))
