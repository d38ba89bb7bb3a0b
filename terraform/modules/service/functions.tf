locals {
  # Most invocations are polls. Their own line says what there is to know; no trace has more, of one call to DynamoDB.
  polled = ["reads", "waits"]

  # The function that runs the agent: the chat function, which then invokes itself, or a dedicated one.
  worker = var.dedicated_worker ? "worker" : "chat"

  # A turn beyond the worker's reserved concurrency would wait until its deadline, so the service rejects it. Where
  # questions and workers share one function's concurrency, a fifth of it is left to the questions.
  worker_concurrency   = lookup(var.concurrency, local.worker, 0)
  max_concurrent_turns = local.worker_concurrency == 0 ? local.shared_concurrency_limit : local.worker == "chat" ? max(1, floor(local.worker_concurrency * 0.8)) : local.worker_concurrency

  # A worker that reaches its deadline has 20 seconds to store the failure before Lambda kills it.
  worker_timeout = var.deadline_seconds + 20

  # API Gateway's integration timeout is 30 seconds; a function that only the API invokes needs no more.
  api_timeout = 29

  # Held polls: without a function for them no route leads to one, and no poll's reply hints at one.
  hold_polls  = var.wait_concurrency != 0
  concurrency = merge(var.concurrency, { for key in ["waits"] : key => var.wait_concurrency if var.wait_concurrency > 0 })

  functions = merge(
    {
      chat     = { handler = "entrypoints.chat.handler", timeout = local.worker == "chat" ? local.worker_timeout : local.api_timeout }
      reads    = { handler = "entrypoints.reads.handler", timeout = 10 }
      search   = { handler = "entrypoints.search.handler", timeout = local.api_timeout }
      edits    = { handler = "entrypoints.edits.handler", timeout = local.api_timeout }
      failures = { handler = "entrypoints.failures.handler", timeout = 30 }
    },
    local.events_function,
    { for key in [local.worker] : key => { handler = "entrypoints.chat.handler", timeout = local.worker_timeout } },
    # A poll is held for 20 seconds at most; then a slow table may take some more to be read.
    { for key in ["waits"] : key => { handler = "entrypoints.waits.handler", timeout = 26 } if local.hold_polls },
  )

  settings = {
    ASYNC_CHAT_WORKSPACE            = local.environment
    ASYNC_CHAT_VERSION              = var.app_version
    ASYNC_CHAT_CHATS_TABLE          = local.table_names.chats
    ASYNC_CHAT_MEMORIES_TABLE       = local.table_names.memories
    ASYNC_CHAT_DEADLINE_SECONDS     = tostring(var.deadline_seconds)
    ASYNC_CHAT_TURNS_PER_USER       = tostring(var.turns_per_user)
    ASYNC_CHAT_MAX_CONCURRENT_TURNS = tostring(local.max_concurrent_turns)
    ASYNC_CHAT_LOG_LEVEL            = var.log_level
    ASYNC_CHAT_LOG_KEY              = sensitive(terraform_data.log_key.output)
    ASYNC_CHAT_ASKS_PER_MINUTE      = tostring(var.asks_per_minute)
    ASYNC_CHAT_ANSWERS_PER_DAY      = tostring(var.answers_per_day)

    ASYNC_CHAT_WORKSPACE_ANSWERS_PER_DAY = tostring(local.max_concurrent_turns == 0 ? 0 : var.workspace_answers_per_day)
  }

  edits_settings = {
    ASYNC_CHAT_MEMORIES_PER_USER     = tostring(var.memory_limit.memories)
    ASYNC_CHAT_MEMORY_BYTES_PER_USER = tostring(var.memory_limit.bytes)
  }

  poll_settings = {
    ASYNC_CHAT_EXPECTED_ANSWER_SECONDS = tostring(var.expected_answer_seconds)
    ASYNC_CHAT_HOLD_POLLS              = tostring(local.hold_polls)
  }

  dispatcher_settings = { ASYNC_CHAT_WORKER_FUNCTION = local.worker_target }

  worker_settings = merge(local.model_settings, var.agent_environment, var.agent_secrets, {
    ASYNC_CHAT_AGENT                = var.agent
    ASYNC_CHAT_RECALL_DELAY_SECONDS = tostring(var.recall_delay_seconds)
  })
}

