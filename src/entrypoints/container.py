"""The composition root: the only place that names concrete classes. Nothing is made before it is asked for."""

import logging
import os
import sys
from typing import TYPE_CHECKING, Any, Final

from botocore.config import Config
from dependency_injector import containers, providers

from adapters.agents.registry import AGENTS
from adapters.aws import sdk
from adapters.aws.clients import AwsClients
from adapters.clocks import RequestClock, SystemClock
from adapters.dynamodb.chat_repository import DynamoDbChatRepository
from adapters.observability.json_logs import start_logging
from adapters.observability.redaction import UserHash
from adapters.observability.turn_observer import LoggingTurnObserver
from adapters.ulid_ids import UlidIdSource
from domain.chat_service import ChatService
from entrypoints.settings import PREFIX, Settings, read_settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_lambda import LambdaClient

    from domain.chat import Turn
    from domain.memory_service import MemoryService
    from domain.ports import Clock, IdSource, MemoryRanking, MemoryStore, ReasoningAgent, TurnEvents, WorkerInvoker

log: Final = logging.getLogger(__name__)

#: An ask has two calls and two seconds. Three tries of a second each leave an error that says "try again" in time.
#: botocore does not check parameters before it sends them: the tests' clients do, and AWS does.
AWS = Config(
    connect_timeout=1,
    read_timeout=2,
    retries={"mode": "standard", "total_max_attempts": 3},
    parameter_validation=False,
)


def check_runtime() -> None:
    """At init: log what Lambda's runtime brings, which can change without a deployment. Raises `SdkTooOld`."""
    # Settings are not read yet: the line goes through the runtime's own logger.
    log.info("function started", extra={"botocore": sdk.VERSION, "python": sys.version.split()[0]})
    agent = AGENTS.get(os.environ.get(f"{PREFIX}AGENT", ""))
    sdk.require_sdk(agent.sdk if agent else sdk.MINIMUM)


# Imported in these functions, not above: a poll needs none of it.


def _worker(client: "Callable[[], LambdaClient]", function: str) -> "WorkerInvoker":
    from adapters.aws.lambda_worker_invoker import LambdaWorkerInvoker

    return LambdaWorkerInvoker(client, function)


def _memories(client: "DynamoDBClient", settings: Settings, clock: "Clock") -> "MemoryStore":
    from adapters.dynamodb.memory_store import DynamoDbMemoryStore

    return DynamoDbMemoryStore(client, settings.memories_table, settings.chats_table, clock)


def _memory_service(
    memories: "MemoryStore", ranking: "Callable[[], MemoryRanking]", clock: "Clock", ids: "IdSource", settings: Settings
) -> "MemoryService":
    from domain.memory_service import MemoryService

    return MemoryService(memories, ranking, clock, ids, settings.memory_limit)


def _ended_turns(records: "Iterable[Mapping[str, Any]]") -> "Iterator[Turn]":
    from adapters.dynamodb.turn_stream import ended_turns

    return ended_turns(records)


def _turn_events(client: object, bus: str, user_hash: UserHash) -> "TurnEvents":
    from adapters.aws.event_bridge_turn_events import EventBridgeTurnEvents

    return EventBridgeTurnEvents(client, bus, user_hash)


def _ranking() -> "MemoryRanking":
    from adapters.search.ranking import Fts5MemoryRanking

    return Fts5MemoryRanking()


def _agent(settings: Settings, memories: "MemoryStore", clock: "Clock") -> "ReasoningAgent":
    """Only a worker pays for its agent."""
    from adapters.agents.custom_agent import AgentDependencies
    from adapters.agents.registry import make_agent
    from adapters.agents.time_limited_agent import TimeLimitedAgent
    from domain.verified_agent import VerifiedAgent

    agent = make_agent(settings.agent, settings, AgentDependencies(memories, clock))
    return TimeLimitedAgent(VerifiedAgent(agent, memories), clock)


def _checked_agent(name: str) -> str:
    from adapters.agents.registry import check_agent

    return check_agent(name)


class Container(containers.DeclarativeContainer):
    """Everything is a singleton: a function handles one event at a time, and its clients keep their connections."""

    settings = providers.Singleton(read_settings)
    logging = providers.Singleton(
        start_logging, settings.provided.log_level, settings.provided.workspace, settings.provided.version
    )
    system_clock = providers.Singleton(SystemClock)
    clock = providers.Singleton(RequestClock, system_clock)
    ids = providers.Singleton(UlidIdSource, clock)
    user_hash = providers.Singleton(UserHash, settings.provided.log_key)
    observer = providers.Singleton(LoggingTurnObserver, settings.provided.workspace, user_hash)

    aws = providers.Singleton(AwsClients, AWS)
    dynamodb = providers.Singleton(AwsClients.dynamodb, aws)
    lambda_ = providers.Singleton(AwsClients.lambda_, aws)
    events = providers.Singleton(AwsClients.events, aws)

    chats = providers.Singleton(
        DynamoDbChatRepository, dynamodb, settings.provided.chats_table, clock, settings.provided.workspace_limits
    )
    memories = providers.Singleton(_memories, dynamodb, settings, clock)
    worker = providers.Singleton(_worker, lambda_.provider, settings.provided.worker_function)
    ended_turns = providers.Callable(_ended_turns)
    turn_events = providers.Singleton(_turn_events, events, settings.provided.event_bus, user_hash)
    ranking = providers.Singleton(_ranking)
    checked_agent = providers.Singleton(_checked_agent, settings.provided.agent)
    agent = providers.Singleton(_agent, settings, memories, clock)

    chat_service = providers.Singleton(
        ChatService, chats, worker, agent.provider, clock, ids, observer, settings.provided.policy
    )
    memory_service = providers.Singleton(_memory_service, memories, ranking.provider, clock, ids, settings)
