"""The order in which a release switches the functions, in Terraform's own graph."""

import re
from collections import defaultdict

import pytest

from tests.terraform.copy import TerraformCopy

DISPATCHER = "module.service.aws_lambda_alias.dispatcher"
OTHERS = "module.service.aws_lambda_alias.live"
FUNCTIONS = "module.service.aws_lambda_function.function"


@pytest.fixture(scope="module")
def before(tmp_path_factory: pytest.TempPathFactory) -> dict[str, set[str]]:
    """What Terraform does before each resource, directly."""
    done = TerraformCopy(tmp_path_factory.mktemp("graph") / "terraform").run("dev", "graph")
    assert done.returncode == 0, done.stderr
    edges: dict[str, set[str]] = defaultdict(set)
    for resource, earlier in re.findall(r'"([^"]+)" -> "([^"]+)"', done.stdout):
        edges[resource].add(earlier)
    return edges


def reaches(edges: dict[str, set[str]], resource: str, earlier: str) -> bool:
    waiting, seen = [resource], set[str]()
    while waiting:
        one = waiting.pop()
        if one not in seen:
            seen.add(one)
            waiting += edges.get(one, ())
    return earlier in seen


def test_the_dispatcher_switches_after_worker_failures_and_readers(before: dict[str, set[str]]) -> None:
    assert OTHERS in before[DISPATCHER]
    assert not reaches(before, OTHERS, DISPATCHER)


def test_an_alias_switches_after_every_function_has_its_new_version(before: dict[str, set[str]]) -> None:
    assert reaches(before, OTHERS, FUNCTIONS)


def test_what_calls_the_aliases_comes_after_them(before: dict[str, set[str]]) -> None:
    for caller in ("aws_apigatewayv2_integration.function", "aws_lambda_event_source_mapping.failures"):
        assert reaches(before, f"module.service.{caller}", OTHERS)
