"""The functions' settings, read once from the environment that Terraform gives them."""

import os
from collections.abc import Mapping
from datetime import timedelta
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator
from pydantic_core import PydanticCustomError

from adapters.agents.registry import AGENTS
from domain.chat_service import TurnPolicy

PREFIX = "ASYNC_CHAT_"
_AGENT = rf"^({'|'.join(AGENTS)}|[A-Za-z_][A-Za-z0-9_.]*:[A-Za-z_][A-Za-z0-9_]*)$"


class Settings(BaseModel):
    """Names are the variables' without `ASYNC_CHAT_`, in lower case. Durations in seconds."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    workspace: str = Field(min_length=1)
    version: str = "unknown"
    chats_table: str = Field(min_length=1)
    memories_table: str = Field(min_length=1)
    #: The function that the dispatcher invokes: its own, or a dedicated worker of the same package.
    worker_function: str = ""
    deadline_seconds: float = Field(default=70, ge=2, le=900)
    turns_per_user: int = Field(default=5, ge=1, le=100)
    #: The limit of concurrent turns in the workspace; 0: no limit.
    max_concurrent_turns: int = Field(default=0, ge=0, le=100_000)
    #: Expected duration of an answer: when to poll a chat that has no answer yet.
    expected_answer_seconds: float = Field(default=56, gt=0, le=900)
    #: A built-in agent, or a custom one that `package.module:factory` makes.
    agent: str = Field(default="recall", pattern=_AGENT)
    recall_delay_seconds: float = Field(default=0, ge=0, le=900)
    #: A model or an inference profile: its id or its ARN.
    model_id: str = Field(default="", pattern=r"^[A-Za-z0-9_.:/-]*$", max_length=2048)
    #: Where the model is called; empty for the function's own region.
    model_region: str = Field(default="", pattern=r"^([a-z]{2}(-[a-z]+)+-\d)?$")
    model_temperature: float = Field(default=0, ge=0, le=1)
    #: How often the model is asked at most for one answer: each round may search and read, the last one must answer.
    model_rounds: int = Field(default=8, ge=1, le=30)
    #: The longest single reply of the model.
    model_max_tokens: int = Field(default=2_000, ge=100, le=64_000)
    #: Time for one answer; 0 for all that the turn's deadline leaves.
    model_seconds: float = Field(default=0, ge=0, le=900)
    #: How much of the chat's earlier messages the model reads, newest first.
    model_history_tokens: int = Field(default=4_000, ge=0, le=200_000)
    #: How one signs in on the chat page, as JSON; read only by the page.
    sign_in: str = ""
    log_level: str = Field(default="INFO", pattern="^(DEBUG|INFO|WARNING|ERROR)$")

    @model_validator(mode="after")
    def _what_the_agent_needs(self) -> Self:
        for name in AGENTS[self.agent].needs if self.agent in AGENTS else ():
            if not getattr(self, name):
                facts = {"agent": self.agent, "variable": f"{PREFIX}{name.upper()}"}
                raise PydanticCustomError("setting_missing", "agent `{agent}` needs {variable}", facts)
        return self

    @property
    def policy(self) -> TurnPolicy:
        """The domain's part of the settings."""
        return TurnPolicy(
            deadline=timedelta(seconds=self.deadline_seconds),
            turns_per_user=self.turns_per_user,
            expected_duration=timedelta(seconds=self.expected_answer_seconds),
        )


class SettingsInvalid(Exception):
    """The environment does not describe a service; the message names every variable that is wrong."""


def read_settings(environment: Mapping[str, str] = os.environ) -> Settings:
    """Settings from `ASYNC_CHAT_*` variables. Raises `SettingsInvalid`."""
    found = {name.removeprefix(PREFIX).lower(): value for name, value in environment.items() if name.startswith(PREFIX)}
    try:
        return Settings.model_validate(found)
    except ValidationError as error:
        wrong = "; ".join(f"{_variable(fault['loc'])}: {fault['msg']}" for fault in error.errors())
        raise SettingsInvalid(wrong) from None


def _variable(place: tuple[int | str, ...]) -> str:
    """The variable that a fault is about; what is wrong between several is the agent's."""
    return f"{PREFIX}{str(place[0] if place else 'agent').upper()}"