resource "aws_lambda_function" "function" {
  #checkov:skip=CKV_AWS_116:Failed events go to the worker's on-failure destination, which holds more than a dead-letter queue; no other function is invoked asynchronously
  #checkov:skip=CKV_AWS_117:The functions call only AWS APIs, authorized by IAM; a VPC would add NAT costs and cold starts without protecting anything
  #checkov:skip=CKV_AWS_272:scripts/smoke.py compares the code's hash with the built package; whoever may apply could also sign
  for_each = local.functions

  function_name    = local.function_names[each.key]
  description      = "Async Chat ${var.app_version}, ${local.environment}: ${each.key}"
  role             = aws_iam_role.function[each.key].arn
  handler          = each.value.handler
  runtime          = "python3.13"
  architectures    = [var.architecture]
  filename         = var.package_path
  source_code_hash = filebase64sha256(var.package_path)
  publish          = var.published
  timeout          = each.value.timeout
  memory_size      = var.memory[each.key]
  kms_key_arn      = local.key_arn
  tags             = var.tags

  # Reserved per function, so that many workers leave capacity for polls and, with a dedicated worker, for questions.
  reserved_concurrent_executions = lookup(local.concurrency, each.key, -1)

  environment {
    variables = merge(
      local.settings,
      each.key == "chat" ? local.dispatcher_settings : {},
      each.key == local.worker ? local.worker_settings : {},
      each.key == "events" ? local.events_settings : {},
      each.key == "edits" ? local.edits_settings : {},
      each.key == "reads" ? merge(local.reads_settings, local.poll_settings) : {},
      each.key == "waits" ? local.poll_settings : {},
    )
  }

  logging_config {
    log_format = "JSON"
    log_group  = aws_cloudwatch_log_group.function[each.key].name
    # The functions leave out lines below log_level themselves. Lambda would also drop the lines that carry metrics.
    application_log_level = var.log_level == "DEBUG" ? "DEBUG" : "INFO"
    # At WARN, Lambda writes no line about an invocation that succeeded:
    # https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-log-level.html
    # Alarms use Lambda's metrics, which come from no log.
    system_log_level = contains(local.polled, each.key) ? "WARN" : "INFO"
  }

  tracing_config {
    mode = var.tracing && !contains(local.polled, each.key) ? "Active" : "PassThrough"
  }

  dynamic "snap_start" {
    for_each = var.snap_start ? ["PublishedVersions"] : []

    content {
      apply_on = snap_start.value
    }
  }

  lifecycle {
    # Else Lambda would refuse the reservation after half of the resources are made.
    precondition {
      condition     = local.reserved_concurrency == 0 || try(local.reserved_concurrency + local.unreserved_minimum <= local.account_concurrency, true)
      error_message = "concurrency reserves ${local.reserved_concurrency}, and Lambda keeps ${local.unreserved_minimum} unreserved, but the account allows ${coalesce(local.account_concurrency, 0)} concurrent executions in this region. Request a higher quota (Service Quotas, AWS Lambda, Concurrent executions), or lower concurrency."
    }
  }

  # Without its log group a function creates one without retention; without its policy the first questions fail.
  depends_on = [aws_cloudwatch_log_group.function, aws_iam_role_policy.function]
}

# Lambda's Python brings the AWS SDK. By default Lambda replaces it at any time; with this, only when a function is deployed.
# https://docs.aws.amazon.com/lambda/latest/dg/runtimes-update.html
resource "aws_lambda_runtime_management_config" "function" {
  for_each = { for key, function in local.functions : key => function if var.pinned_runtime }

  function_name     = aws_lambda_function.function[each.key].function_name
  update_runtime_on = "FunctionUpdate"
}
