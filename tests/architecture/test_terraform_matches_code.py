"""Routes, tables, handlers and variables are the same in code and Terraform, and in its modules."""

import importlib
import re
from typing import Any

import pytest

from entrypoints.settings import PREFIX, Settings
from scripts.hcl import SERVICE, TERRAFORM, Module
from tests.architecture.source import MODULE
from tests.support import aws
from tests.support.deployed import FUNCTIONS, FakeContext
from tests.support.gateway import http_event
from tests.support.service import Service

# ---- routes


@pytest.mark.parametrize(("route", "function"), FUNCTIONS.items(), ids=FUNCTIONS)
def test_a_function_serves_its_routes_and_no_others(route: str, function: str) -> None:
    service = Service()
    path = {"chat_id": "no-id", "message_id": "no-id", "memory_id": "no-id"}
    event = http_event(route, path=path)
    for name in ("chat", "reads", "waits", "search", "edits"):
        reply = service.gateway.functions[name](event, FakeContext())
        unknown = '"route_not_found"' in reply.get("body", "") or '"method_not_allowed"' in reply.get("body", "")
        assert unknown is (name != function)


# ---- tables


def table(name: str) -> dict[str, Any]:
    return MODULE.resource("aws_dynamodb_table", name)


@pytest.mark.parametrize(("name", "key"), [("chats", aws.CHATS_KEY), ("memories", aws.MEMORIES_KEY)])
def test_tables_of_tests_have_the_keys_of_terraforms(name: str, key: tuple[str, str]) -> None:
    assert (table(name)["hash_key"], table(name)["range_key"]) == key
    assert table(name)["billing_mode"] == "PAY_PER_REQUEST"


def test_index_of_tests_equals_terraforms() -> None:
    (index,) = table("chats")["global_secondary_index"]
    assert (index["name"], index["projection_type"]) == (aws.INDEX, "INCLUDE")
    assert (index["hash_key"], index["range_key"]) == aws.INDEX_KEY
    assert tuple(index["non_key_attributes"]) == aws.INDEX_ATTRIBUTES


def test_every_key_is_declared_as_a_string() -> None:
    for name, keys in (("chats", {*aws.CHATS_KEY, *aws.INDEX_KEY}), ("memories", {*aws.MEMORIES_KEY})):
        declared = {attribute["name"]: attribute["type"] for attribute in table(name)["attribute"]}
        assert declared == dict.fromkeys(keys, "S")


def test_idempotency_keys_expire_by_the_attribute_that_the_code_writes() -> None:
    from adapters.dynamodb.items import key_item
    from tests.fakes.chat_repository import InMemoryChatRepository
    from tests.support.story import Story

    story = Story(InMemoryChatRepository())
    written = key_item("alice", story.key(), story.turn())
    (ttl,) = table("chats")["ttl"]
    assert ttl["attribute_name"] in written


# ---- functions


def test_every_variable_is_a_setting_and_every_setting_has_its_variable() -> None:
    set_by_terraform = {key for key, _ in MODULE.entries() if key.startswith(PREFIX)}
    assert set_by_terraform == {f"{PREFIX}{name.upper()}" for name in Settings.model_fields}


def test_every_handler_exists() -> None:
    handlers = {value for key, value in MODULE.entries() if key == "handler"}
    assert len(handlers) >= 4
    for handler in handlers:
        module, name = handler.rsplit(".", 1)
        assert callable(getattr(importlib.import_module(module), name))


# ---- the root and the service's module

EXAMPLES = TERRAFORM.parent / "examples"


def test_root_passes_every_setting_to_the_variable_of_its_name() -> None:
    (call,) = (body["service"] for body in Module(TERRAFORM).modules)
    settings = {name: f"${{try(local.environment.{name}, null)}}" for name in MODULE.variables}
    given = {name for name in MODULE.variables if call.get(name) != settings[name]}
    assert given == {"name_prefix", "environment", "package_path", "app_version"}
    assert call.keys() - {"source"} == MODULE.variables.keys()


def test_root_shows_every_output_of_the_module() -> None:
    shown = Module(TERRAFORM).outputs
    for name, output in MODULE.outputs.items():
        assert shown[name] == {"description": output["description"], "value": f"${{module.service.{name}}}"}


#: Kinds of resources that AWS tags. A new kind is in one of the two sets.
TAGGED = {
    "aws_apigatewayv2_api",
    "aws_apigatewayv2_domain_name",
    "aws_apigatewayv2_stage",
    "aws_budgets_budget",
    "aws_cloudwatch_contributor_insight_rule",
    "aws_cloudwatch_event_bus",
    "aws_cloudwatch_log_group",
    "aws_cloudwatch_metric_alarm",
    "aws_cognito_user_pool",
    "aws_dynamodb_table",
    "aws_iam_role",
    "aws_kms_key",
    "aws_lambda_event_source_mapping",
    "aws_lambda_function",
    "aws_sns_topic",
    "aws_sqs_queue",
}
WITHOUT_TAGS = {
    "aws_apigatewayv2_authorizer",
    "aws_apigatewayv2_api_mapping",
    "aws_apigatewayv2_integration",
    "aws_apigatewayv2_route",
    "aws_cloudwatch_dashboard",
    "aws_cognito_resource_server",
    "aws_cognito_user_pool_client",
    "aws_cognito_user_pool_domain",
    "aws_iam_role_policy",
    "aws_kms_alias",
    "aws_lambda_alias",
    "aws_lambda_function_event_invoke_config",
    "aws_lambda_function_recursion_config",
    "aws_lambda_permission",
    "aws_lambda_runtime_management_config",
    "aws_sns_topic_policy",
    "aws_sns_topic_subscription",
    "aws_sqs_queue_policy",
    "terraform_data",
}


def test_every_resource_that_can_have_tags_has_those_of_the_variable() -> None:
    resources = list(MODULE.resources())
    assert {kind for kind, _ in resources} == TAGGED | WITHOUT_TAGS
    for kind, body in resources:
        assert body.get("tags") == ("${var.tags}" if kind in TAGGED else None), kind


def test_no_destroy_deletes_the_key_that_the_tables_backups_need() -> None:
    """A backup of a deleted table lives 35 days, a key that waits for its deletion at most 30."""
    (lifecycle,) = MODULE.resource("aws_kms_key", "data")["lifecycle"]
    assert lifecycle["prevent_destroy"] is True


def test_names_that_are_unique_in_an_account_have_the_region_and_never_change() -> None:
    for kind, name, attribute in (
        ("aws_iam_role", "function", "name"),
        ("aws_cloudwatch_dashboard", "chat", "dashboard_name"),
    ):
        body = MODULE.resource(kind, name)
        assert "${local.region}" in body[attribute]
        (lifecycle,) = body["lifecycle"]
        assert lifecycle["ignore_changes"] == [attribute]


def test_module_names_no_workspace_region_backend_or_provider_of_its_own() -> None:
    text = "".join(file.read_text() for file in SERVICE.glob("*.tf"))
    assert not re.search(r'terraform\.workspace|^provider "|^ +backend "|eu-central-1', text, re.MULTILINE)


def test_resources_from_before_the_module_are_moved_into_it() -> None:
    moved = re.findall(r"from = (\S+)\n  to   = module\.service\.(\S+)", (TERRAFORM / "moved.tf").read_text())
    assert len(moved) >= 31
    assert all(old == new for old, new in moved)


def test_modules_lock_the_same_provider() -> None:
    locks = [file.read_text() for root in (TERRAFORM, EXAMPLES) for file in root.rglob(".terraform.lock.hcl")]
    assert (len(locks), len(set(locks))) == (4, 1)
