"""BedrockReasoningAgent: a language model that reads the user's memories by tool calls, over several rounds."""

import asyncio
import logging
import random
from collections.abc import AsyncIterable, Coroutine
from datetime import timedelta
from typing import Any, Final, TypeVar

from pydantic_ai import AgentRunResult, ModelMessage, ModelRequest, ModelResponse, RunContext, RunUsage, UsageLimits
from pydantic_ai import capture_run_messages as captured_messages
from pydantic_ai.agent import EventStreamHandler
from pydantic_ai.exceptions import AgentRunError, UnexpectedModelBehavior
from pydantic_ai.messages import AgentStreamEvent, TextPart
from pydantic_ai.models import Model

from adapters.agents.bedrock import event_loop
from adapters.agents.bedrock.answer import ModelAnswer, answer_from, show_drafts
from adapters.agents.bedrock.errors import code_of, is_retryable
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


class BedrockReasoningAgent(ReasoningAgent):
    """`model` is the only thing that uses the network; any model of pydantic-ai can replace Bedrock's."""

    def __init__(self, model: Model, settings: ModelSettings, memories: MemoryStore, clock: Clock) -> None:
        self._settings = settings
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
        usage, end = RunUsage(), asyncio.get_running_loop().time() + seconds
        said: list[ModelMessage] = []
        attempt = 0
        try:
            while True:
                attempt += 1
                with captured_messages() as messages:
                    try:
                        return (await self._run(question, said, tools, usage)).output
                    except AgentRunError as error:
                        pause = _pause(error, attempt, end - asyncio.get_running_loop().time())
                        _log_fault(error, attempt)
                        if pause is None:
                            raise AgentFailed(_code_of(error, messages)) from error
                said = _complete(messages)
                tools.progress.step("Waiting for the model")
                await asyncio.sleep(pause)
        finally:
            self._report(usage, tools.progress)
            _log_usage(usage)

    async def _run(self, question: str, said: list[ModelMessage], tools: MemoryTools, usage: RunUsage) -> Result:
        return await self._agent.run(
            None if said else question,
            message_history=said or None,
            deps=tools,
            usage=usage,
            usage_limits=UsageLimits(request_limit=self._settings.rounds, tool_calls_limit=TOOL_CALLS),
            event_stream_handler=self._shown(usage),
        )

    def _shown(self, usage: RunUsage) -> EventStreamHandler[MemoryTools]:
        async def show(ctx: RunContext[MemoryTools], events: AsyncIterable[AgentStreamEvent]) -> None:
            # What the replies before this one used, so that it is stored when the turn is cancelled.
            self._report(usage, ctx.deps.progress)
            await show_drafts(events, ctx.deps.progress)

        return show

    def _report(self, usage: RunUsage, progress: ProgressReporter) -> None:
        if usage.requests:
            read = max(usage.input_tokens, usage.cache_read_tokens)
            model = self._settings.inference_profile or self._settings.model_id
            progress.used(Usage(model, usage.requests, read, usage.cache_read_tokens, usage.output_tokens))

    def _check_nothing_was_forgotten(self, user_id: str, tools: MemoryTools) -> None:
        """Discard the answer if a memory that the model read is deleted: the answer may contain any of them."""
        seen = {memory.memory_id for memory in tools.shown.values()}
        if seen and len(self._memories.get_many(user_id, seen)) < len(seen):
            raise AgentFailed(FailureCode.MEMORIES_CHANGED)


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


def _log_usage(usage: RunUsage) -> None:
    log.info(
        "model used",
        extra={
            "rounds": usage.requests,
            "input_tokens": usage.input_tokens,
            "cached_tokens": usage.cache_read_tokens,
            "output_tokens": usage.output_tokens,
        },
    )
