# Published versions and the alias `live`. The embedded AWS ignores what binds to an alias, so it is held here.
# In workspace `local`.
mock_provider "aws" {
  source          = "./tests/mocks"
  override_during = plan
}

variables {
  package_path = "tests/mocks/package.txt"
}

run "without_versions_the_functions_themselves_are_called" {
  command = plan

  assert {
    condition     = length(aws_lambda_alias.live) == 0 && alltrue([for function in aws_lambda_function.function : !function.publish])
    error_message = "Versions are published that nobody calls."
  }
}

run "with_versions_everybody_calls_the_alias" {
  command = plan

  variables {
    overrides = { published = true }
  }

  assert {
    condition     = { for key, alias in aws_lambda_alias.live : key => [alias.name, alias.function_name, alias.function_version] } == { for key in ["chat", "reads", "edits", "failures"] : key => ["live", "async-chat-local-${key}", "7"] }
    error_message = "A function's alias is missing, or does not name its newest version."
  }

  assert {
    condition     = alltrue([for function in aws_lambda_function.function : function.publish])
    error_message = "A function publishes no versions to go back to."
  }

  assert {
    condition     = alltrue([for key, integration in aws_apigatewayv2_integration.function : integration.integration_uri == aws_lambda_alias.live[key].invoke_arn])
    error_message = "The API calls the newest code instead of the alias."
  }

  assert {
    condition     = alltrue([for permission in aws_lambda_permission.api : permission.qualifier == "live"])
    error_message = "The API may not call the alias."
  }

  assert {
    condition     = aws_lambda_function.function["chat"].environment[0].variables["ASYNC_CHAT_WORKER_FUNCTION"] == "async-chat-local-chat:live"
    error_message = "The asking function invokes the newest code instead of the alias."
  }

  assert {
    condition     = aws_lambda_function_event_invoke_config.worker.qualifier == "live"
    error_message = "Lambda's default retries and no destination would apply to what is invoked."
  }

  assert {
    condition     = aws_lambda_event_source_mapping.failures.function_name == aws_lambda_alias.live["failures"].arn
    error_message = "Failures go to the newest code instead of the alias."
  }
}

run "with_versions_a_dedicated_worker_is_called_by_its_alias" {
  command = plan

  variables {
    overrides = { published = true, dedicated_worker = true }
  }

  assert {
    condition     = aws_lambda_function.function["chat"].environment[0].variables["ASYNC_CHAT_WORKER_FUNCTION"] == "async-chat-local-worker:live" && aws_lambda_function_event_invoke_config.worker.function_name == "async-chat-local-worker" && aws_lambda_function_event_invoke_config.worker.qualifier == "live"
    error_message = "What is invoked and what the asynchronous settings belong to are not the same."
  }
}

run "one_variable_rolls_back" {
  command = plan

  variables {
    overrides = { published = true }
    rollback  = { chat = "5", reads = "4" }
  }

  assert {
    condition     = output.live_versions == { chat = "5", reads = "4", edits = "7", failures = "7" }
    error_message = "The alias does not name the version that was asked for."
  }
}

run "a_rollback_needs_versions" {
  command = plan

  variables {
    rollback = { chat = "5" }
  }

  expect_failures = [var.rollback]
}

run "a_rollback_names_functions_that_exist" {
  command = plan

  variables {
    overrides = { published = true }
    rollback  = { worker = "5" }
  }

  expect_failures = [var.rollback]
}
