# The functions, their settings, and how Lambda runs the worker.
mock_provider "aws" {
  source          = "./tests/mocks"
  override_during = plan
}

variables {
  name_prefix          = "async-chat-local"
  environment          = "local"
  package_path         = "tests/mocks/package.txt"
  max_concurrent_turns = 0
  agent                = "recall"
}

run "without_a_dedicated_worker_the_chat_function_invokes_itself" {
  command = plan

  assert {
    condition = { for key, function in aws_lambda_function.function : key => [function.function_name, function.handler, function.timeout] } == {
      chat     = ["async-chat-local-chat", "entrypoints.chat.handler", 90]
      reads    = ["async-chat-local-reads", "entrypoints.reads.handler", 10]
      search   = ["async-chat-local-search", "entrypoints.search.handler", 29]
      edits    = ["async-chat-local-edits", "entrypoints.edits.handler", 29]
      failures = ["async-chat-local-failures", "entrypoints.failures.handler", 30]
    }
    error_message = "A function is missing, or has another handler or timeout."
  }

  assert {
    condition     = aws_lambda_function.function["chat"].environment[0].variables["ASYNC_CHAT_WORKER_FUNCTION"] == "async-chat-local-chat"
    error_message = "The chat function must invoke itself."
  }

  assert {
    condition     = alltrue([for function in aws_lambda_function.function : function.runtime == "python3.13" && function.architectures == tolist(["arm64"]) && function.filename == var.package_path])
    error_message = "All functions must use the package, Python 3.13 and arm64."
  }
}

run "a_failed_event_is_not_retried_and_goes_to_the_failures_queue" {
  command = plan

  assert {
    condition     = aws_lambda_function_event_invoke_config.worker.function_name == "async-chat-local-chat" && aws_lambda_function_event_invoke_config.worker.qualifier == null
    error_message = "The asynchronous settings must belong to the function that is invoked."
  }

  assert {
    condition     = aws_lambda_function_event_invoke_config.worker.maximum_retry_attempts == 0
    error_message = "Lambda must not retry a worker: each run pays for the agent."
  }

  assert {
    condition     = aws_lambda_function_event_invoke_config.worker.maximum_event_age_in_seconds == 60 && aws_lambda_function_event_invoke_config.worker.maximum_event_age_in_seconds < var.deadline_seconds
    error_message = "An event must expire after 60 seconds, before its turn's deadline."
  }

  assert {
    condition     = aws_lambda_function_event_invoke_config.worker.destination_config[0].on_failure[0].destination == aws_sqs_queue.failures.arn
    error_message = "Failed events must go to the failures queue."
  }

  assert {
    condition     = aws_lambda_function_recursion_config.worker.recursive_loop == "Terminate" && aws_lambda_function_recursion_config.worker.function_name == "async-chat-local-chat"
    error_message = "Lambda must stop recursive loops."
  }
}

run "failures_are_processed_in_batches_with_a_dead_letter_queue" {
  command = plan

  override_resource {
    target          = aws_sqs_queue.undelivered
    override_during = plan
    values          = { arn = "arn:aws:sqs:eu-central-1:123456789012:async-chat-local-failures-undelivered" }
  }

  assert {
    condition     = aws_lambda_event_source_mapping.failures.event_source_arn == aws_sqs_queue.failures.arn && aws_lambda_event_source_mapping.failures.function_name == aws_lambda_function.function["failures"].arn
    error_message = "The failures function must consume the failures queue."
  }

  assert {
    condition     = aws_lambda_event_source_mapping.failures.function_response_types == toset(["ReportBatchItemFailures"])
    error_message = "The consumer must report failures per message, so that a batch is not retried as a whole."
  }

  assert {
    condition     = aws_sqs_queue.failures.visibility_timeout_seconds >= aws_lambda_function.function["failures"].timeout * 6
    error_message = "The visibility timeout must be six times the consumer's timeout."
  }

  assert {
    condition = jsondecode(aws_sqs_queue.failures.redrive_policy) == {
      deadLetterTargetArn = "arn:aws:sqs:eu-central-1:123456789012:async-chat-local-failures-undelivered"
      maxReceiveCount     = 5
    }
    error_message = "The failures queue needs a dead-letter queue."
  }

  assert {
    condition     = jsondecode(aws_sqs_queue.undelivered.redrive_allow_policy).sourceQueueArns == ["arn:aws:sqs:eu-central-1:123456789012:async-chat-local-failures"]
    error_message = "Only the failures queue may use the dead-letter queue."
  }
}

