"""A chat and its turns, asynchronous. The contracts of the methods are in `_chat.py`."""

from collections.abc import AsyncIterator

from async_chat_client._calls import Accepted, Calls
from async_chat_client._models import Feedback, Message, Page, Rating, Status
from async_chat_client._runners import AsyncRunner
from async_chat_client._watch import Watch
from async_chat_client.updates import End, Update


class AsyncChat:
    """The asynchronous `Chat`."""

    def __init__(self, runner: AsyncRunner, calls: Calls, chat_id: str | None) -> None:
        self._runner = runner
        self._calls = calls
        self.chat_id = chat_id

    async def ask(self, question: str, *, key: str | None = None, answers: str | None = None) -> "AsyncTurn":
        accepted = await self._runner.run(self._calls.ask(question, self.chat_id, key, answers))
        self.chat_id = accepted.chat_id
        return AsyncTurn(self._runner, self._calls, self._calls.watch(accepted, question.strip()))

    async def retry(self) -> "AsyncTurn":
        accepted = await self._runner.run(self._calls.retry(self._id))
        return AsyncTurn(self._runner, self._calls, self._calls.watch(accepted, None))

    def resume(self) -> "AsyncTurn":
        """Sends no request."""
        watch = self._calls.watch(Accepted(self._id, 0.0), None, new_turn=False)
        return AsyncTurn(self._runner, self._calls, watch)

    async def cancel(self) -> Status:
        return await self._runner.run(self._calls.cancel(self._id))

    async def page(self, limit: int = 50, before: str | None = None) -> Page:
        return await self._runner.run(self._calls.page(self._id, limit, before))

    async def messages(self, limit: int = 50) -> list[Message]:
        return list((await self.page(limit)).messages)

    async def mark_read(self) -> None:
        await self._runner.run(self._calls.mark_read(self._id))

    async def rate(self, message_id: str, rating: Rating, reason: str | None = None) -> None:
        await self._runner.run(self._calls.rate(self._id, message_id, Feedback(rating, reason)))

    async def delete(self) -> None:
        await self._runner.run(self._calls.delete(self._id))

    @property
    def _id(self) -> str:
        if not self.chat_id:
            raise ValueError("a new chat has no id before its first question")
        return self.chat_id


class AsyncTurn:
    """The asynchronous `Turn`."""

    def __init__(self, runner: AsyncRunner, calls: Calls, watch: Watch) -> None:
        self._runner = runner
        self._calls = calls
        self._watch = watch

    @property
    def chat_id(self) -> str:
        return self._watch.chat_id

    @property
    def end(self) -> End | None:
        return self._watch.end

    def updates(self, timeout: float | None = None) -> AsyncIterator[Update]:
        return self._runner.stream(self._watch.updates(timeout))

    async def answer(self, timeout: float | None = None) -> Message:  # noqa: ASYNC109  # polling ends the wait, not cancellation
        async for _ in self.updates(timeout):
            pass
        return self._watch.answer()

    async def cancel(self) -> Status:
        return await self._runner.run(self._calls.cancel(self.chat_id))
