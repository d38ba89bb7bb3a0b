"""The role that plans pull requests: a plan of every workspace passes with it, and no call that reads people's data does."""

from __future__ import annotations

import json
import shutil
import subprocess
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

from local import emulator
from local.home import PROJECT
from tests.terraform.copy import REGION, SOURCE, TerraformCopy
from tests.terraform.permissions.removals import reduced
from tests.terraform.two_workspaces import SWITCHES

#: The embedded AWS's own, where the Terraform leaves out what that AWS lacks: queues that refuse plain HTTP.
ACCOUNT: Final = "000000000000"
ROLE: Final = "async-chat-plan"
POLICY: Final = "reads-no-data"
WORKSPACES: Final[Mapping[str, Mapping[str, bool]]] = {
    "prod": {},
    "dev": dict.fromkeys(SWITCHES, True),
    "pr-7": {},
}
#: The workspaces here have no inference profile, and no budget: the embedded AWS asks for actions that AWS has not. It
#: decrypts no function's variables. GetAlias and GetEventSourceMapping it checks by the actions of lists (ListAliases,
#: ListEventSourceMappings), the other two not at all, and DescribeEventBus by the ARN of a rule: no workspace here has
#: events. AWS checks each.
NOT_CHECKED: Final = {
    "bedrock:GetInferenceProfile",
    "budgets:ListTagsForResource",
    "cloudwatch:DescribeInsightRules",
    "budgets:ViewBudget",
    "events:DescribeEventBus",
    "events:ListTagsForResource",
    "kms:Decrypt",
    "lambda:GetAlias",
    "lambda:GetEventSourceMapping",
    "lambda:GetFunctionEventInvokeConfig",
    "lambda:GetFunctionRecursionConfig",
    *("lambda:GetRuntimeManagementConfig", "servicequotas:GetAWSDefaultServiceQuota", "servicequotas:GetServiceQuota"),
}
#: What reads quotas and the runtime's mode: the embedded AWS has neither.
WITHOUT: Final[Mapping[str, object]] = {"account_concurrency": 1000, "pinned_runtime": False}
#: What AWS answers to a call that IAM refuses, by protocol.
DENIED: Final = {"AccessDenied", "AccessDeniedException", "AuthorizationError", "AuthorizationErrorException"}

#: Reads people's data or a secret, or writes: service, operation, parameters, whose {names} are those of prod. The embedded
#: AWS has no X-Ray; terraform/state-bucket/tests holds that its actions are not in the list.
DATA_CALLS: Final[list[tuple[str, str, dict[str, Any]]]] = [
    ("dynamodb", "get_item", {"TableName": "{chats}", "Key": {"pk": {"S": "x"}, "sk": {"S": "x"}}}),
    (
        "dynamodb",
        "batch_get_item",
        {"RequestItems": {"{memories}": {"Keys": [{"user_id": {"S": "x"}, "memory_id": {"S": "x"}}]}}},
    ),
    ("dynamodb", "scan", {"TableName": "{memories}"}),
    (
        "dynamodb",
        "query",
        {
            "TableName": "{chats}",
            "KeyConditionExpression": "pk = :pk",
            "ExpressionAttributeValues": {":pk": {"S": "x"}},
        },
    ),
    ("dynamodb", "execute_statement", {"Statement": 'SELECT * FROM "{chats}"'}),
    (
        "dynamodb",
        "transact_get_items",
        {"TransactItems": [{"Get": {"TableName": "{chats}", "Key": {"pk": {"S": "x"}, "sk": {"S": "x"}}}}]},
    ),
    ("dynamodb", "delete_item", {"TableName": "{chats}", "Key": {"pk": {"S": "x"}, "sk": {"S": "x"}}}),
    ("dynamodbstreams", "list_streams", {}),
    ("logs", "start_query", {"logGroupName": "{logs}", "startTime": 0, "endTime": 1, "queryString": "fields @message"}),
    ("logs", "get_query_results", {"queryId": "x"}),
    ("logs", "filter_log_events", {"logGroupName": "{logs}"}),
    ("logs", "get_log_events", {"logGroupName": "{logs}", "logStreamName": "x"}),
    ("logs", "describe_log_streams", {"logGroupName": "{logs}"}),
    ("cognito-idp", "list_users", {"UserPoolId": "{pool}"}),
    ("cognito-idp", "admin_get_user", {"UserPoolId": "{pool}", "Username": "ada"}),
    ("cognito-idp", "list_users_in_group", {"UserPoolId": "{pool}", "GroupName": "x"}),
    ("sqs", "receive_message", {"QueueUrl": "{queue}"}),
    ("sqs", "purge_queue", {"QueueUrl": "{queue}"}),
    ("s3", "get_object", {"Bucket": "{another}", "Key": "x"}),
    ("s3", "put_object", {"Bucket": "{bucket}", "Key": "async-chat/x", "Body": b"{}"}),
    ("s3", "list_buckets", {}),
    ("ssm", "get_parameter", {"Name": "x"}),
    ("secretsmanager", "get_secret_value", {"SecretId": "x"}),
    ("kms", "decrypt", {"CiphertextBlob": b"x", "KeyId": "{key}"}),
    ("lambda", "invoke", {"FunctionName": "async-chat-prod-failures", "Payload": b"{}"}),
    ("lambda", "update_function_configuration", {"FunctionName": "async-chat-prod-failures", "Timeout": 3}),
    ("iam", "list_users", {}),
]


