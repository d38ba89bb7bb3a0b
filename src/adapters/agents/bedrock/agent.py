"""BedrockReasoningAgent: a language model that reads the user's memories by tool calls, over several rounds."""

import asyncio
import logging
import random
from collections.abc import AsyncIterable, Coroutine
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final, TypeVar

from pydantic_ai import AgentRunResult, ModelMessage, ModelRequest, ModelResponse, RunContext, RunUsage, UsageLimits
from pydantic_ai import capture_run_messages as captured_messages
from pydantic_ai.agent import EventStreamHandler
from pydantic_ai.exceptions import AgentRunError, UnexpectedModelBehavior
from pydantic_ai.messages import AgentStreamEvent, TextPart
from pydantic_ai.models import Model

from adapters.agents import event_loop
from adapters.agents.bedrock.answer import ModelAnswer, answer_from, show_drafts
from adapters.agents.bedrock.errors import code_of, is_busy, is_retryable
from adapters.agents.bedrock.model import ModelSettings
from adapters.agents.bedrock.prompt import prompt, recent, without_forgotten
from adapters.agents.bedrock.pydantic_agent import build_agent
from adapters.agents.bedrock.tools import MemoryTools
from adapters.agents.progress_text import counted
from adapters.search.engine import MemorySearch
from adapters.time_zones import asked_at
from domain.chat import Usage
from domain.errors import AgentFailed
from domain.failure_codes import FailureCode
from domain.ports import Clock, MemoryStore, ProgressReporter, ReasoningAgent
from domain.records import Answer, Assignment

log = logging.getLogger(__name__)

#: Exponential backoff: the first and the longest pause between retries, in seconds.
PAUSES: Final = (0.5, 8.0)
#: The limit of tool calls of all rounds together; one reply may call several tools.
TOOL_CALLS: Final = 40
#: Reserved time, so that the agent ends by itself before TimeLimitedAgent stops it.
RESERVE: Final = timedelta(seconds=1)
#: How often the agent checks for a cancellation while the model is silent.
LOOK_SECONDS: Final = 0.5

T = TypeVar("T")
Result = AgentRunResult[ModelAnswer | str]


@dataclass
class Spent:
    """What an answer has used so far. `asked` is the model asked now; `replied` are those that have, in that order."""

    asked: str
    usage: RunUsage = field(default_factory=RunUsage)
    replied: list[str] = field(default_factory=list)
    _seen: int = 0

    def note_replies(self) -> None:
        if self.usage.requests > self._seen and self.asked not in self.replied:
            self.replied.append(self.asked)
        self._seen = self.usage.requests


class BedrockReasoningAgent(ReasoningAgent):
    """`model` and `fallback` are all that uses the network; any models of pydantic-ai can replace Bedrock's.

    `fallback` takes over for the rest of an answer when `model` is busy: another model has a quota of its own.
    """

    def __init__(
        self,
        model: Model,
        settings: ModelSettings,
        memories: MemoryStore,
        clock: Clock,
        fallback: Model | None = None,
    ) -> None:
        self._settings = settings
        self._models: list[tuple[Model, str]] = [(model, settings.called)]
        if fallback and settings.fallback:
            self._models.append((fallback, settings.fallback.called))
        self._memories = memories
        self._clock = clock
        self._agent = build_agent(model, settings)

    def reason(self, assignment: Assignment, progress: ProgressReporter) -> Answer:
        memories = self._memories.list_all(assignment.user_id)
        progress.step(f"Thinking, with {counted(memories)} to look at")
        history = without_forgotten(assignment.history, {memory.memory_id for memory in memories})
        question = prompt(assignment, recent(history, self._settings.history_tokens))
        with MemorySearch(memories) as search:
            tools = MemoryTools(search, asked_at(assignment), progress)
            seconds = self._seconds(assignment)
            output = event_loop.run(_until_ended(self._ask(question, tools, seconds), progress, seconds))
        self._check_nothing_was_forgotten(assignment.user_id, tools)
        return answer_from(output, tools)

    def _seconds(self, assignment: Assignment) -> float:
        left = (assignment.answer_by - RESERVE - self._clock.now()).total_seconds()
        return max(0.1, min(left, self._settings.seconds or left))

    async def _ask(self, question: str, tools: MemoryTools, seconds: float) -> ModelAnswer | str:
        """Run the model; after a retryable error, continue from the last complete message while there is time."""
        (model, name), *others = self._models
        spent, end = Spent(name), asyncio.get_running_loop().time() + seconds
        said: list[ModelMessage] = []
        attempt = 0
        try:
            while True:
                attempt += 1
                with captured_messages() as messages:
                    try:
                        return (await self._run(model, question, said, tools, spent)).output
                    except AgentRunError as error:
                        takes_over = bool(others) and is_busy(error)
                        pause = 0 if takes_over else _pause(error, attempt, end - asyncio.get_running_loop().time())
                        _log_fault(error, attempt)
                        if pause is None:
                            raise AgentFailed(_code_of(error, messages)) from error
                said = _complete(messages)
                if takes_over:
                    spent.note_replies()
                    model, spent.asked = others.pop(0)
                    attempt = 0
                tools.progress.step(
                    "The model is busy: another one takes over" if takes_over else "Waiting for the model"
                )
                await asyncio.sleep(pause)
        finally:
            _report(spent, tools.progress)
            _log_usage(spent)

    async def _run(
        self, model: Model, question: str, said: list[ModelMessage], tools: MemoryTools, spent: Spent
    ) -> Result:
        return await self._agent.run(
            None if said else question,
            model=model,
            message_history=said or None,
            deps=tools,
            usage=spent.usage,
            usage_limits=UsageLimits(request_limit=self._settings.rounds, tool_calls_limit=TOOL_CALLS),
            event_stream_handler=_shown(spent),
        )

    def _check_nothing_was_forgotten(self, user_id: str, tools: MemoryTools) -> None:
        """Discard the answer if a memory that the model read is deleted: the answer may contain any of them."""
        seen = {memory.memory_id for memory in tools.shown.values()}
        if seen and len(self._memories.get_many(user_id, seen)) < len(seen):
            raise AgentFailed(FailureCode.MEMORIES_CHANGED)


