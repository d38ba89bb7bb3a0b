# How a turn's worker is run. In workspace `local`.
mock_provider "aws" {
  source          = "./tests/mocks"
  override_during = plan
}

variables {
  package_path = "tests/mocks/package.txt"
}

run "the_asking_function_works_by_itself" {
  command = plan

  assert {
    condition = { for key, function in aws_lambda_function.function : key => [function.function_name, function.handler, function.timeout] } == {
      chat     = ["async-chat-local-chat", "entrypoints.chat.handler", 90]
      reads    = ["async-chat-local-reads", "entrypoints.reads.handler", 10]
      edits    = ["async-chat-local-edits", "entrypoints.edits.handler", 29]
      failures = ["async-chat-local-failures", "entrypoints.failures.handler", 30]
    }
    error_message = "There are four functions, and the worker's timeout exceeds the deadline of 70 seconds by 20."
  }

  assert {
    condition     = aws_lambda_function.function["chat"].environment[0].variables["ASYNC_CHAT_WORKER_FUNCTION"] == "async-chat-local-chat"
    error_message = "The asking function has to invoke itself."
  }

  assert {
    condition     = alltrue([for function in aws_lambda_function.function : function.runtime == "python3.13" && function.architectures == tolist(["arm64"]) && function.filename == var.package_path])
    error_message = "Every function is made of the one package, for Python 3.13 on arm64."
  }
}

run "a_failed_event_is_not_run_again_but_reported" {
  command = plan

  assert {
    condition     = aws_lambda_function_event_invoke_config.worker.function_name == "async-chat-local-chat" && aws_lambda_function_event_invoke_config.worker.qualifier == null
    error_message = "The asynchronous settings do not belong to the function that is invoked."
  }

  assert {
    condition     = aws_lambda_function_event_invoke_config.worker.maximum_retry_attempts == 0
    error_message = "Lambda would silently run a paid agent again."
  }

  assert {
    condition     = aws_lambda_function_event_invoke_config.worker.maximum_event_age_in_seconds < var.deadline_seconds
    error_message = "A worker could start after its turn's deadline."
  }

  assert {
    condition     = aws_lambda_function_event_invoke_config.worker.destination_config[0].on_failure[0].destination == aws_sqs_queue.failures.arn
    error_message = "Nobody would hear of a worker that was killed."
  }

  assert {
    condition     = aws_lambda_function_recursion_config.worker.recursive_loop == "Terminate" && aws_lambda_function_recursion_config.worker.function_name == "async-chat-local-chat"
    error_message = "A worker that invokes itself for ever would not be stopped."
  }
}

run "failures_are_settled_in_batches_and_kept_when_they_cannot_be" {
  command = plan

  override_resource {
    target          = aws_sqs_queue.undelivered
    override_during = plan
    values          = { arn = "arn:aws:sqs:eu-central-1:123456789012:async-chat-local-failures-undelivered" }
  }

  assert {
    condition     = aws_lambda_event_source_mapping.failures.event_source_arn == aws_sqs_queue.failures.arn && aws_lambda_event_source_mapping.failures.function_name == aws_lambda_function.function["failures"].arn
    error_message = "The failures queue has no consumer."
  }

  assert {
    condition     = aws_lambda_event_source_mapping.failures.function_response_types == toset(["ReportBatchItemFailures"])
    error_message = "One failure that cannot be settled would bring back the other nine."
  }

  assert {
    condition     = aws_sqs_queue.failures.visibility_timeout_seconds >= aws_lambda_function.function["failures"].timeout * 6
    error_message = "A failure would be handed out again while it is being settled."
  }

  assert {
    condition = jsondecode(aws_sqs_queue.failures.redrive_policy) == {
      deadLetterTargetArn = "arn:aws:sqs:eu-central-1:123456789012:async-chat-local-failures-undelivered"
      maxReceiveCount     = 5
    }
    error_message = "A failure that cannot be settled would be lost."
  }

  assert {
    condition     = jsondecode(aws_sqs_queue.undelivered.redrive_allow_policy).sourceQueueArns == ["arn:aws:sqs:eu-central-1:123456789012:async-chat-local-failures"]
    error_message = "Other queues may drop their messages among ours."
  }
}

