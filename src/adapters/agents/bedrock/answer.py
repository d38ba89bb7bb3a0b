"""The structured answer of a language model, and how it is read, complete or while it is being streamed."""

from collections.abc import AsyncIterable, Iterator
from contextlib import suppress
from typing import Annotated, Final

from pydantic import AfterValidator, BaseModel, Field
from pydantic_ai.messages import (
    AgentStreamEvent,
    ModelResponsePart,
    ModelResponsePartDelta,
    PartDeltaEvent,
    PartStartEvent,
    TextPart,
    TextPartDelta,
    ToolCallPart,
    ToolCallPartDelta,
)
from pydantic_core import from_json

from adapters.agents.bedrock.private_text import without_private_text
from adapters.agents.bedrock.tools import TOOLS, MemoryTools
from adapters.agents.bedrock.written_calls import UnreadableCall, WrittenCall, before_a_call, written_calls
from domain.chat import Citation
from domain.ports import ProgressReporter
from domain.records import Answer
from domain.verified_agent import find_quote

ANSWER_TOOL: Final = "answer"
#: A draft is parsed again after this many more characters: parsing starts at the first character each time.
DRAFT_STEP: Final = 64
#: In characters. The user sees less of a draft than this; the rest is parsed once, when it is complete.
DRAFT_LENGTH: Final = 20_000


class CitedMemory(BaseModel):
    """A memory that the answer rests on."""

    memory: Annotated[str, Field(max_length=64, description="The memory's label, such as m3.")]
    quote: Annotated[str, Field(max_length=4_000, description="Words of that memory, exactly as they stand there.")]


def _for_the_person(text: str) -> str:
    """Raises `ValueError` if nothing of `text` is for a person to read."""
    shown = without_private_text(text)
    call = False
    with suppress(UnreadableCall):  # other JSON may be what the person asked for
        call = bool(calls_written_in(shown))
    if not shown or call:
        raise ValueError("write the answer here, in words for the person to read")
    return shown


def calls_written_in(text: str) -> list[WrittenCall]:
    """Calls of our tools that the model wrote as text. Raises `UnreadableCall`."""
    return written_calls(text, (*TOOLS, ANSWER_TOOL), ANSWER_TOOL)


class ModelAnswer(BaseModel):
    """The answer to the person, and the memories that bear it out."""

    text: Annotated[
        str, Field(min_length=1, description="The answer, for the person to read."), AfterValidator(_for_the_person)
    ]
    citations: Annotated[list[CitedMemory], Field(max_length=40)] = []


def answer_from(output: ModelAnswer | str, tools: MemoryTools) -> Answer:
    """The model's answer with memory ids instead of labels. Drops citations of unknown labels and of words not found.

    Some models answer in plain text despite their instructions: such an answer has no citations.
    """
    if isinstance(output, str):
        return Answer(output.strip())
    return Answer(output.text.strip(), tuple(_citations(output.citations, tools)))


def _citations(cited: list[CitedMemory], tools: MemoryTools) -> Iterator[Citation]:
    for one in cited:
        memory = tools.labelled(one.memory)
        quote = find_quote(memory, one.quote) if memory else None
        if memory and quote:
            yield Citation(memory.memory_id, quote)


async def show_drafts(events: AsyncIterable[AgentStreamEvent], progress: ProgressReporter) -> None:
    """Show the answer as a draft while the model streams it."""
    writing = _Writing()
    async for event in events:
        if isinstance(event, PartStartEvent):
            writing.start(event.part)
            if writing.answer:
                progress.step("Writing")
        elif isinstance(event, PartDeltaEvent):
            writing.grow(event.delta)
        draft = writing.news()
        if draft:
            progress.draft(draft)


class _Writing:
    """The part of the reply that is being streamed: plain text, or the JSON of the answer."""

    def __init__(self) -> None:
        self._text = ""
        self._read = 0
        self._kind: type[TextPart | ToolCallPart] | None = None

    @property
    def answer(self) -> bool:
        """Whether this part is the answer, not text between tool calls."""
        return self._kind is ToolCallPart

    def start(self, part: ModelResponsePart) -> None:
        if isinstance(part, TextPart):
            # A reply's text parts are one text: thinking may begin in one and end in another.
            self._text = (self._text if self._kind is TextPart else "") + part.content
            self._read, self._kind = 0, TextPart
            return
        self._text, self._read, self._kind = "", 0, None
        if isinstance(part, ToolCallPart) and part.tool_name == ANSWER_TOOL:
            self._text, self._kind = part.args if isinstance(part.args, str) else "", ToolCallPart

    def grow(self, delta: ModelResponsePartDelta) -> None:
        if len(self._text) > DRAFT_LENGTH:
            return
        if isinstance(delta, TextPartDelta):
            self._text += delta.content_delta
        elif isinstance(delta, ToolCallPartDelta) and isinstance(delta.args_delta, str):
            self._text += delta.args_delta

    def news(self) -> str | None:
        """The draft, if it has grown by `DRAFT_STEP`: never the model's thinking, nor a call that it writes as text."""
        if self._kind is None or len(self._text) < self._read + DRAFT_STEP:
            return None
        self._read = len(self._text)
        text = self._text if self._kind is TextPart else _text_in(self._text)
        return before_a_call(without_private_text(text, finished=False)) if text else None


def _text_in(unfinished: str) -> str | None:
    """The field `text` of incomplete JSON."""
    try:
        fields = from_json(unfinished, allow_partial="trailing-strings")
    except ValueError:
        return None
    text = fields.get("text") if isinstance(fields, dict) else None
    return text if isinstance(text, str) else None