def _shown(spent: Spent) -> EventStreamHandler[MemoryTools]:
    async def show(ctx: RunContext[MemoryTools], events: AsyncIterable[AgentStreamEvent]) -> None:
        # What the replies before this one used, so that it is stored when the turn is cancelled.
        _report(spent, ctx.deps.progress)
        await show_drafts(events, ctx.deps.progress)

    return show


def _report(spent: Spent, progress: ProgressReporter) -> None:
    usage = spent.usage
    spent.note_replies()
    if usage.requests:
        read = max(usage.input_tokens, usage.cache_read_tokens)
        models = ", ".join(spent.replied)
        progress.used(Usage(models, usage.requests, read, usage.cache_read_tokens, usage.output_tokens))


async def _until_ended(work: Coroutine[Any, Any, T], progress: ProgressReporter, seconds: float) -> T:
    """Do the work until it is done, its time is over (`AgentFailed`), or the turn has ended (`TurnOver`)."""
    working = asyncio.ensure_future(work)
    end = asyncio.get_running_loop().time() + seconds
    while (left := end - asyncio.get_running_loop().time()) > 0:
        done, _ = await asyncio.wait([working], timeout=min(left, LOOK_SECONDS))
        if done:
            return working.result()
        progress.raise_if_ended()
    raise AgentFailed(FailureCode.TIMED_OUT)


def _pause(error: AgentRunError, attempt: int, seconds_left: float) -> float | None:
    """The pause before the next retry; None when a retry cannot help or would be too late."""
    if not is_retryable(error):
        return None
    first, last = PAUSES
    # Jitter: workers that failed together must not retry together.
    own = random.uniform(0.5, 1) * min(last, first * 2 ** (attempt - 1))  # noqa: S311
    pause = max(own, getattr(error, "retry_after", None) or 0)
    return pause if pause < seconds_left else None


def _complete(said: list[ModelMessage]) -> list[ModelMessage]:
    """The messages up to and including the request that failed: the run continues from there."""
    end = next((count for count in range(len(said), 0, -1) if isinstance(said[count - 1], ModelRequest)), 0)
    return said[:end]


def _code_of(error: AgentRunError, said: list[ModelMessage]) -> FailureCode:
    """As `code_of`, but tells an empty reply from a malformed one."""
    replies = [message for message in said if isinstance(message, ModelResponse)]
    silent = bool(replies) and all(
        isinstance(part, TextPart) and not part.content.strip() for part in replies[-1].parts
    )
    if type(error) is UnexpectedModelBehavior and silent:
        return FailureCode.EMPTY_ANSWER
    return code_of(error)


def _log_fault(error: AgentRunError, attempt: int) -> None:
    # Type and provider code only: the message may quote the question.
    code = getattr(error, "provider_error_code", None)
    log.warning("model failed", extra={"error": type(error).__name__, "code": code, "attempt": attempt})


def _log_usage(spent: Spent) -> None:
    usage = spent.usage
    log.info(
        "model used",
        extra={
            "models": spent.replied,
            "rounds": usage.requests,
            "input_tokens": usage.input_tokens,
            "cached_tokens": usage.cache_read_tokens,
            "output_tokens": usage.output_tokens,
        },
    )
