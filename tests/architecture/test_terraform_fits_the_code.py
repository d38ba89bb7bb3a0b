"""Code and Terraform are written apart: routes, tables, handlers and variables have to be the same in both."""

import importlib
import re

import pytest

from entrypoints.settings import PREFIX, Settings
from scripts.hcl import block
from tests.architecture.source import TERRAFORM, terraform
from tests.support import aws
from tests.support.deployed import FUNCTIONS, FakeContext
from tests.support.gateway import http_event
from tests.support.service import Service

# ---- routes


@pytest.mark.parametrize(("route", "function"), FUNCTIONS.items(), ids=FUNCTIONS)
def test_a_function_serves_its_routes_and_no_others(route: str, function: str) -> None:
    service = Service()
    path = {"chat_id": "no-id", "memory_id": "no-id"}
    event = http_event(route, path=path)
    for name in ("chat", "reads", "edits"):
        reply = service.gateway.functions[name](event, FakeContext())
        unknown = '"route_not_found"' in reply.get("body", "") or '"method_not_allowed"' in reply.get("body", "")
        assert unknown is (name != function)


# ---- tables


def value(text: str, name: str) -> str:
    found = re.search(rf'^\s*{name}\s*= "([^"]*)"', text, re.MULTILINE)
    assert found, f"no {name}"
    return found[1]


def table(name: str) -> str:
    return block((TERRAFORM / "tables.tf").read_text(), f'resource "aws_dynamodb_table" "{name}"')


@pytest.mark.parametrize(("name", "key"), [("chats", aws.CHATS_KEY), ("memories", aws.MEMORIES_KEY)])
def test_the_tests_tables_have_terraforms_keys(name: str, key: tuple[str, str]) -> None:
    assert (value(table(name), "hash_key"), value(table(name), "range_key")) == key
    assert value(table(name), "billing_mode") == "PAY_PER_REQUEST"


def test_the_tests_index_is_terraforms() -> None:
    index = block(table("chats"), "global_secondary_index")
    assert (value(index, "name"), value(index, "projection_type")) == (aws.INDEX, "INCLUDE")
    assert (value(index, "hash_key"), value(index, "range_key")) == aws.INDEX_KEY
    projected = re.findall(r'"(\w+)"', index[index.index("non_key_attributes") :])
    assert tuple(projected) == aws.INDEX_ATTRIBUTES


def test_every_key_is_declared_as_text() -> None:
    for name, keys in (("chats", {*aws.CHATS_KEY, *aws.INDEX_KEY}), ("memories", {*aws.MEMORIES_KEY})):
        declared = re.findall(r'attribute \{\s*name = "(\w+)"\s*type = "(\w)"', table(name))
        assert dict(declared) == dict.fromkeys(keys, "S")


def test_idempotency_keys_expire_by_the_attribute_that_the_code_writes() -> None:
    from adapters.dynamodb.items import key_item
    from tests.fakes.chat_repository import InMemoryChatRepository
    from tests.support.story import Story

    story = Story(InMemoryChatRepository())
    written = key_item("alice", story.key(), story.turn())
    assert value(block(table("chats"), "ttl"), "attribute_name") in written


# ---- functions


def test_every_variable_is_a_setting_and_every_setting_has_its_variable() -> None:
    set_by_terraform = set(re.findall(rf"\b{PREFIX}(\w+)\s*=", terraform()))
    assert set_by_terraform == {name.upper() for name in Settings.model_fields}


def test_every_handler_is_there() -> None:
    handlers = set(re.findall(r'handler\s*= "([\w.]+)"', terraform()))
    assert len(handlers) >= 4
    for handler in handlers:
        module, name = handler.rsplit(".", 1)
        assert callable(getattr(importlib.import_module(module), name))
