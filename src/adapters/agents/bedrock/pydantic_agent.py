"""The pydantic-ai agent: instructions, tools and stop conditions."""

import asyncio
import logging
import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Annotated, Final

from pydantic import Field, StringConstraints
from pydantic_ai import Agent, ModelResponse, ModelRetry, RunContext
from pydantic_ai.agent import AgentRetries
from pydantic_ai.capabilities import AbstractCapability, PrepareTools, WrapModelRequestHandler
from pydantic_ai.messages import ModelResponsePart, TextPart, ToolCallPart
from pydantic_ai.models import Model, ModelRequestContext
from pydantic_ai.output import ToolOutput
from pydantic_ai.settings import ModelSettings as RequestSettings
from pydantic_ai.tools import ToolDefinition

from adapters.agents.bedrock.answer import ANSWER_TOOL, ModelAnswer, calls_written_in
from adapters.agents.bedrock.errors import GOOD_STOPS, STOPS
from adapters.agents.bedrock.model import BEDROCK, ModelSettings
from adapters.agents.bedrock.private_text import without_private_text
from adapters.agents.bedrock.prompt import INSTRUCTIONS
from adapters.agents.bedrock.tools import MemoryTools, ToolResult
from adapters.agents.bedrock.written_calls import UnreadableCall
from domain.errors import AgentFailed

log: Final = logging.getLogger(__name__)

PydanticAgent = Agent[MemoryTools, ModelAnswer | str]

#: How often the model may send invalid tool arguments, or an invalid answer.
RETRIES: Final[AgentRetries] = {"tools": 2, "output": 2}

Phrasing = Annotated[str, StringConstraints(min_length=1, max_length=200)]
Phrasings = Annotated[list[Phrasing], Field(min_length=1, max_length=6)]


def build_agent(model: Model, settings: ModelSettings) -> PydanticAgent:
    """The agent for `model`, with the tools below."""

    async def with_rounds_left(ctx: RunContext[MemoryTools], tools: list[ToolDefinition]) -> list[ToolDefinition]:
        """Removes all tools in the last round, so that the model must answer."""
        return tools if ctx.usage.requests + 1 < settings.rounds else []

    return Agent(
        model,
        instructions=INSTRUCTIONS,
        deps_type=MemoryTools,
        output_type=[ToolOutput(ModelAnswer, name=ANSWER_TOOL), str],
        tools=[search_memories, read_around, list_by_tag, current_date],
        retries=RETRIES,
        model_settings=_request_settings(settings),
        capabilities=[PrepareTools(with_rounds_left), _LogRequests(), _ReadReplies()],
        # With two answers in one reply the first is used, and no tool runs after it.
        end_strategy="early",
    )


def _request_settings(settings: ModelSettings) -> RequestSettings:
    """What is not set is not sent: a model may refuse a parameter, whatever its value."""
    made = RequestSettings(max_tokens=settings.max_tokens)
    if settings.temperature is not None:
        made["temperature"] = settings.temperature
    return made


# The model sees the functions below: their names, docstrings and arguments are sent to it unchanged.


async def search_memories(ctx: RunContext[MemoryTools], phrasings: Phrasings) -> ToolResult:
    """Search the person's memories by full text. Dates such as "last week" or "in March 2025" are understood.

    Args:
        phrasings: One to six ways to say what is sought: other words, names, places, short phrases.
    """
    return ctx.deps.search_for(phrasings)


async def read_around(
    ctx: RunContext[MemoryTools], day: date, days: Annotated[int, Field(ge=0, le=60)] = 3
) -> ToolResult:
    """Read the memories of a day and of the days around it.

    Args:
        day: The day in the middle, as YYYY-MM-DD.
        days: How many days before and after it.
    """
    return ctx.deps.around(day, days)


async def list_by_tag(ctx: RunContext[MemoryTools], tag: Phrasing) -> ToolResult | list[str]:
    """List the newest memories that the person gave a tag. An unknown tag lists the tags that there are.

    Args:
        tag: One of the person's own tags.
    """
    found = ctx.deps.tagged(tag)
    return found if found.memories else ctx.deps.tags()


async def current_date(ctx: RunContext[MemoryTools]) -> str:
    """Tell the weekday, date and time of the question, where the person is."""
    return ctx.deps.today()


class _LogRequests(AbstractCapability[MemoryTools]):
    """Logs a line for each request to the model: its number in the turn, its time, and its tokens."""

    async def wrap_model_request(
        self,
        ctx: RunContext[MemoryTools],
        *,
        request_context: ModelRequestContext,
        handler: WrapModelRequestHandler,
    ) -> ModelResponse:
        began = time.perf_counter()
        facts: dict[str, object] = {"model": request_context.model.model_name, "number": ctx.usage.requests + 1}
        try:
            response = await handler(request_context)
        except BaseException as error:
            # Whatever ends a reply that has begun cancels this wait; the line `model failed` then has the error.
            cut = isinstance(error, asyncio.CancelledError)
            _log_request(began, {**facts, "error": "cut off" if cut else type(error).__name__})
            raise
        used = response.usage
        tokens = {"input_tokens": used.input_tokens, "cached_tokens": used.cache_read_tokens}
        _log_request(began, {**facts, **tokens, "output_tokens": used.output_tokens})
        return response


def _log_request(began: float, facts: dict[str, object]) -> None:
    log.info("model request", extra={"took_ms": round((time.perf_counter() - began) * 1000), **facts})


class _ReadReplies(AbstractCapability[MemoryTools]):
    """Reads each reply before it counts as an answer or a round.

    Ends the turn when Bedrock reports a reply as refused, filtered or cut off: a retry would not help. Asks again after
    any other end but a good one. Takes the model's thinking out of the text, and reads calls that are written as text.
    """

    async def after_model_request(
        self,
        ctx: RunContext[MemoryTools],  # noqa: ARG002  # pydantic-ai names its hooks' arguments
        *,
        request_context: ModelRequestContext,  # noqa: ARG002  # the same
        response: ModelResponse,
    ) -> ModelResponse:
        stop = (response.provider_details or {}).get("finish_reason")
        if stop in STOPS:
            raise AgentFailed(STOPS[stop])
        # Only Bedrock's reasons are listed. A stream of Bedrock's without one has broken off.
        if response.provider_name == BEDROCK and stop not in GOOD_STOPS:
            raise ModelRetry("The reply was not complete. Send it again.")
        return replace(response, parts=_read(response.parts))


def _read(parts: Sequence[ModelResponsePart]) -> list[ModelResponsePart]:
    """The parts, with one text of what is for the person, or with the calls that it holds."""
    others: list[ModelResponsePart] = [part for part in parts if not isinstance(part, TextPart)]
    # One text: thinking may begin in one part and end in another.
    text = without_private_text("".join(part.content for part in parts if isinstance(part, TextPart)))
    if not text:
        return others
    if any(isinstance(part, ToolCallPart) for part in others):
        return [TextPart(text), *others]  # a remark beside a call, which is never shown as the answer
    try:
        calls = calls_written_in(text)
    except UnreadableCall:
        raise ModelRetry(
            f"Do not write JSON or tool calls as text: call the tools, and end with `{ANSWER_TOOL}`."
        ) from None
    return (
        [*others, *(ToolCallPart(name, arguments) for name, arguments in calls)] if calls else [*others, TextPart(text)]
    )
