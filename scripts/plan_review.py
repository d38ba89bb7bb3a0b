"""IAM Access Analyzer over every policy of a plan: `terraform show -json PLAN | python -m scripts.plan_review -`.

`validate-policy` finds mistakes and excessive rights, `check-no-public-access` resource policies that let anybody in.
Credentials need `access-analyzer:ValidatePolicy` and `access-analyzer:CheckNoPublicAccess`; nothing is changed.
https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-policy-validation.html
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import boto3


@dataclass(frozen=True)
class PolicyKind:
    """A resource's attribute that holds a policy; `guards` is what a resource policy protects, "" for a role's own."""

    attribute: str
    guards: str = ""


#: Every resource type with a policy. A test compares it with the Terraform.
KINDS: Final[Mapping[str, tuple[PolicyKind, ...]]] = {
    "aws_iam_role": (PolicyKind("assume_role_policy", "AWS::IAM::AssumeRolePolicyDocument"),),
    "aws_iam_role_policy": (PolicyKind("policy"),),
    "aws_kms_key": (PolicyKind("policy", "AWS::KMS::Key"),),
    "aws_s3_bucket_policy": (PolicyKind("policy", "AWS::S3::Bucket"),),
    "aws_sns_topic_policy": (PolicyKind("policy", "AWS::SNS::Topic"),),
    "aws_sqs_queue_policy": (PolicyKind("policy", "AWS::SQS::Queue"),),
}
#: What validate-policy knows more rules about; it takes no other name.
VALIDATED: Final = {"AWS::IAM::AssumeRolePolicyDocument", "AWS::S3::Bucket"}
#: A suggestion is printed, and fails nothing.
FAILING: Final = {"ERROR", "SECURITY_WARNING", "WARNING"}


@dataclass(frozen=True)
class Policy:
    """A policy of a plan; `document` is None when it is known after apply only."""

    address: str
    kind: PolicyKind
    document: str | None


def policies(plan: Mapping[str, Any]) -> list[Policy]:
    """All policies of `terraform show -json`'s output, those of modules too."""
    return [
        Policy(resource["address"], kind, resource.get("values", {}).get(kind.attribute))
        for resource in _resources(plan["planned_values"]["root_module"])
        for kind in KINDS.get(resource["type"], ())
    ]


def findings(policy: Policy, analyzer: Any) -> Iterator[tuple[str, str]]:
    """Type and text of everything that Access Analyzer finds in the policy."""
    guards = policy.kind.guards
    wanted = {"policyDocument": policy.document, "policyType": "RESOURCE_POLICY" if guards else "IDENTITY_POLICY"}
    if guards in VALIDATED:
        wanted["validatePolicyResourceType"] = guards
    for page in analyzer.get_paginator("validate_policy").paginate(**wanted):
        for found in page["findings"]:
            yield found["findingType"], f"{found['issueCode']}: {found['findingDetails']}"
    if guards:
        public = analyzer.check_no_public_access(policyDocument=policy.document, resourceType=guards)
        if public["result"] != "PASS":
            reasons = "; ".join(reason["description"] for reason in public.get("reasons", []))
            yield "SECURITY_WARNING", f"PUBLIC_ACCESS: {reasons or public['message']}"


def review(plan: Mapping[str, Any], analyzer: Any) -> int:
    """Print what is found in each policy; 1 when something must be mended, or when there is no policy to review."""
    found, failing = policies(plan), 0
    for policy in found:
        if policy.document is None:
            print(f"{policy.address} {policy.kind.attribute}: known after apply, not reviewed")
            continue
        for kind, text in findings(policy, analyzer):
            failing += kind in FAILING
            print(f"{policy.address} {policy.kind.attribute}: {kind} {text}")
    print(f"{len(found)} policies, {failing} findings to mend")
    return int(failing > 0 or not found)


def _resources(module: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    yield from module.get("resources", [])
    for child in module.get("child_modules", []):
        yield from _resources(child)


def main(arguments: list[str]) -> int:
    """Returns 1 when a policy must be mended."""
    parser = argparse.ArgumentParser(prog="python -m scripts.plan_review", description=__doc__)
    parser.add_argument("plan", help="output of `terraform show -json`, or - for standard input")
    given = parser.parse_args(arguments).plan
    plan = json.loads(sys.stdin.read() if given == "-" else Path(given).read_text(encoding="utf-8"))
    return review(plan, boto3.client("accessanalyzer"))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
