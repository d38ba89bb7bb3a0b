"""Plausible mistakes in the Terraform, each of which must fail a test: `python -m tests terraform-mutants`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from tests.terraform.copy import SERVICE


@dataclass(frozen=True)
class Mutant:
    """In `file` of the folder, `before` becomes `after`; the tests in `tests` must fail.

    The module's tests are files, the workspaces' are folders, which run in `workspace`.
    """

    mistake: str
    file: str
    before: str
    after: str
    tests: str
    workspace: str = ""

    @property
    def folder(self) -> str:
        """Of the tests, and of the file that they test."""
        return "" if self.workspace else SERVICE

    @property
    def options(self) -> list[str]:
        """For `terraform test`."""
        where = "filter" if self.tests.endswith(".tftest.hcl") else "test-directory"
        return [f"-{where}=tests/{self.tests}"]


IAM, API, WORKER, DATA, ALIAS = (f"{name}.tftest.hcl" for name in ("iam", "api", "worker", "data", "alias"))
OPERATIONS, IDENTITY, PAGE, AGENT, ENVIRONMENTS, QUOTA, WAITS = (
    f"{name}.tftest.hcl" for name in ("operations", "identity", "page", "agent", "environments", "quota", "waits")
)
EVENTS = "events.tftest.hcl"
PROD, DEV, PULL_REQUEST, REFUSED = (f"workspace-{name}" for name in ("prod", "dev", "pull-request", "refused"))

EVENTS_OFF = """docs/events.md."
  type        = bool
  default     = false"""
READS_CHATS = """Action   = ["dynamodb:GetItem", "dynamodb:Query", "dynamodb:UpdateItem"]
        Resource = [local.table_arns.chats]"""
FUNCTION_RETENTION = """  retention_in_days = var.log_retention
  kms_key_id        = local.key_arn
  tags              = var.tags
}

