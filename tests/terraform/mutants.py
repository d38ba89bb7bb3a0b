"""Plausible mistakes in the Terraform, each of which must fail a test: `python -m tests terraform-mutants`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class Mutant:
    """In `file`, `before` becomes `after`; the tests in `tests` (a file or a folder) must fail in `workspace`."""

    mistake: str
    file: str
    before: str
    after: str
    tests: str
    workspace: str = "local"

    @property
    def options(self) -> list[str]:
        """For `terraform test`."""
        where = "filter" if self.tests.endswith(".tftest.hcl") else "test-directory"
        return [f"-{where}=tests/{self.tests}"]


IAM, API, WORKER, DATA, ALIAS = (f"{name}.tftest.hcl" for name in ("iam", "api", "worker", "data", "alias"))
OPERATIONS, IDENTITY, ENVIRONMENTS = (f"{name}.tftest.hcl" for name in ("operations", "identity", "environments"))
PROD, DEV, REFUSED, PULL_REQUEST = (f"workspace-{name}" for name in ("prod", "dev", "refused", "pull-request"))

READS_CHATS = """Action   = ["dynamodb:GetItem", "dynamodb:Query", "dynamodb:UpdateItem"]
        Resource = [local.table_arns.chats]"""
FUNCTION_RETENTION = """  retention_in_days = local.environment.log_retention
  kms_key_id        = local.key_arn
}

resource"""
DESTINATION = """  destination_config {
    on_failure {
      destination = aws_sqs_queue.failures.arn
    }
  }