run "a_dedicated_worker_reasons_apart_from_the_asking_function" {
  command = plan

  variables {
    overrides = { dedicated_worker = true }
  }

  assert {
    condition = { for key, function in aws_lambda_function.function : key => [function.function_name, function.handler, function.timeout] } == {
      chat     = ["async-chat-local-chat", "entrypoints.chat.handler", 29]
      worker   = ["async-chat-local-worker", "entrypoints.chat.handler", 90]
      reads    = ["async-chat-local-reads", "entrypoints.reads.handler", 10]
      edits    = ["async-chat-local-edits", "entrypoints.edits.handler", 29]
      failures = ["async-chat-local-failures", "entrypoints.failures.handler", 30]
    }
    error_message = "The worker is the same package once more, and the long timeout is its alone."
  }

  assert {
    condition     = aws_lambda_function.function["chat"].environment[0].variables["ASYNC_CHAT_WORKER_FUNCTION"] == "async-chat-local-worker"
    error_message = "The asking function has to invoke the worker."
  }

  assert {
    condition     = aws_lambda_function_event_invoke_config.worker.function_name == "async-chat-local-worker" && aws_lambda_function_recursion_config.worker.function_name == "async-chat-local-worker"
    error_message = "The asynchronous settings belong to the function that is invoked."
  }

  assert {
    condition     = [for key, permission in aws_lambda_permission.api : key] == ["chat", "edits", "reads"]
    error_message = "The API may not call the worker."
  }
}

run "the_timeout_follows_the_deadline" {
  command = plan

  variables {
    deadline_seconds = 600
  }

  assert {
    condition     = aws_lambda_function.function["chat"].timeout == 620 && aws_lambda_function.function["chat"].environment[0].variables["ASYNC_CHAT_DEADLINE_SECONDS"] == "600"
    error_message = "Code and Lambda disagree about how long a turn may take."
  }
}

run "every_setting_reaches_the_functions" {
  command = plan

  variables {
    app_version             = "1.2.3"
    deadline_seconds        = 45
    turns_per_user          = 2
    agent                   = "my_agents.legacy:make_agent"
    recall_delay_seconds    = 5
    expected_answer_seconds = 12
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
    })
    error_message = "The asking function lacks a setting, or has one too many."
  }

  assert {
    condition = alltrue([for key in ["reads", "edits", "failures"] : { for name, value in aws_lambda_function.function[key].environment[0].variables : name => value if !contains(["ASYNC_CHAT_SIGN_IN", "ASYNC_CHAT_EXPECTED_ANSWER_SECONDS"], name) } == {
      ASYNC_CHAT_WORKSPACE            = "local"
      ASYNC_CHAT_VERSION              = "1.2.3"
      ASYNC_CHAT_CHATS_TABLE          = "async-chat-local-chats"
      ASYNC_CHAT_MEMORIES_TABLE       = "async-chat-local-memories"
      ASYNC_CHAT_DEADLINE_SECONDS     = "45"
      ASYNC_CHAT_TURNS_PER_USER       = "2"
      ASYNC_CHAT_MAX_CONCURRENT_TURNS = "0"
      ASYNC_CHAT_LOG_LEVEL            = "WARNING"
    }])
    error_message = "A function that does not reason knows the agent or the worker, or lacks a setting."
  }

  assert {
    condition     = { for key, function in aws_lambda_function.function : key => function.environment[0].variables.ASYNC_CHAT_EXPECTED_ANSWER_SECONDS if contains(keys(function.environment[0].variables), "ASYNC_CHAT_EXPECTED_ANSWER_SECONDS") } == { reads = "12" }
    error_message = "Polls are hinted at by another figure than was given."
  }

  assert {
    condition     = [for key, function in aws_lambda_function.function : key if contains(keys(function.environment[0].variables), "ASYNC_CHAT_SIGN_IN")] == ["reads"]
    error_message = "The chat page, which the reading function serves, does not know how to sign in."
  }

  assert {
    condition     = alltrue([for function in aws_lambda_function.function : function.logging_config[0].application_log_level == "WARN" && function.logging_config[0].log_format == "JSON"])
    error_message = "Lambda would drop what the code logs, or wrap it in text."
  }

  assert {
    condition     = aws_lambda_function_event_invoke_config.worker.maximum_retry_attempts == 2
    error_message = "worker_retries does not reach Lambda."
  }
}

run "code_that_is_not_the_package_is_noticed" {
  command = plan

  override_resource {
    target          = aws_lambda_function.function["edits"]
    override_during = plan
    values          = { code_sha256 = "c29tZSBvdGhlciBjb2RlLCBsZWZ0IGJ5IGEgZmFpbGU=" }
  }

  expect_failures = [check.running_code_is_the_package]
}
