"""Settings of the functions, from environment variables that Terraform sets."""

import os
from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator
from pydantic_core import PydanticCustomError

from adapters.agents.registry import AGENTS
from domain.chat_service import TurnPolicy
from domain.limits import WorkspaceLimits
from domain.memory import USAGE_LIMIT, MemoryUsage

PREFIX = "ASYNC_CHAT_"
_AGENT = rf"^({'|'.join(AGENTS)}|[A-Za-z_][A-Za-z0-9_.]*:[A-Za-z_][A-Za-z0-9_]*)$"


class Settings(BaseModel):
    """Field names are the variables' names in lower case, without `ASYNC_CHAT_`. Durations are in seconds."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    workspace: str = Field(min_length=1)
    version: str = "unknown"
    chats_table: str = Field(min_length=1)
    memories_table: str = Field(min_length=1)
    #: The function that the dispatcher invokes: its own, or a dedicated worker of the same package.
    worker_function: str = ""
    #: The EventBridge bus that hears of ended turns.
    event_bus: str = ""
    deadline_seconds: float = Field(default=70, ge=2, le=900)
    turns_per_user: int = Field(default=5, ge=1, le=100)
    #: The limits of a user's memories: their number, and the bytes of their texts and tags.
    memories_per_user: int = Field(default=USAGE_LIMIT.memories, ge=1, le=100_000)
    memory_bytes_per_user: int = Field(default=USAGE_LIMIT.size, ge=1, le=100_000_000)
    #: Budgets of one user: asks and retries in a minute, and in a UTC day; 0: no limit.
    asks_per_minute: int = Field(default=30, ge=0, le=10_000)
    answers_per_day: int = Field(default=500, ge=0, le=1_000_000)
    #: The limit of concurrent turns in the workspace; 0: no limit.
    max_concurrent_turns: int = Field(default=0, ge=0, le=100_000)
    #: The workspace's budget of all users in a UTC day, counted beside its turns; 0: no limit.
    workspace_answers_per_day: int = Field(default=0, ge=0, le=1_000_000_000)
    #: Expected duration of an answer: when to poll as long as no answer has shown it.
    expected_answer_seconds: float = Field(default=56, gt=0, le=900)
    #: Whether polls are held for clients that can: there is a function for them.
    hold_polls: bool = False
    #: A built-in agent, or a custom one that `package.module:factory` makes.
    agent: str = Field(default="recall", pattern=_AGENT)
    recall_delay_seconds: float = Field(default=0, ge=0, le=900)
    #: The id or ARN of a model or of a profile that AWS defines: it names the model's family.
    model_id: str = Field(default="", pattern=r"^[A-Za-z0-9_.:/-]*$", max_length=2048)
    #: The ARN of an application inference profile of that model; empty to call the model itself.
    model_inference_profile: str = Field(default="", pattern=r"^(arn:[A-Za-z0-9_.:/-]+)?$", max_length=2048)
    #: The model that takes over in the same turn when that one is busy, as the two above; empty for none.
    model_fallback_id: str = Field(default="", pattern=r"^[A-Za-z0-9_.:/-]*$", max_length=2048)
    model_fallback_inference_profile: str = Field(default="", pattern=r"^(arn:[A-Za-z0-9_.:/-]+)?$", max_length=2048)
    #: The region of the models; empty for the function's own.
    model_region: str = Field(default="", pattern=r"^([a-z]{2}(-[a-z]+)+-\d)?$")
    #: Empty: not sent, since some models refuse it.
    model_temperature: Annotated[float | None, BeforeValidator(lambda given: None if given == "" else given)] = Field(
        default=None, ge=0, le=1
    )
    #: The limit of model requests per answer. Each may call tools; the last one must answer.
    model_rounds: int = Field(default=8, ge=1, le=30)
    #: The limit of tokens of a single reply.
    model_max_tokens: int = Field(default=2_000, ge=100, le=64_000)
    #: The time limit of one answer; 0 for all the time until the turn's deadline.
    model_seconds: float = Field(default=0, ge=0, le=900)
    #: The limit of the earlier messages that the model reads, newest first.
    model_history_tokens: int = Field(default=4_000, ge=0, le=200_000)
    #: How users sign in on the chat page, as JSON.
    sign_in: str = ""
    #: A secret of the workspace: keys the hashes of user ids in logs.
    log_key: str = Field(default="", repr=False)
    log_level: str = Field(default="INFO", pattern="^(DEBUG|INFO|WARNING|ERROR)$")

    @model_validator(mode="after")
    def _what_the_agent_needs(self) -> Self:
        for name in AGENTS[self.agent].needs if self.agent in AGENTS else ():
            if not getattr(self, name):
                facts = {"agent": self.agent, "variable": f"{PREFIX}{name.upper()}"}
                raise PydanticCustomError("setting_missing", "agent `{agent}` needs {variable}", facts)
        return self

    @model_validator(mode="after")
    def _a_budget_is_counted_beside_the_turns(self) -> Self:
        if self.workspace_answers_per_day and not self.max_concurrent_turns:
            facts = {"variable": f"{PREFIX}MAX_CONCURRENT_TURNS"}
            raise PydanticCustomError("setting_missing", "workspace_answers_per_day needs {variable}", facts)
        return self

    @property
    def policy(self) -> TurnPolicy:
        """The settings that the domain needs."""
        return TurnPolicy(
            deadline=timedelta(seconds=self.deadline_seconds),
            turns_per_user=self.turns_per_user,
            asks_per_minute=self.asks_per_minute,
            answers_per_day=self.answers_per_day,
            expected_duration=timedelta(seconds=self.expected_answer_seconds),
            hold_polls=self.hold_polls,
        )

    @property
    def memory_limit(self) -> MemoryUsage:
        """What a user may have."""
        return MemoryUsage(self.memories_per_user, self.memory_bytes_per_user)

    @property
    def workspace_limits(self) -> WorkspaceLimits:
        """What all users together may have."""
        return WorkspaceLimits(self.max_concurrent_turns, self.workspace_answers_per_day)


class SettingsInvalid(Exception):
    """An environment variable is missing or wrong; the message names every one."""


def read_settings(environment: Mapping[str, str] = os.environ) -> Settings:
    """Settings from `ASYNC_CHAT_*` variables. Raises `SettingsInvalid`."""
    found = {name.removeprefix(PREFIX).lower(): value for name, value in environment.items() if name.startswith(PREFIX)}
    try:
        return Settings.model_validate(found)
    except ValidationError as error:
        wrong = "; ".join(f"{_variable(fault['loc'])}: {fault['msg']}" for fault in error.errors())
        raise SettingsInvalid(wrong) from None


def _variable(location: tuple[int | str, ...]) -> str:
    """The name of the variable at fault; an error of several variables is reported for the agent."""
    return f"{PREFIX}{str(location[0] if location else 'agent').upper()}"