class PlanRole:
    """The role of terraform/state-bucket, in an account where all workspaces of `WORKSPACES` are applied."""

    def __init__(self, folder: Path, endpoint: str) -> None:
        self._endpoint = endpoint
        self._service = TerraformCopy(folder / "service", endpoint)
        for name, switches in WORKSPACES.items():
            # With a subscription, which the role has to read too.
            more = {
                "account_ids": [ACCOUNT],
                "agent": "recall",
                "alarm_emails": ["on.call@example.org"],
                "monthly_budget": None,
            }
            self._service.configure(name.split("-")[0], **more, **WITHOUT, **switches)
        shutil.copy(SOURCE / "backend.tf.example", self._service.folder / "backend.tf")
        self._bucket = folder / "bucket"
        shutil.copytree(SOURCE / "state-bucket", self._bucket, ignore=shutil.ignore_patterns("terraform.tfstate*"))
        self._package = _package(folder)
        self._names: dict[str, str] = {}

    def deploy(self) -> None:
        """The bucket with the role, then every workspace with its state in the bucket."""
        bucket = self._deploy_bucket()
        self._run(
            "default",
            "init",
            "-lockfile=readonly",
            f"-backend-config=bucket={bucket}",
            f"-backend-config=region={REGION}",
        )
        for name in WORKSPACES:
            self._run(name, "apply", "-auto-approve")
        found = json.loads(self._run("prod", "output", "-json"))
        prod = {name: one["value"] for name, one in found.items()}
        self._names = {
            **prod["table_names"],
            "logs": f"/aws/lambda/{prod['function_names']['reads']}",
            "pool": prod["user_pool_id"],
            "queue": prod["failures_queue_url"],
            "key": "alias/async-chat-prod",
            "bucket": bucket,
            "another": "another",
        }
        self._client("s3").create_bucket(Bucket="another", CreateBucketConfiguration={"LocationConstraint": REGION})
        self._trust_administrator()
        # The embedded AWS honours that the bucket refuses plain HTTP, which is all that it speaks here.
        self._client("s3").delete_bucket_policy(Bucket=bucket)

    def _deploy_bucket(self) -> str:
        self._run("default", "init", "-lockfile=readonly", folder=self._bucket)
        variables = {"account_id": ACCOUNT, "region": REGION, "repository": "owner/name"}
        options = [f"-var={name}={value}" for name, value in variables.items()]
        self._run("default", "apply", "-auto-approve", *options, folder=self._bucket)
        return str(json.loads(self._run("default", "output", "-json", folder=self._bucket))["bucket"]["value"])

    def plan_failure(self, workspace: str) -> str:
        """Why a plan with the role fails; empty when it passes."""
        done = self._terraform(workspace, self._assumed(), "plan", "-lock=false")
        return "" if done.returncode == 0 else (done.stderr or done.stdout).strip()

    def permitted_data_calls(self) -> list[str]:
        """The calls of `DATA_CALLS` that IAM lets through."""
        keys = self._assumed()
        session = boto3.session.Session(
            keys["AWS_ACCESS_KEY_ID"], keys["AWS_SECRET_ACCESS_KEY"], keys["AWS_SESSION_TOKEN"], region_name=REGION
        )
        return [
            f"{service}.{operation}"
            for service, operation, given in DATA_CALLS
            if self._is_permitted(session, service, operation, given)
        ]

    @contextmanager
    def allowed_everything(self) -> Iterator[None]:
        """Within the block the role may do anything: the same calls must then pass, or they prove nothing."""
        with self._with_policy(
            {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
        ):
            yield

    def actions(self) -> list[tuple[str, str]]:
        """Statement and action of all that the role may do."""
        return [(one["Sid"], action) for one in self._policy()["Statement"] for action in one["Action"]]

    @contextmanager
    def without(self, statement: str, action: str) -> Iterator[None]:
        with self._with_policy(reduced(self._policy(), statement, action)):
            yield

    def _is_permitted(self, session: Any, service: str, operation: str, given: dict[str, Any]) -> bool:
        client = session.client(service, endpoint_url=self._endpoint, config=Config(retries={"total_max_attempts": 1}))
        try:
            getattr(client, operation)(**_filled(given, self._names))
        except ClientError as error:
            return error.response["Error"]["Code"] not in DENIED
        return True

    def _run(self, workspace: str, *arguments: str, folder: Path | None = None) -> str:
        """As the account's administrator; returns what Terraform prints."""
        done = self._terraform(workspace, {}, *arguments, folder=folder)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def _terraform(
        self, workspace: str, keys: Mapping[str, str], verb: str, *options: str, folder: Path | None = None
    ) -> subprocess.CompletedProcess[str]:
        folder = folder or self._service.folder
        surroundings = {
            **self._service.surroundings(workspace),
            "ASYNC_CHAT_TERRAFORM_FOLDER": str(folder),
            "TF_DATA_DIR": str(folder / ".terraform"),
            "TF_VAR_confirm_workspace": workspace,
            "TF_VAR_package_path": str(self._package),
            **keys,
        }
        quiet = [] if verb == "output" else ["-input=false", "-no-color"]
        command = [str(PROJECT / "scripts" / "terraform"), verb, *quiet, *options]
        return subprocess.run(
            command, env=surroundings, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
        )

    def _trust_administrator(self) -> None:
        """The role trusts GitHub's tokens alone, of which the test has none."""
        trust = {"Effect": "Allow", "Principal": {"AWS": ACCOUNT}, "Action": "sts:AssumeRole"}
        document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
        self._iam().update_assume_role_policy(RoleName=ROLE, PolicyDocument=document)

    def _assumed(self) -> dict[str, str]:
        arn = self._iam().get_role(RoleName=ROLE)["Role"]["Arn"]
        keys = self._client("sts").assume_role(RoleArn=arn, RoleSessionName="plan")["Credentials"]
        return {
            "AWS_ACCESS_KEY_ID": keys["AccessKeyId"],
            "AWS_SECRET_ACCESS_KEY": keys["SecretAccessKey"],
            "AWS_SESSION_TOKEN": keys["SessionToken"],
        }

    def _policy(self) -> dict[str, Any]:
        policy: dict[str, Any] = self._iam().get_role_policy(RoleName=ROLE, PolicyName=POLICY)["PolicyDocument"]
        return policy

    @contextmanager
    def _with_policy(self, policy: dict[str, Any]) -> Iterator[None]:
        kept = self._policy()
        try:
            self._put(policy)
            yield
        finally:
            self._put(kept)

    def _put(self, policy: dict[str, Any]) -> None:
        self._iam().put_role_policy(RoleName=ROLE, PolicyName=POLICY, PolicyDocument=json.dumps(policy))

    def _iam(self) -> Any:
        return self._client("iam")

    def _client(self, service: str) -> Any:
        session = boto3.session.Session("test", "test", region_name=REGION)
        return session.client(service, endpoint_url=self._endpoint)  # type: ignore[call-overload]


@contextmanager
def plan_role() -> Iterator[PlanRole]:
    """The role on an embedded AWS of its own, everything applied."""
    with emulator.in_a_folder_of_its_own("plan-role") as (folder, running):
        role = PlanRole(folder, running.endpoint)
        role.deploy()
        yield role


def _package(folder: Path) -> Path:
    """Nothing runs it: a zip with one empty module."""
    package = folder / "lambda.zip"
    with zipfile.ZipFile(package, "w") as file:
        file.writestr("entrypoints/chat.py", "")
    return package


def _filled(given: Any, outputs: Mapping[str, Any]) -> Any:
    match given:
        case str():
            return given.format_map(outputs)
        case dict():
            return {_filled(name, outputs): _filled(value, outputs) for name, value in given.items()}
        case list():
            return [_filled(value, outputs) for value in given]
        case _:
            return given
