# Published versions and the alias `live`. The embedded AWS ignores an alias's asynchronous settings, so only
# these tests cover them.
mock_provider "aws" {
  source          = "./tests/mocks"
  override_during = plan
}

variables {
  name_prefix  = "async-chat-local"
  environment  = "local"
  package_path = "tests/mocks/package.txt"
  agent        = "recall"
}

run "without_published_versions_there_is_no_alias" {
  command = plan

  assert {
    condition     = length(aws_lambda_alias.live) == 0 && alltrue([for function in aws_lambda_function.function : !function.publish])
    error_message = "Without the switch there must be no versions and no alias."
  }
}

run "with_published_versions_every_caller_invokes_the_alias" {
  command = plan

  variables {
    published = true
  }

  assert {
    condition     = { for key, alias in aws_lambda_alias.live : key => [alias.name, alias.function_name, alias.function_version] } == { for key in ["chat", "reads", "search", "edits", "failures"] : key => ["live", "async-chat-local-${key}", "7"] }
    error_message = "Every function needs an alias of its newest version."
  }

  assert {
    condition     = alltrue([for function in aws_lambda_function.function : function.publish])
    error_message = "Every function must publish versions."
  }

  assert {
    condition     = alltrue([for key, integration in aws_apigatewayv2_integration.function : integration.integration_uri == aws_lambda_alias.live[key].invoke_arn])
    error_message = "The API must invoke the alias."
  }

  assert {
    condition     = alltrue([for permission in aws_lambda_permission.api : permission.qualifier == "live"])
    error_message = "The API must be allowed to invoke the alias."
  }

  assert {
    condition     = aws_lambda_function.function["chat"].environment[0].variables["ASYNC_CHAT_WORKER_FUNCTION"] == "async-chat-local-chat:live"
    error_message = "The chat function must invoke the worker's alias."
  }

  assert {
    condition     = aws_lambda_function_event_invoke_config.worker.qualifier == "live"
    error_message = "The asynchronous settings must be set on the alias."
  }

  assert {
    condition     = aws_lambda_event_source_mapping.failures.function_name == aws_lambda_alias.live["failures"].arn
    error_message = "The queue must invoke the alias of the failures function."
  }
}

run "with_published_versions_a_dedicated_worker_is_invoked_by_its_alias" {
  command = plan

  variables {
    published        = true
    dedicated_worker = true
  }

  assert {
    condition     = aws_lambda_function.function["chat"].environment[0].variables["ASYNC_CHAT_WORKER_FUNCTION"] == "async-chat-local-worker:live" && aws_lambda_function_event_invoke_config.worker.function_name == "async-chat-local-worker" && aws_lambda_function_event_invoke_config.worker.qualifier == "live"
    error_message = "The asynchronous settings must belong to the alias that is invoked."
  }
}

run "rollback_points_the_alias_to_an_earlier_version" {
  command = plan

  variables {
    published = true
    rollback  = { chat = "5", reads = "4" }
  }

  assert {
    condition     = output.live_versions == { chat = "5", reads = "4", search = "7", edits = "7", failures = "7" }
    error_message = "The alias must point to the version in rollback."
  }
}

run "rollback_without_published_versions_is_rejected" {
  command = plan

  variables {
    rollback = { chat = "5" }
  }

  expect_failures = [var.rollback]
}

run "rollback_of_an_unknown_function_is_rejected" {
  command = plan

  variables {
    published = true
    rollback  = { worker = "5" }
  }

  expect_failures = [var.rollback]
}
