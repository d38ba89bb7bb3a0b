"""A chat and its turns, asynchronous. What the methods promise stands at their namesakes in `_chat.py`."""

from collections.abc import AsyncIterator

from async_chat_client._calls import Accepted, Calls
from async_chat_client._models import Message, Page, Status
from async_chat_client._runners import AsyncRunner
from async_chat_client._watch import Watch
from async_chat_client.updates import End, Update


class AsyncChat:
    """As `Chat`."""

    def __init__(self, runner: AsyncRunner, calls: Calls, chat_id: str | None) -> None:
        self._runner = runner
        self._calls = calls
        self.chat_id = chat_id

    async def ask(self, question: str, *, key: str | None = None) -> "AsyncTurn":
        """As `Chat.ask`."""
        accepted = await self._runner.run(self._calls.ask(question, self.chat_id, key))
        self.chat_id = accepted.chat_id
        return self._turn(accepted, question.strip())

    async def retry(self) -> "AsyncTurn":
        """As `Chat.retry`."""
        return self._turn(await self._runner.run(self._calls.retry(self._id)), None)

    def resume(self) -> "AsyncTurn":
        """As `Chat.resume`; nothing is sent."""
        return self._turn(Accepted(self._id, 0.0), None)

    async def cancel(self) -> Status:
        """As `Chat.cancel`."""
        return await self._runner.run(self._calls.cancel(self._id))

    async def page(self, limit: int = 50, before: str | None = None) -> Page:
        """As `Chat.page`."""
        return await self._runner.run(self._calls.page(self._id, limit, before))

    async def messages(self, limit: int = 50) -> list[Message]:
        """As `Chat.messages`."""
        return list((await self.page(limit)).messages)

    async def mark_read(self) -> None:
        """As `Chat.mark_read`."""
        await self._runner.run(self._calls.mark_read(self._id))

    async def delete(self) -> None:
        """As `Chat.delete`."""
        await self._runner.run(self._calls.delete(self._id))

    @property
    def _id(self) -> str:
        if not self.chat_id:
            raise ValueError("this chat begins with its first question")
        return self.chat_id

    def _turn(self, accepted: Accepted, question: str | None) -> "AsyncTurn":
        watch = Watch(accepted.chat_id, question, accepted.first_wait, self._calls.retry_budget, self._calls.timing)
        return AsyncTurn(self._runner, self._calls, watch)


class AsyncTurn:
    """As `Turn`."""

    def __init__(self, runner: AsyncRunner, calls: Calls, watch: Watch) -> None:
        self._runner = runner
        self._calls = calls
        self._watch = watch

    @property
    def chat_id(self) -> str:
        """As `Turn.chat_id`."""
        return self._watch.chat_id

    @property
    def end(self) -> End | None:
        """As `Turn.end`."""
        return self._watch.end

    def updates(self, timeout: float | None = None) -> AsyncIterator[Update]:
        """As `Turn.updates`."""
        return self._runner.stream(self._watch.updates(timeout))

    async def answer(self, timeout: float | None = None) -> Message:  # noqa: ASYNC109  # a poll is its own end
        """As `Turn.answer`."""
        async for _ in self.updates(timeout):
            pass
        return self._watch.answer()

    async def cancel(self) -> Status:
        """As `Turn.cancel`."""
        self._watch.soon()
        return await self._runner.run(self._calls.cancel(self.chat_id))
