"""A language model that follows a script, in process."""

import json
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pydantic_ai import ModelMessage, ModelResponse
from pydantic_ai.messages import ToolReturnPart, UserPromptPart
from pydantic_ai.models.function import AgentInfo, DeltaToolCall, FunctionModel

from adapters.agents.bedrock.agent import BedrockReasoningAgent
from adapters.agents.bedrock.model import ModelSettings
from domain.ports import Clock, MemoryStore

SETTINGS = ModelSettings("scripted")
#: A tool's name and its arguments.
Call = tuple[str, Mapping[str, Any] | str]


@dataclass
class ModelInput:
    """What the model was given for one reply."""

    messages: Sequence[ModelMessage]
    info: AgentInfo

    @property
    def instructions(self) -> str:
        return self.info.instructions or ""

    @property
    def tools(self) -> list[str]:
        return [tool.name for tool in self.info.function_tools]

    @property
    def data(self) -> list[Any]:
        """The question and the tools' results."""
        parts = [part for message in self.messages for part in message.parts]
        return [part.content for part in parts if isinstance(part, UserPromptPart | ToolReturnPart)]


#: The model's next reply: text, or tool calls in parallel.
Turn = str | Sequence[Call]
Script = Sequence[Turn | Callable[[ModelInput], Turn]]


@dataclass
class ScriptedModel:
    """Repeats its last turn for further requests. `inputs` are what it was given for each reply."""

    script: Script
    inputs: list[ModelInput] = field(default_factory=list)
    before_each_piece: Callable[[], None] = lambda: None

    def agent(self, memories: MemoryStore, clock: Clock, settings: ModelSettings = SETTINGS) -> BedrockReasoningAgent:
        return BedrockReasoningAgent(FunctionModel(stream_function=self._stream), settings, memories, clock)

    async def _stream(
        self, messages: list[ModelMessage], info: AgentInfo
    ) -> AsyncIterator[str | dict[int, DeltaToolCall]]:
        self.inputs.append(given := ModelInput(tuple(messages), info))
        spoken = sum(isinstance(message, ModelResponse) for message in messages)
        turn = self.script[min(spoken, len(self.script) - 1)]
        turn = turn(given) if callable(turn) else turn
        if isinstance(turn, str):
            for piece in _pieces(turn):
                self.before_each_piece()
                yield piece
            return
        for index, (name, arguments) in enumerate(turn):
            text = arguments if isinstance(arguments, str) else json.dumps(arguments)
            yield {index: DeltaToolCall(name=name, json_args="", tool_call_id=f"call{len(self.inputs)}.{index}")}
            for piece in _pieces(text):
                self.before_each_piece()
                yield {index: DeltaToolCall(json_args=piece)}


def _pieces(text: str) -> list[str]:
    size = max(40, len(text) // 500)
    return [text[start : start + size] for start in range(0, len(text), size)]


def search(*phrasings: str) -> list[Call]:
    return [("search_memories", {"phrasings": list(phrasings)})]


def answer(text: str, *citations: tuple[str, str]) -> list[Call]:
    return [("answer", {"text": text, "citations": [{"memory": label, "quote": quote} for label, quote in citations]})]
