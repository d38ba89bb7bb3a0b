"""The package's service models: trimmed to the called operations."""

import json
from pathlib import Path

import pytest
from botocore.config import Config

from adapters.aws.clients import AwsClients
from scripts.service_models import ClientUsedOtherwise, called_operations, write
from tests.architecture.source import SRC

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
