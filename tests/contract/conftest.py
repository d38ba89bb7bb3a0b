"""Fixtures with the ports' implementations, fake and real: a contract's tests run over each of them."""

import io
import json
import os
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import boto3
import pytest
from moto import mock_aws

from adapters.dynamodb.chat_repository import DynamoDbChatRepository
from adapters.dynamodb.items import message_item
from adapters.dynamodb.memory_store import DynamoDbMemoryStore
from domain.chat import Message
from domain.ports import ChatRepository, MemoryStore
from tests.fakes.chat_repository import InMemoryChatRepository
from tests.fakes.clock import FakeClock
from tests.fakes.dynamodb.table import KeyedTable
from tests.fakes.dynamodb.wire import KeyedStore
from tests.fakes.memory_store import InMemoryMemoryStore
from tests.support.aws import REGION, Tables, Wire, dynamodb_client, make_tables, package_clients
from tests.support.keyed_service import BY_ACTIVITY
from tests.support.story import Story

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

IN_MEMORY, DYNAMODB, KEYED = "in-memory", "dynamodb", "dynamodb, keyed store"
#: The address of another DynamoDB to run these tests on, instead of moto's.
ENGINE = os.environ.get("DDB_LOCAL")
WORKER_FUNCTION = "async-chat-test-chat"


@dataclass
class Aws:
    """DynamoDB over moto with this test's tables."""

    wire: Wire = field(default_factory=Wire)

    def __post_init__(self) -> None:
        self.tables: Tables = make_tables(dynamodb_client())
        # With the package's trimmed service models, so that the tests show whether they suffice.
        self.dynamodb: DynamoDBClient = package_clients().dynamodb()
        self.wire.tap(self.dynamodb)

    def delete_tables(self) -> None:
        """moto copies every table for every transaction: tables that stay would slow down all later tests."""
        for table in (self.tables.chats, self.tables.memories):
            dynamodb_client().delete_table(TableName=table)

    def fill(self, chat_id: str, messages: list[Message]) -> None:
        """Put messages into a chat of this test's table."""
        fill(self.dynamodb, self.tables.chats, chat_id, messages)


def fill(client: "DynamoDBClient", table: str, chat_id: str, messages: list[Message]) -> None:
    """Put messages into a chat in batches, without the port: for large chats."""
    items = [message_item(chat_id, message) for message in messages]
    for start in range(0, len(items), 25):
        puts = [{"PutRequest": {"Item": item}} for item in items[start : start + 25]]
        client.batch_write_item(RequestItems={table: puts})  # type: ignore[dict-item]  # only puts


@pytest.fixture(autouse=True)
def isolated(request: pytest.FixtureRequest) -> None:
    """No test of this folder needs the network: moto answers in process."""
    if ENGINE is None:
        request.getfixturevalue("no_sockets")


@pytest.fixture(scope="session")
def moto(fake_credentials: None) -> Iterator[None]:
    with mock_aws(config={"lambda": {"use_docker": False}}), pytest.MonkeyPatch.context() as patch:
        if ENGINE is not None:
            patch.setenv("AWS_ENDPOINT_URL_DYNAMODB", ENGINE)
        yield


@pytest.fixture(scope="session")
def worker_function(moto: None) -> str:
    """A function to invoke: moto accepts its events and runs no code."""
    code = io.BytesIO()
    with zipfile.ZipFile(code, "w") as package:
        package.writestr("entrypoints/chat.py", "")
    trust = json.dumps({"Version": "2012-10-17", "Statement": []})
    role = boto3.client("iam", region_name=REGION).create_role(RoleName="chat", AssumeRolePolicyDocument=trust)
    boto3.client("lambda", region_name=REGION).create_function(
        FunctionName=WORKER_FUNCTION,
        Runtime="python3.13",
        Role=role["Role"]["Arn"],
        Handler="entrypoints.chat.handler",
        Code={"ZipFile": code.getvalue()},
    )
    return WORKER_FUNCTION


@pytest.fixture
def aws(moto: None) -> Iterator[Aws]:
    aws = Aws()
    yield aws
    aws.delete_tables()


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def dynamodb_chats(aws: Aws, clock: FakeClock) -> DynamoDbChatRepository:
    return DynamoDbChatRepository(aws.dynamodb, aws.tables.chats, clock)


@pytest.fixture
def dynamodb_memories(aws: Aws, clock: FakeClock) -> DynamoDbMemoryStore:
    return DynamoDbMemoryStore(aws.dynamodb, aws.tables.memories, aws.tables.chats, clock)


@pytest.fixture
def keyed_memories(clock: FakeClock, fake_credentials: None) -> DynamoDbMemoryStore:
    client = dynamodb_client()
    tables = {"chats": KeyedTable("pk", "sk", BY_ACTIVITY), "memories": KeyedTable("user_id", "memory_id")}
    KeyedStore(tables).answer_for(client)
    return DynamoDbMemoryStore(client, "memories", "chats", clock)


@pytest.fixture
def dynamodb_story(dynamodb_chats: DynamoDbChatRepository, clock: FakeClock) -> Story:
    return Story(dynamodb_chats, clock)


@pytest.fixture
def keyed_chats(clock: FakeClock, fake_credentials: None) -> DynamoDbChatRepository:
    client = dynamodb_client()
    KeyedStore({"chats": KeyedTable("pk", "sk", BY_ACTIVITY)}).answer_for(client)
    return DynamoDbChatRepository(client, "chats", clock)


@pytest.fixture(params=[IN_MEMORY, DYNAMODB, KEYED])
def chats(request: pytest.FixtureRequest) -> ChatRepository:
    if request.param == IN_MEMORY:
        return InMemoryChatRepository()
    fixture = {DYNAMODB: "dynamodb_chats", KEYED: "keyed_chats"}[request.param]
    found: ChatRepository = request.getfixturevalue(fixture)
    return found


@pytest.fixture(params=[IN_MEMORY, DYNAMODB, KEYED])
def memories(request: pytest.FixtureRequest) -> MemoryStore:
    if request.param == IN_MEMORY:
        return InMemoryMemoryStore()
    fixture = {DYNAMODB: "dynamodb_memories", KEYED: "keyed_memories"}[request.param]
    found: MemoryStore = request.getfixturevalue(fixture)
    return found


@pytest.fixture
def story(chats: ChatRepository, clock: FakeClock) -> Story:
    return Story(chats, clock)