run "a_dedicated_worker_is_a_function_of_its_own" {
  command = plan

  variables {
    dedicated_worker = true
  }

  assert {
    condition = { for key, function in aws_lambda_function.function : key => [function.function_name, function.handler, function.timeout] } == {
      chat     = ["async-chat-local-chat", "entrypoints.chat.handler", 29]
      worker   = ["async-chat-local-worker", "entrypoints.chat.handler", 90]
      reads    = ["async-chat-local-reads", "entrypoints.reads.handler", 10]
      search   = ["async-chat-local-search", "entrypoints.search.handler", 29]
      edits    = ["async-chat-local-edits", "entrypoints.edits.handler", 29]
      failures = ["async-chat-local-failures", "entrypoints.failures.handler", 30]
    }
    error_message = "A function is missing, or has another handler or timeout."
  }

  assert {
    condition     = aws_lambda_function.function["chat"].environment[0].variables["ASYNC_CHAT_WORKER_FUNCTION"] == "async-chat-local-worker"
    error_message = "The chat function must invoke the worker."
  }

  assert {
    condition     = aws_lambda_function_event_invoke_config.worker.function_name == "async-chat-local-worker" && aws_lambda_function_recursion_config.worker.function_name == "async-chat-local-worker"
    error_message = "The asynchronous settings must belong to the worker."
  }

  assert {
    condition     = [for key, permission in aws_lambda_permission.api : key] == ["chat", "edits", "reads", "search"]
    error_message = "The API must not be allowed to invoke the worker."
  }
}

run "worker_timeout_follows_deadline_seconds" {
  command = plan

  variables {
    deadline_seconds = 600
  }

  assert {
    condition     = aws_lambda_function.function["chat"].timeout == 620 && aws_lambda_function.function["chat"].environment[0].variables["ASYNC_CHAT_DEADLINE_SECONDS"] == "600"
    error_message = "The worker's timeout and its deadline setting must follow deadline_seconds."
  }
}

run "an_event_may_wait_while_its_turn_can_still_be_answered" {
  command = plan

  variables {
    deadline_seconds = 840
  }

  assert {
    condition     = aws_lambda_function_event_invoke_config.worker.maximum_event_age_in_seconds == 784 && aws_lambda_function.function["chat"].timeout == 860
    error_message = "Of 840 seconds, an answer takes 56."
  }
}

run "an_events_age_has_lambdas_minimum" {
  command = plan

  variables {
    deadline_seconds        = 30
    expected_answer_seconds = 12.5
  }

  assert {
    condition     = aws_lambda_function_event_invoke_config.worker.maximum_event_age_in_seconds == 60
    error_message = "Lambda accepts no age below 60 seconds."
  }
}

run "an_events_age_is_whole_seconds" {
  command = plan

  variables {
    deadline_seconds        = 300
    expected_answer_seconds = 12.5
  }

  assert {
    condition     = aws_lambda_function_event_invoke_config.worker.maximum_event_age_in_seconds == 287
    error_message = "Lambda accepts whole seconds only."
  }
}