"""
MEMORIES_PROTECTION = """range_key                   = "memory_id"
  deletion_protection_enabled = local.environment.deletion_protection"""
GUARD = (
    "condition     = contains([try(local.environments[local.environment_key].protected, false)"
    ' ? terraform.workspace : "", terraform.workspace], var.confirm_workspace)'
)
KNOWN = "condition     = can(local.environments[local.environment_key]) && var.confirm_workspace != null"
ANY_CONFIRMATION = "condition     = var.confirm_workspace != null"
NO_OVERRIDES = (
    "condition     = !try(local.environments[local.environment_key].protected, false)"
    " || alltrue([for value in values(var.overrides) : value == null])"
)

MUTANTS: Final = [
    # ---- IAM
    Mutant(
        "the chat function may invoke any function",
        "iam.tf",
        'Resource = [local.function_arns[local.worker], "${local.function_arns[local.worker]}:*"]',
        'Resource = ["*"]',
        IAM,
    ),
    Mutant(
        "the chat function may invoke any function by an ARN with wildcards",
        "iam.tf",
        '"${local.function_arns[local.worker]}:*"]',
        '"arn:aws:lambda:*:*:function:*"]',
        IAM,
    ),
    Mutant(
        "the reads function may read any table",
        "iam.tf",
        READS_CHATS,
        READS_CHATS.replace("local.table_arns.chats", '"*"'),
        IAM,
    ),
    Mutant(
        "the edits function may put single items",
        "iam.tf",
        '["dynamodb:BatchWriteItem", "dynamodb:GetItem"',
        '["dynamodb:BatchWriteItem", "dynamodb:PutItem", "dynamodb:GetItem"',
        IAM,
    ),
    Mutant(
        "functions may create log groups",
        "iam.tf",
        '"logs:CreateLogStream", "logs:PutLogEvents"',
        '"logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"',
        IAM,
    ),
    Mutant(
        "all functions share one role",
        "functions.tf",
        "aws_iam_role.function[each.key].arn",
        'aws_iam_role.function["chat"].arn',
        IAM,
    ),
    Mutant(
        "with a dedicated worker the chat function may invoke the model",
        "iam.tf",
        '[for statement in local.worker_statements : statement if local.worker == "chat"]',
        "local.worker_statements",
        IAM,
    ),
    Mutant(
        "any principal may assume the roles",
        "iam.tf",
        'Principal = { Service = "lambda.amazonaws.com" }',
        'Principal = "*"',
        IAM,
    ),
    # ---- workers
    Mutant(
        "concurrent turns are not limited to the workers",
        "functions.tf",
        "tostring(local.max_concurrent_turns)",
        '"0"',
        PROD,
        "prod",
    ),
    Mutant(
        "concurrent turns are not limited in dev",
        "environments.tf",
        "max_concurrent_turns = 50",
        "max_concurrent_turns = 0",
        DEV,
        "dev",
    ),
    # ---- the API
    Mutant("routes have no authorizer", "routes.tf", 'authorization_type = "JWT"', 'authorization_type = "NONE"', API),
    Mutant("routes require no scope", "routes.tf", "authorization_scopes = local.accepted_scopes[each.key]", "", API),
    Mutant(
        "a route of chats is public",
        "routes.tf",
        "if route.scope == null }",
        'if route.scope == null || key == "GET /chats" }',
        API,
    ),
    Mutant(
        "tokens of any audience are accepted",
        "identity.tf",
        "audiences = local.own_pool ? aws_cognito_user_pool_client.app[*].id : var.oidc_audiences",
        'audiences = ["any"]',
        API,
    ),
    Mutant(
        "any web origin is allowed",
        "api.tf",
        "for_each = length(var.cors_origins) > 0 ? [var.cors_origins] : []",
        'for_each = [["*"]]',
        API,
    ),
    Mutant("any account's API may invoke the functions", "routes.tf", "  source_account = local.account_id\n", "", API),
    Mutant(
        "any API of the account may invoke the functions",
        "routes.tf",
        '"${aws_apigatewayv2_api.chat.execution_arn}/*/*"',
        '"*"',
        API,
    ),
    Mutant(
        "requests are not throttled",
        "api.tf",
        "    throttling_rate_limit  = local.environment.throttle.rate\n",
        "",
        API,
    ),
    Mutant(
        "questions are throttled like polls",
        "api.tf",
        "local.environment.ask_throttle.rate",
        "local.environment.throttle.rate",
        PROD,
        "prod",
    ),
    Mutant("the access log contains paths", "api.tf", '"$context.routeKey"', '"$context.path"', API),
    # ---- how Lambda runs the worker
    Mutant(
        "failed events are retried",
        "variables-service.tf",
        'pays for the agent again."\n  type        = number\n  default     = 0',
        'pays for the agent again."\n  type        = number\n  default     = 2',
        WORKER,
    ),
    Mutant(
        "events expire after an hour",
        "worker.tf",
        "maximum_event_age_in_seconds = 60",
        "maximum_event_age_in_seconds = 3600",
        WORKER,
    ),
    Mutant("failed events have no destination", "worker.tf", DESTINATION, "", WORKER),
    Mutant("recursive loops are not stopped", "worker.tf", '"Terminate"', '"Allow"', WORKER),
    Mutant(
        "the worker times out before its deadline",
        "functions.tf",
        "var.deadline_seconds + 20",
        "var.deadline_seconds - 10",
        WORKER,
    ),
    Mutant(
        "a failed event is delivered again while it is processed",
        "failures.tf",
        "local.functions.failures.timeout * 6",
        "30",
        WORKER,
    ),
    Mutant(
        "one failure makes SQS retry its whole batch",
        "failures.tf",
        '  function_response_types = ["ReportBatchItemFailures"]\n',
        "",
        WORKER,
    ),
    Mutant(
        "the API may invoke the worker",
        "routes.tf",
        'api_functions = toset(["chat", "edits", "reads"])',
        "api_functions = toset(keys(local.functions))",
        WORKER,
    ),
    Mutant(
        "no concurrency is reserved",
        "functions.tf",
        "lookup(local.environment.concurrency, each.key, -1)",
        "-1",
        PROD,
        "prod",
    ),
    # ---- versions
    Mutant(
        "asynchronous settings are not set on the alias",
        "worker.tf",
        "  qualifier     = local.invoke_targets[local.worker].qualifier\n",
        "",
        ALIAS,
    ),
    Mutant(
        "the API invokes the function instead of its alias",
        "routes.tf",
        "local.invoke_targets[each.key].invoke_arn",
        "aws_lambda_function.function[each.key].invoke_arn",
        ALIAS,
    ),
    Mutant(
        "the chat function invokes the worker instead of its alias",
        "alias.tf",
        '${local.environment.published ? ":live" : ""}',
        "",
        ALIAS,
    ),
    # ---- data
    Mutant("logs have no retention", "logs.tf", FUNCTION_RETENTION, FUNCTION_RETENTION.split("\n", 1)[1], DATA),
    Mutant(
        "idempotency records do not expire",
        "tables.tf",
        'attribute_name = "expires_at"\n    enabled        = true',
        'attribute_name = "expires_at"\n    enabled        = false',
        DATA,
    ),
    Mutant(
        "any log group may use the key",
        "kms.tf",
        "      Condition = {\n        ArnLike =",
        "      Cond = {\n        ArnLike =",
        DATA,
    ),
    Mutant(
        "the key does not rotate", "kms.tf", "enable_key_rotation     = true", "enable_key_rotation     = false", DATA
    ),
    Mutant(
        "queues are not encrypted",
        "failures.tf",
        "sqs_managed_sse_enabled = local.environment.customer_key ? null : true",
        "sqs_managed_sse_enabled = false",
        DATA,
    ),
    Mutant(
        "production's tables can be deleted",
        "environments.tf",
        "deletion_protection    = true",
        "deletion_protection    = false",
        PROD,
        "prod",
    ),
    Mutant(
        "production's memories can be deleted",
        "tables.tf",
        MEMORIES_PROTECTION,
        'range_key                   = "memory_id"',
        PROD,
        "prod",
    ),
    Mutant(
        "production cannot be restored",
        "environments.tf",
        "point_in_time_recovery = true",
        "point_in_time_recovery = false",
        PROD,
        "prod",
    ),
    # ---- identity
    Mutant(
        "self-registration is allowed",
        "identity.tf",
        "allow_admin_create_user_only = true",
        "allow_admin_create_user_only = false",
        IDENTITY,
    ),
    Mutant(
        "the public client has a secret", "sign-in.tf", "generate_secret = false", "generate_secret = true", IDENTITY
    ),
    Mutant("the implicit flow is allowed", "sign-in.tf", '["code"]', '["code", "implicit"]', IDENTITY),
    Mutant(
        "password sign-in is allowed in real accounts",
        "names.tf",
        "local.account_id == local.embedded_account",
        "true",
        IDENTITY,
    ),
    Mutant(
        "production's tokens are valid for a day",
        "sign-in.tf",
        "access_token_validity  = local.password_sign_in ? 24 : 1",
        "access_token_validity  = 24",
        PROD,
        "prod",
    ),
    Mutant(
        "demo_password is accepted outside of workspace local",
        "variables-access.tf",
        'var.demo_password == null || terraform.workspace == "local"',
        "var.demo_password == null || true",
        PULL_REQUEST,
        "pr-7",
    ),
    # ---- operations
    Mutant("alarms have no actions", "alarms.tf", "  alarm_actions = [aws_sns_topic.alarms[0].arn]\n", "", OPERATIONS),
    Mutant(
        "other accounts may publish to the alarms' topic",
        "alarms.tf",
        '        StringEquals = { "aws:SourceAccount" = local.account_id }\n',
        "",
        OPERATIONS,
    ),
    Mutant("missing data triggers an alarm", "alarms.tf", '"notBreaching"', '"breaching"', OPERATIONS),
    # ---- workspaces
    Mutant(
        "production is not protected",
        "environments.tf",
        "protected              = true",
        "protected              = false",
        PROD,
        "prod",
    ),
    Mutant("production accepts any confirmation", "variables.tf", GUARD, ANY_CONFIRMATION, PROD, "prod"),
    Mutant(
        "production accepts overrides",
        "variables.tf",
        NO_OVERRIDES,
        "condition     = var.overrides != null",
        PROD,
        "prod",
    ),
    Mutant("production may be applied to any account", "environments.tf", '["111122223333"]', "[]", PROD, "prod"),
    Mutant(
        "workspace local may be applied to any account",
        "environments.tf",
        "[local.embedded_account]",
        "[]",
        ENVIRONMENTS,
    ),
    Mutant("unknown workspaces are accepted", "variables.tf", KNOWN, ANY_CONFIRMATION, REFUSED, "staging"),
    Mutant(
        "any workspace name is taken for a pull request's",
        "environments.tf",
        "^pr-[1-9][0-9]{0,4}$",
        "^[a-z]+",
        REFUSED,
        "staging",
    ),
]