# Keys"""
DESTINATION = """  destination_config {
    on_failure {
      destination = aws_sqs_queue.failures.arn
    }
  }
"""
MEMORIES_PROTECTION = """range_key                   = "memory_id"
  deletion_protection_enabled = var.deletion_protection"""
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
        "the edits function may write batches of memories, which are not counted",
        "iam.tf",
        '["dynamodb:DeleteItem", "dynamodb:PutItem", "dynamodb:Query"]',
        '["dynamodb:BatchWriteItem", "dynamodb:DeleteItem", "dynamodb:PutItem", "dynamodb:Query"]',
        IAM,
    ),
    Mutant("ends are told from the first minute on only", "events.tf", '"TRIM_HORIZON"', '"LATEST"', EVENTS),
    Mutant(
        "events of failed turns are forgotten",
        "events.tf",
        '["answered", "failed", "cancelled"]',
        '["answered"]',
        EVENTS,
    ),
    Mutant(
        "events are given up after a failure",
        "events.tf",
        "maximum_retry_attempts = -1",
        "maximum_retry_attempts = 0",
        EVENTS,
    ),
    Mutant(
        "the events function may send to any bus",
        "events.tf",
        "Resource = [local.event_bus_arn]",
        'Resource = ["*"]',
        EVENTS,
    ),
    Mutant("events are on by default", "variables-service.tf", EVENTS_OFF, EVENTS_OFF.replace("false", "true"), EVENTS),
    Mutant("operators read the whole chats table", "operators.tf", '["places#*"]', '["*"]', IAM),
    Mutant("operators read every log group", "operators.tf", '[arn, "${arn}:*"]', '["*"]', IAM),
    Mutant("operators read what people wrote", "operators.tf", "try(var.operators.read_chats, false)", "true", IAM),
    Mutant("anybody may be an operator", "operators.tf", "AWS = var.operators.trusted", 'AWS = ["*"]', IAM),
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
    Mutant(
        "roles of two regions have one name",
        "iam.tf",
        '"${local.function_names[each.key]}-${local.region}"',
        "local.function_names[each.key]",
        IAM,
    ),
    Mutant(
        "the chat function has the agent's rights too",
        "iam.tf",
        '[for statement in local.worker_statements : statement if local.worker == "chat"]',
        "local.worker_statements",
        AGENT,
    ),
    Mutant(
        "every function gets the agent's variables",
        "functions.tf",
        "    local.settings,\n",
        "    local.settings, var.agent_environment,\n",
        AGENT,
    ),
    # ---- workers
    Mutant(
        "concurrent turns are not limited to the workers",
        "functions.tf",
        "tostring(local.max_concurrent_turns)",
        '"0"',
        WORKER,
    ),
    Mutant(
        "concurrent turns are not limited by default",
        "variables-capacity.tf",
        "default     = 50",
        "default     = 0",
        WORKER,
    ),
    Mutant(
        "users have no budget by default",
        "variables-service.tf",
        "default     = 500",
        "default     = 0",
        WORKER,
    ),
    Mutant(
        "the workspace has no budget",
        "functions.tf",
        "local.max_concurrent_turns == 0 ? 0 : var.workspace_answers_per_day",
        "0",
        WORKER,
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
        "audiences = local.own_pool ? aws_cognito_user_pool_client.app[*].id : concat(",
        'audiences = concat(["any"], ',
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
        "    throttling_rate_limit  = var.throttle.rate\n",
        "",
        API,
    ),
    Mutant(
        "questions are throttled like polls",
        "routes.tf",
        "var.ask_throttle",
        "var.throttle",
        API,
    ),
    Mutant("public routes are throttled like polls", "routes.tf", "var.public_throttle", "var.throttle", API),
    Mutant(
        "a preflight needs a token",
        "routes.tf",
        'route_key          = "OPTIONS /{proxy+}"',
        'route_key          = "OPTIONS /chats"',
        API,
    ),
    Mutant("the default address stays open beside a domain", "api.tf", "var.domain != null", "false", API),
    Mutant(
        "sign-in leads back to the default address",
        "sign-in.tf",
        "${local.api_url}/",
        "${aws_apigatewayv2_api.chat.api_endpoint}/",
        API,
    ),
    Mutant(
        "addresses are kept as long as logs",
        "logs.tf",
        "min(var.access_log_retention, var.log_retention)",
        "var.log_retention",
        API,
    ),
    Mutant("a refresh token never changes", "sign-in.tf", "local.password_sign_in ? [] : [60]", "[]", IDENTITY),
    Mutant("SRP sign-in is allowed", "sign-in.tf", '["ALLOW_CUSTOM_AUTH"]', '["ALLOW_USER_SRP_AUTH"]', IDENTITY),
    Mutant("a queue takes plain HTTP", "failures.tf", ", undelivered = aws_sqs_queue.undelivered }", " }", DATA),
    Mutant("the budget tells when it is too late", "budget.tf", '["ACTUAL", 80], ', "", OPERATIONS),
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
        "maximum_event_age_in_seconds = local.event_age",
        "maximum_event_age_in_seconds = 3600",
        WORKER,
    ),
    Mutant(
        "events expire long before a long deadline",
        "worker.tf",
        "max(60, floor(var.deadline_seconds - var.expected_answer_seconds))",
        "60",
        WORKER,
    ),
    Mutant(
        "events are younger than Lambda accepts",
        "worker.tf",
        "max(60, floor(var.deadline_seconds - var.expected_answer_seconds))",
        "floor(var.deadline_seconds - var.expected_answer_seconds)",
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
        "api_functions = toset(values(local.contract)[*].function)",
        "api_functions = toset(keys(local.functions))",
        WORKER,
    ),
    Mutant(
        "searches have no throttle of their own",
        "routes.tf",
        "    { for key in local.search_routes : key => var.search_throttle },\n",
        "",
        API,
    ),
    Mutant(
        "held polls have no throttle of their own",
        "routes.tf",
        "    { for key in local.held_routes : key => var.wait_throttle },\n",
        "",
        WAITS,
    ),
    Mutant(
        "polls hint at held ones that no function answers",
        "functions.tf",
        "ASYNC_CHAT_HOLD_POLLS              = tostring(local.hold_polls)",
        'ASYNC_CHAT_HOLD_POLLS              = "true"',
        WAITS,
    ),
    Mutant(
        "held polls take the concurrency of all functions",
        "functions.tf",
        "key => var.wait_concurrency if var.wait_concurrency > 0",
        "key => var.wait_concurrency if var.wait_concurrency > 1000",
        WAITS,
    ),
    Mutant(
        "no concurrency is reserved",
        "functions.tf",
        "lookup(local.concurrency, each.key, -1)",
        "-1",
        WORKER,
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
        '${var.published ? ":live" : ""}',
        "",
        ALIAS,
    ),
    Mutant(
        "a gradual release switches at once",
        "alias.tf",
        "merge({ for key, alias in data.aws_lambda_alias.live : key => alias.function_version }, var.rollback)",
        "var.rollback",
        ALIAS,
    ),
    Mutant(
        "the chat function is never rolled back",
        "alias.tf",
        "lookup(local.kept_versions, local.dispatcher, ",
        "lookup({}, local.dispatcher, ",
        ALIAS,
    ),
    Mutant("snapshots are not taken", "functions.tf", 'var.snap_start ? ["PublishedVersions"] : []', "[]", ALIAS),
    Mutant(
        "snapshots are taken unasked",
        "functions.tf",
        'var.snap_start ? ["PublishedVersions"] : []',
        '["PublishedVersions"]',
        ALIAS,
    ),
    Mutant("the runtime changes at any time", "functions.tf", '"FunctionUpdate"', '"Auto"', ALIAS),
    Mutant(
        "production's runtime changes at any time",
        "workspaces/prod.json",
        '"pinned_runtime": true',
        '"pinned_runtime": false',
        PROD,
        "prod",
    ),
    Mutant("dev publishes no versions", "workspaces/dev.json", '"published": true', '"published": false', DEV, "dev"),
    Mutant(
        "pull requests publish no versions",
        "workspaces/pr.json",
        '"published": true',
        '"published": false',
        PULL_REQUEST,
        "pr-7",
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
        "sqs_managed_sse_enabled = var.customer_key ? null : true",
        "sqs_managed_sse_enabled = false",
        DATA,
    ),
    Mutant(
        "production's tables can be deleted",
        "workspaces/prod.json",
        '"deletion_protection": true',
        '"deletion_protection": false',
        PROD,
        "prod",
    ),
    Mutant(
        "memories can be deleted in spite of deletion_protection",
        "tables.tf",
        MEMORIES_PROTECTION,
        'range_key                   = "memory_id"',
        DATA,
    ),
    Mutant(
        "production cannot be restored",
        "workspaces/prod.json",
        '"point_in_time_recovery": true',
        '"point_in_time_recovery": false',
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
        'local.account_id == "000000000000"',
        "true",
        IDENTITY,
    ),
    Mutant(
        "production's tokens are valid for a day",
        "sign-in.tf",
        "access_token_validity  = local.password_sign_in ? 24 : 1",
        "access_token_validity  = 24",
        IDENTITY,
    ),
    Mutant(
        "demo_password is accepted in a real account",
        "variables-access.tf",
        "var.demo_password == null || local.embedded",
        "var.demo_password == null || true",
        PAGE,
    ),
    # ---- operations
    Mutant(
        "alarms have no actions",
        "alarms.tf",
        '  alarm_actions = [aws_sns_topic.alarms[try(each.value.page, false) ? "page" : "ticket"].arn]\n',
        "",
        OPERATIONS,
    ),
    Mutant("every alarm wakes somebody", "alarms.tf", '? "page" : "ticket"', '? "page" : "page"', OPERATIONS),
    Mutant(
        "a topic that fails tells itself",
        "alarms.tf",
        "TopicName = local.topic_names.page }",
        "TopicName = local.topic_names.ticket }",
        OPERATIONS,
    ),
    Mutant(
        "absent answers are seen in refused questions",
        "alarms.tf",
        '["asks", "answered"]',
        '["rejected", "answered"]',
        OPERATIONS,
    ),
    Mutant(
        "absence is judged before a long turn can end",
        "alarms.tf",
        "1 + ceil(var.deadline_seconds / 300)",
        "2",
        OPERATIONS,
    ),
    Mutant(
        "the goal for answers is the deadline",
        "alarms.tf",
        "(var.expected_answer_seconds + var.deadline_seconds) / 2",
        "var.deadline_seconds",
        OPERATIONS,
    ),
    Mutant(
        "throttles of the index are not watched",
        "alarms.tf",
        "GlobalSecondaryIndexName = local.chats_by_activity }]",
        "}]",
        OPERATIONS,
    ),
    Mutant(
        "a model is watched by its ARN",
        "alarms.tf",
        'element(split("/", var.model.id), -1)',
        "var.model.id",
        OPERATIONS,
    ),
    Mutant(
        "a model elsewhere is watched here",
        "alarms.tf",
        "var.model != null && local.model_region == local.region",
        "var.model != null",
        OPERATIONS,
    ),
    Mutant(
        "the dashboard leaves out the index",
        "dashboard.tf",
        ', "GlobalSecondaryIndexName", local.chats_by_activity]',
        "]",
        OPERATIONS,
    ),
    # ---- the account's quota
    Mutant(
        "a new account's quota does not limit turns",
        "functions.tf",
        "local.shared_concurrency_limit :",
        "var.max_concurrent_turns :",
        QUOTA,
    ),
    Mutant(
        "turns may use all of the account",
        "quota.tf",
        "local.reserved_concurrency) / 2)",
        "local.reserved_concurrency))",
        QUOTA,
    ),
    Mutant(
        "what is reserved counts as shared",
        "quota.tf",
        "(local.account_concurrency - local.reserved_concurrency) / 2",
        "local.account_concurrency / 2",
        QUOTA,
    ),
    Mutant("a small account has no limit", "quota.tf", "max(1, floor(", "max(0, floor(", QUOTA),
    Mutant(
        "more may be reserved than the account allows",
        "functions.tf",
        "local.reserved_concurrency == 0 || try(",
        "true || try(",
        QUOTA,
    ),
    Mutant("nothing must stay unreserved", "quota.tf", "unreserved_minimum   = 100", "unreserved_minimum   = 0", QUOTA),
    Mutant("the embedded AWS is asked for a quota", "quota.tf", " && !local.embedded ?", " ?", QUOTA),
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
        "workspaces/prod.json",
        '"protected": true',
        '"protected": false',
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
    Mutant("production may be applied to any account", "workspaces/prod.json", '["111122223333"]', "[]", PROD, "prod"),
    Mutant(
        "workspace local may be applied to any account",
        "workspaces/local.json",
        '["000000000000"]',
        "[]",
        ENVIRONMENTS,
        "local",
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