run "every_variable_reaches_the_functions_that_read_it" {
  command = plan

  override_resource {
    target          = terraform_data.log_key
    override_during = plan
    values          = { output = "of-this-workspace" }
  }

  variables {
    app_version             = "1.2.3"
    deadline_seconds        = 45
    turns_per_user          = 2
    asks_per_minute         = 7
    answers_per_day         = 70
    agent                   = "my_agents.legacy:make_agent"
    recall_delay_seconds    = 5
    expected_answer_seconds = 12
    memory_limit            = { memories = 300, bytes = 40000 }
    log_level               = "WARNING"
    worker_retries          = 2
  }

  assert {
    condition = aws_lambda_function.function["chat"].environment[0].variables == tomap({
      ASYNC_CHAT_WORKSPACE            = "local"
      ASYNC_CHAT_VERSION              = "1.2.3"
      ASYNC_CHAT_CHATS_TABLE          = "async-chat-local-chats"
      ASYNC_CHAT_MEMORIES_TABLE       = "async-chat-local-memories"
      ASYNC_CHAT_WORKER_FUNCTION      = "async-chat-local-chat"
      ASYNC_CHAT_DEADLINE_SECONDS     = "45"
      ASYNC_CHAT_TURNS_PER_USER       = "2"
      ASYNC_CHAT_MAX_CONCURRENT_TURNS = "0"
      ASYNC_CHAT_AGENT                = "my_agents.legacy:make_agent"
      ASYNC_CHAT_RECALL_DELAY_SECONDS = "5"
      ASYNC_CHAT_LOG_LEVEL            = "WARNING"
      ASYNC_CHAT_LOG_KEY              = "of-this-workspace"
      ASYNC_CHAT_ASKS_PER_MINUTE      = "7"
      ASYNC_CHAT_ANSWERS_PER_DAY      = "70"

      ASYNC_CHAT_WORKSPACE_ANSWERS_PER_DAY = "0"
    })
    error_message = "The chat function's environment variables differ from this list."
  }

  assert {
    condition = alltrue([for key in ["reads", "search", "edits", "failures"] : { for name, value in aws_lambda_function.function[key].environment[0].variables : name => value if !contains(["ASYNC_CHAT_SIGN_IN", "ASYNC_CHAT_EXPECTED_ANSWER_SECONDS", "ASYNC_CHAT_HOLD_POLLS", "ASYNC_CHAT_MEMORIES_PER_USER", "ASYNC_CHAT_MEMORY_BYTES_PER_USER"], name) } == {
      ASYNC_CHAT_WORKSPACE            = "local"
      ASYNC_CHAT_VERSION              = "1.2.3"
      ASYNC_CHAT_CHATS_TABLE          = "async-chat-local-chats"
      ASYNC_CHAT_MEMORIES_TABLE       = "async-chat-local-memories"
      ASYNC_CHAT_DEADLINE_SECONDS     = "45"
      ASYNC_CHAT_TURNS_PER_USER       = "2"
      ASYNC_CHAT_MAX_CONCURRENT_TURNS = "0"
      ASYNC_CHAT_LOG_LEVEL            = "WARNING"
      ASYNC_CHAT_LOG_KEY              = "of-this-workspace"
      ASYNC_CHAT_ASKS_PER_MINUTE      = "7"
      ASYNC_CHAT_ANSWERS_PER_DAY      = "70"

      ASYNC_CHAT_WORKSPACE_ANSWERS_PER_DAY = "0"
    }])
    error_message = "The environment variables of a function other than the worker differ from this list."
  }

  assert {
    condition     = { for key, function in aws_lambda_function.function : key => [function.environment[0].variables.ASYNC_CHAT_MEMORIES_PER_USER, function.environment[0].variables.ASYNC_CHAT_MEMORY_BYTES_PER_USER] if contains(keys(function.environment[0].variables), "ASYNC_CHAT_MEMORIES_PER_USER") } == { edits = ["300", "40000"] }
    error_message = "memory_limit must reach the edits function, and only it."
  }

  assert {
    condition     = { for key, function in aws_lambda_function.function : key => function.environment[0].variables.ASYNC_CHAT_EXPECTED_ANSWER_SECONDS if contains(keys(function.environment[0].variables), "ASYNC_CHAT_EXPECTED_ANSWER_SECONDS") } == { reads = "12" }
    error_message = "expected_answer_seconds must reach the reads function, and only it."
  }

  assert {
    condition     = [for key, function in aws_lambda_function.function : key if contains(keys(function.environment[0].variables), "ASYNC_CHAT_SIGN_IN")] == ["reads"]
    error_message = "The sign-in settings must reach the reads function, which serves the page, and only it."
  }

  assert {
    condition     = alltrue([for function in aws_lambda_function.function : function.logging_config[0].application_log_level == "INFO" && function.logging_config[0].log_format == "JSON"])
    error_message = "Lambda must log JSON, and must not drop the INFO lines that carry metrics, whatever log_level is."
  }

  assert {
    condition     = { for key, function in aws_lambda_function.function : key => function.logging_config[0].system_log_level } == { chat = "INFO", reads = "WARN", search = "INFO", edits = "INFO", failures = "INFO" }
    error_message = "Lambda must leave out its own lines about polls, which are most invocations, and only those."
  }

  assert {
    condition     = aws_lambda_function_event_invoke_config.worker.maximum_retry_attempts == 2
    error_message = "worker_retries must reach Lambda."
  }
}

run "reserved_concurrency_limits_the_concurrent_turns" {
  command = plan

  variables {
    dedicated_worker = true
    concurrency      = { chat = 50, worker = 350, reads = 200 }
  }

  assert {
    condition     = { for key, function in aws_lambda_function.function : key => function.reserved_concurrent_executions } == { chat = 50, worker = 350, reads = 200, search = -1, edits = -1, failures = -1 }
    error_message = "A function has another reserved concurrency than concurrency says."
  }

  assert {
    condition     = alltrue([for function in aws_lambda_function.function : function.environment[0].variables.ASYNC_CHAT_MAX_CONCURRENT_TURNS == "350"])
    error_message = "The limit of concurrent turns must be the worker's reserved concurrency."
  }
}

run "budgets_bound_each_user_and_the_workspace_by_default" {
  command = plan

  variables {
    max_concurrent_turns = 50
  }

  assert {
    condition     = alltrue([for function in aws_lambda_function.function : function.environment[0].variables.ASYNC_CHAT_ASKS_PER_MINUTE == "30" && function.environment[0].variables.ASYNC_CHAT_ANSWERS_PER_DAY == "500" && function.environment[0].variables.ASYNC_CHAT_WORKSPACE_ANSWERS_PER_DAY == "10000"])
    error_message = "By default a user may ask 30 times a minute and 500 times a day, and all users 10,000 times a day."
  }
}

run "without_reserved_concurrency_turns_are_limited_to_50" {
  command = plan

  variables {
    max_concurrent_turns = null
  }

  assert {
    condition     = alltrue([for function in aws_lambda_function.function : function.environment[0].variables.ASYNC_CHAT_MAX_CONCURRENT_TURNS == "50" && function.reserved_concurrent_executions == -1])
    error_message = "By default 50 concurrent turns are allowed, and no concurrency is reserved."
  }
}
