locals {
  agent = var.agent == null ? local.environment.agent : var.agent

  # The function that reasons: the asking one, which then invokes itself, or one of its own.
  worker = local.environment.dedicated_worker ? "worker" : "chat"

  # A turn beyond its workers' pool would wait for one until it is too late: it is refused instead. Where asking shares
  # the pool, a fifth is left to it.
  worker_pool   = lookup(local.environment.concurrency, local.worker, 0)
  turns_at_once = local.worker_pool == 0 ? local.environment.turns_at_once : local.worker == "chat" ? max(1, floor(local.worker_pool * 0.8)) : local.worker_pool

  # Time for a worker that meets its deadline to store the failure and return before Lambda kills it.
  worker_timeout = var.deadline_seconds + 20

  # API Gateway gives up after 30 seconds; a function that the API alone calls need not outlive that.
  api_timeout = 29

  functions = merge(
    {
      chat     = { handler = "entrypoints.chat.handler", timeout = local.worker == "chat" ? local.worker_timeout : local.api_timeout }
      reads    = { handler = "entrypoints.reads.handler", timeout = 10 }
      edits    = { handler = "entrypoints.edits.handler", timeout = local.api_timeout }
      failures = { handler = "entrypoints.failures.handler", timeout = 30 }
    },
    { for key in [local.worker] : key => { handler = "entrypoints.chat.handler", timeout = local.worker_timeout } },
  )

  settings = {
    ASYNC_CHAT_WORKSPACE        = local.workspace
    ASYNC_CHAT_VERSION          = var.app_version
    ASYNC_CHAT_CHATS_TABLE      = local.table_names.chats
    ASYNC_CHAT_MEMORIES_TABLE   = local.table_names.memories
    ASYNC_CHAT_DEADLINE_SECONDS = tostring(var.deadline_seconds)
    ASYNC_CHAT_TURNS_PER_USER   = tostring(var.turns_per_user)
    ASYNC_CHAT_TURNS_AT_ONCE    = tostring(local.turns_at_once)
    ASYNC_CHAT_LOG_LEVEL        = var.log_level
  }

  poll_settings = { ASYNC_CHAT_USUAL_SECONDS = tostring(var.usual_seconds) }

  dispatcher_settings = { ASYNC_CHAT_WORKER_FUNCTION = local.worker_target }

  worker_settings = merge(local.model_settings, {
    ASYNC_CHAT_AGENT            = local.agent
    ASYNC_CHAT_THINKING_SECONDS = tostring(var.thinking_seconds)
  })
}

resource "aws_lambda_function" "function" {
  #checkov:skip=CKV_AWS_116:Failed events go to the worker's on-failure destination, which says more than a dead letter queue; nobody else is invoked asynchronously
  #checkov:skip=CKV_AWS_117:The functions reach nothing but AWS's own APIs, by IAM; a VPC would add NAT costs and cold starts, and guard nothing
  #checkov:skip=CKV_AWS_272:The code's hash is compared with the built package by a check block and by scripts/smoke.py; who may apply could sign as well
  for_each = local.functions

  function_name    = local.function_names[each.key]
  description      = "Async Chat ${var.app_version}, ${local.workspace}: ${each.key}"
  role             = aws_iam_role.function[each.key].arn
  handler          = each.value.handler
  runtime          = "python3.13"
  architectures    = [var.architecture]
  filename         = var.package_path
  source_code_hash = filebase64sha256(var.package_path)
  publish          = local.environment.published
  timeout          = each.value.timeout
  memory_size      = local.environment.memory[each.key]
  kms_key_arn      = local.key_arn

  # One pool per function: a flood of workers takes nothing from polls, nor, with a dedicated worker, from asks.
  reserved_concurrent_executions = lookup(local.environment.concurrency, each.key, -1)

  environment {
    variables = merge(
      local.settings,
      each.key == "chat" ? local.dispatcher_settings : {},
      each.key == local.worker ? local.worker_settings : {},
      each.key == "reads" ? merge(local.reader_settings, local.poll_settings) : {},
    )
  }

  logging_config {
    log_format            = "JSON"
    log_group             = aws_cloudwatch_log_group.function[each.key].name
    application_log_level = var.log_level == "WARNING" ? "WARN" : var.log_level
    system_log_level      = "INFO"
  }

  tracing_config {
    mode = local.environment.tracing ? "Active" : "PassThrough"
  }

  # Without its log group a function makes one that keeps for ever; without its policy the first asks fail.
  depends_on = [aws_cloudwatch_log_group.function, aws_iam_role_policy.function]
}

# A failed upload leaves the new hash in the state, and the next plan says that nothing changed.
check "running_code_is_the_package" {
  assert {
    condition     = alltrue([for function in aws_lambda_function.function : function.code_sha256 == filebase64sha256(var.package_path)])
    error_message = "A function runs other code than the package at package_path. Apply with -replace for that function."
  }
}
