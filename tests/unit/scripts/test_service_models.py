"""The package's service models: trimmed to the called operations."""

import json
import sys
from pathlib import Path
from types import FrameType
from typing import Any

import pytest
from botocore.config import Config

from adapters.aws.clients import AwsClients
from scripts.service_models import ClientUsedOtherwise, called_operations, write
from tests.architecture.source import SRC
from tests.fakes.clock import NOON
from tests.fakes.dynamodb.table import KeyedTable
from tests.fakes.dynamodb.wire import KeyedStore
from tests.support.keyed_service import memory_items

STORE = """
class Store:
    def __init__(self, client):
        self._client = client

    def load(self):
        return {what}
"""


def code(folder: Path, what: str) -> Path:
    (folder / "store.py").write_text(STORE.replace("{what}", what))
    return folder


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("models")
    write(SRC / "adapters", folder)
    return folder


@pytest.fixture
def clients(models: Path, fake_credentials: None) -> AwsClients:
    return AwsClients(Config(), models)


def operations(models: Path, service: str) -> set[str]:
    (file,) = models.glob(f"{service}/*/service-2.json")
    return set(json.loads(file.read_text())["operations"])


def test_operations_are_those_that_the_code_calls(models: Path) -> None:
    assert operations(models, "lambda") == {"Invoke"}
    assert {"TransactWriteItems", "Query", "UpdateItem"} <= operations(models, "dynamodb")
    assert "CreateTable" not in operations(models, "dynamodb")


@pytest.mark.parametrize("what", ["self._client.query(Key=1)", "self._client().query(Key=1)"])
def test_called_operation_is_found(what: str, tmp_path: Path) -> None:
    assert called_operations(code(tmp_path, what)) == {"query"}


@pytest.mark.parametrize(
    "what", ["run(self._client)", "self._client.query", "run(self._client).query()", "self._client.meta.events.emit()"]
)
def test_other_use_of_a_client_fails_the_build(what: str, tmp_path: Path) -> None:
    with pytest.raises(ClientUsedOtherwise, match=r"store\.py:7"):
        called_operations(code(tmp_path, what))


@pytest.mark.parametrize("what", ["self._client.get_paginator('query')", "self._client.qeury()"])
def test_unknown_operation_fails_the_build(what: str, tmp_path: Path) -> None:
    with pytest.raises(ClientUsedOtherwise, match="No service"):
        write(code(tmp_path, what), tmp_path / "models")


def test_trimmed_models_are_small(models: Path) -> None:
    assert sum(file.stat().st_size for file in models.rglob("*.json")) < 150_000


def test_clients_have_only_the_called_operations(clients: AwsClients) -> None:
    client = clients.dynamodb()
    assert callable(client.query)
    assert not hasattr(client, "scan")


def query_of(clients: AwsClients, count: int) -> tuple[list[Any], int]:
    """The items of a query that finds `count`, and how many calls of botocore's Python functions it took."""
    table = KeyedTable("user_id", "memory_id")
    table.fill(memory_items("alice", count, NOON))
    client = clients.dynamodb()
    KeyedStore({"memories": table}).answer_for(client)
    calls = 0

    def count_calls(frame: FrameType, event: str, _argument: object) -> None:
        nonlocal calls
        calls += event == "call" and "/botocore/" in frame.f_code.co_filename

    key: Any = {"KeyConditionExpression": "user_id = :user", "ExpressionAttributeValues": {":user": {"S": "alice"}}}
    sys.setprofile(count_calls)
    try:
        items = client.query(TableName="memories", **key)["Items"]
    finally:
        sys.setprofile(None)
    return items, calls


def test_items_are_passed_on_as_they_came_at_no_cost_for_each(clients: AwsClients) -> None:
    query_of(clients, 1)  # makes what the session makes once
    items, calls_for_few = query_of(clients, 10)
    assert items == list(memory_items("alice", 10, NOON))
    assert query_of(clients, 200)[1] == calls_for_few


def test_the_sdks_own_model_takes_calls_for_each_value(models: Path, fake_credentials: None) -> None:
    """What the trimmed models save: the control of the test above."""
    clients = AwsClients(Config(), models / "nowhere")
    query_of(clients, 1)
    assert query_of(clients, 200)[1] - query_of(clients, 10)[1] > 190 * 20


@pytest.mark.parametrize("region", ["eu-central-1", "us-gov-west-1", "cn-north-1"])
def test_endpoints_equal_those_of_the_sdk(
    models: Path, region: str, fake_credentials: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_DEFAULT_REGION", region)
    ours, whole = AwsClients(Config(), models), AwsClients(Config(), models / "nowhere")
    assert ours.dynamodb().meta.endpoint_url == whole.dynamodb().meta.endpoint_url
    assert ours.lambda_().meta.endpoint_url == whole.lambda_().meta.endpoint_url


def test_without_the_folder_the_sdks_models_are_used(models: Path, fake_credentials: None) -> None:
    assert hasattr(AwsClients(Config(), models / "nowhere").dynamodb(), "scan")
