"""Access Analyzer over a plan's policies. botocore's Stubber checks each request against the service's model."""

from __future__ import annotations

import json
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from scripts.plan_review import KINDS, policies, review
from tests.architecture.source import MODULE

ALLOW = json.dumps({"Version": "2012-10-17", "Statement": []})


def resource(kind: str, **values: object) -> dict[str, Any]:
    return {"address": f"{kind}.one", "type": kind, "values": values}


def plan(*resources: dict[str, Any]) -> dict[str, Any]:
    """The resources in a module of a module, as a consumer's root has them."""
    inner = {"resources": list(resources)}
    return {"planned_values": {"root_module": {"resources": [], "child_modules": [{"child_modules": [inner]}]}}}


class Analyzer:
    """boto3's client with the answers that it shall get, in order."""

    def __init__(self) -> None:
        self.client = boto3.client("accessanalyzer", "eu-central-1", aws_access_key_id="x", aws_secret_access_key="x")
        self.stub = Stubber(self.client)
        self.stub.activate()

    def finds(self, expected: dict[str, str], *kinds: str) -> Analyzer:
        findings = [
            {"findingType": kind, "findingDetails": "d", "issueCode": "I", "learnMoreLink": "l", "locations": []}
            for kind in kinds
        ]
        self.stub.add_response("validate_policy", {"findings": findings}, {"policyDocument": ALLOW, **expected})
        return self

    def calls_public(self, kind: str, result: str) -> Analyzer:
        answer: dict[str, Any] = {"result": result, "reasons": [{"description": "anybody"}]}
        self.stub.add_response("check_no_public_access", answer, {"policyDocument": ALLOW, "resourceType": kind})
        return self


@pytest.fixture
def analyzer() -> Analyzer:
    return Analyzer()


def test_policy_of_a_role_is_validated_as_one(analyzer: Analyzer) -> None:
    analyzer.finds({"policyType": "IDENTITY_POLICY"})
    assert review(plan(resource("aws_iam_role_policy", policy=ALLOW)), analyzer.client) == 0
    analyzer.stub.assert_no_pending_responses()


@pytest.mark.parametrize("kind", sorted(KINDS.keys() - {"aws_iam_role_policy"}))
@pytest.mark.parametrize(("result", "code"), [("PASS", 0), ("FAIL", 1)])
def test_resource_policy_must_not_be_public(analyzer: Analyzer, kind: str, result: str, code: int) -> None:
    (found,) = KINDS[kind]
    more = {"validatePolicyResourceType": found.guards} if kind in {"aws_iam_role", "aws_s3_bucket_policy"} else {}
    analyzer.finds({"policyType": "RESOURCE_POLICY", **more}).calls_public(found.guards, result)
    assert review(plan(resource(kind, **{found.attribute: ALLOW})), analyzer.client) == code
    analyzer.stub.assert_no_pending_responses()


@pytest.mark.parametrize(
    ("finding", "code"), [("ERROR", 1), ("SECURITY_WARNING", 1), ("WARNING", 1), ("SUGGESTION", 0)]
)
def test_finding_fails_the_review_unless_it_is_a_suggestion(
    analyzer: Analyzer, capsys: pytest.CaptureFixture[str], finding: str, code: int
) -> None:
    analyzer.finds({"policyType": "IDENTITY_POLICY"}, "SUGGESTION", finding)
    assert review(plan(resource("aws_iam_role_policy", policy=ALLOW)), analyzer.client) == code
    assert f"aws_iam_role_policy.one policy: {finding} I: d" in capsys.readouterr().out


def test_policy_known_after_apply_is_named(analyzer: Analyzer, capsys: pytest.CaptureFixture[str]) -> None:
    assert review(plan(resource("aws_sns_topic_policy")), analyzer.client) == 0
    assert "aws_sns_topic_policy.one policy: known after apply" in capsys.readouterr().out


def test_plan_without_a_policy_fails(analyzer: Analyzer) -> None:
    assert review(plan(resource("aws_sqs_queue", name="q")), analyzer.client) == 1


def test_every_resource_with_a_policy_is_reviewed() -> None:
    """A resource type of the Terraform that has a policy, and is missing in `KINDS`, would go unreviewed."""
    attributes = {"policy", "assume_role_policy", "access_policies", "inline_policy"}
    with_policy = {kind for kind, body in MODULE.resources() if attributes & body.keys()}
    assert with_policy
    assert with_policy <= KINDS.keys()


def test_policies_are_found_in_root_and_modules() -> None:
    found = plan(resource("aws_iam_role", assume_role_policy=ALLOW))
    found["planned_values"]["root_module"]["resources"] = [resource("aws_iam_role_policy", policy=ALLOW)]
    assert [policy.kind.attribute for policy in policies(found)] == ["policy", "assume_role_policy"]
