"""Loads a custom agent, named by the setting `agent` as `package.module:factory`."""

from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

from domain.ports import Clock, MemoryStore, ProgressReporter, ReasoningAgent
from domain.records import Assignment, Reply

if TYPE_CHECKING:
    from adapters.agents.event_loop import LastingLoop


@dataclass(frozen=True, slots=True)
class AgentDependencies:
    """What a factory is given to build its agent from."""

    memories: MemoryStore
    clock: Clock


Reason = Callable[[Assignment, ProgressReporter], Reply]
AsyncReason = Callable[[Assignment, ProgressReporter], Coroutine[Any, Any, Reply]]
AgentFactory = Callable[[AgentDependencies], ReasoningAgent | Reason | AsyncReason]
_SHAPE: Final = "package.module:factory"


class AgentLoadError(Exception):
    """The agent cannot be loaded; the message says why."""


class FunctionAgent(ReasoningAgent):
    """Wraps a function, or a method `reason`, as an agent. It may be `async def`."""

    def __init__(self, function: Reason | AsyncReason) -> None:
        self._function = function
        self._loop: LastingLoop | None = None

    def reason(self, assignment: Assignment, progress: ProgressReporter) -> Reply:
        made = self._function(assignment, progress)
        return self._awaited(made) if isinstance(made, Coroutine) else made

    def _awaited(self, work: Coroutine[Any, Any, Reply]) -> Reply:
        if self._loop is None:
            from adapters.agents.event_loop import LastingLoop  # asyncio takes 60 ms to import

            self._loop = LastingLoop()
        return self._loop.run(work)


def load_agent(name: str, dependencies: AgentDependencies) -> ReasoningAgent:
    """The agent that the factory `name` returns. Raises `AgentLoadError`."""
    made = import_factory(name)(dependencies)
    # An object with a method `reason` need not inherit the port.
    reason = getattr(made, "reason", made)
    if callable(reason):
        return FunctionAgent(reason)
    raise AgentLoadError(f"{name} made a {type(made).__name__}: neither a ReasoningAgent nor a function")


def import_factory(name: str) -> AgentFactory:
    """The factory `name`. Raises `AgentLoadError`, and whatever its module raises when it is imported."""
    module_name, _, attribute = name.partition(":")
    try:
        factory: AgentFactory = getattr(import_module(module_name), attribute)
    except (ImportError, AttributeError, ValueError) as error:
        raise AgentLoadError(f"{name} cannot be imported as {_SHAPE}: {error}") from error
    if not callable(factory):
        raise AgentLoadError(f"{name} is no function: a factory takes AgentDependencies and returns an agent")
    return factory
