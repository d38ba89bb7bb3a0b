"""The model-based comparison with the DynamoDB adapter, with an empty table for each example."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, Protocol

from adapters.dynamodb.chat_repository import DynamoDbChatRepository
from adapters.dynamodb.turn_slots import slots_key
from domain.ports import ChatRepository
from tests.fakes.clock import FakeClock
from tests.fakes.dynamodb.table import KeyedTable
from tests.fakes.dynamodb.wire import KeyedStore
from tests.faults.model_based.repository import WORKSPACE, RepositoryComparison, compare
from tests.support.aws import BusyItems, Tables, dynamodb_client, give_keys_with_full_pages, make_tables
from tests.support.keyed_service import BY_ACTIVITY
from tests.support.story import ALICE, BOB

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

STEPS = 30
SHARDS: Final = tuple(slots_key(shard) for shard in (f"user#{ALICE}", f"user#{BOB}", "places#0"))


class Engine(Protocol):
    """Stands for DynamoDB."""

    def repository(self, clock: FakeClock) -> ChatRepository:
        """One with an empty table."""

    def shards(self) -> list[Any]:
        """The items of its slots."""


@dataclass
class Moto:
    """Needs mock_aws."""

    client: "DynamoDBClient" = field(default_factory=lambda: give_keys_with_full_pages(dynamodb_client()))
    tables: Tables | None = None
    busy: BusyItems = field(default_factory=BusyItems)

    def __post_init__(self) -> None:
        self.busy.tap(self.client)

    def repository(self, clock: FakeClock) -> ChatRepository:
        if (
            self.tables
        ):  # moto copies every table for every transaction: earlier ones would slow down all later examples
            self.client.delete_table(TableName=self.tables.chats)
            self.client.delete_table(TableName=self.tables.memories)
        self.tables = make_tables(self.client)
        self.busy.begin()
        return DynamoDbChatRepository(self.client, self.tables.chats, clock, WORKSPACE)

    def shards(self) -> list[Any]:
        assert self.tables
        found = self.client.batch_get_item(RequestItems={self.tables.chats: {"Keys": SHARDS}})
        return list(found["Responses"][self.tables.chats])


class Keyed:
    """The keyed store: five times as fast as moto."""

    def __init__(self) -> None:
        self._client = dynamodb_client()
        self._store = KeyedStore({})
        self._store.answer_for(self._client)
        self._busy = BusyItems()
        self._busy.tap(self._client)

    def repository(self, clock: FakeClock) -> ChatRepository:
        self._store.tables = {"chats": KeyedTable("pk", "sk", BY_ACTIVITY)}
        self._store.forget_calls()
        self._busy.begin()
        return DynamoDbChatRepository(self._client, "chats", clock, WORKSPACE)

    def shards(self) -> list[Any]:
        return [item for key in SHARDS if (item := self._store.tables["chats"].get(key))]


def compare_with_fake(engine: Engine, examples: int, *, shortest: bool = True) -> None:
    """Raises when DynamoDB and the fake differ; with `shortest`, Hypothesis shrinks the example first."""

    class DynamoDbComparison(RepositoryComparison):
        pass

    def shards() -> dict[str, Any]:
        return {item["pk"]["S"]: item for item in engine.shards()}

    DynamoDbComparison.other = staticmethod(engine.repository)
    DynamoDbComparison.shards = staticmethod(shards)
    compare(DynamoDbComparison, examples, STEPS, shortest=shortest)
