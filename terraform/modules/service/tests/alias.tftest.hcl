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
    condition     = length(local.aliases) == 0 && alltrue([for function in aws_lambda_function.function : !function.publish])
    error_message = "Without the switch there must be no versions and no alias."
  }
}

run "with_published_versions_every_caller_invokes_the_alias" {
  command = plan

  variables {
    published = true
  }

  assert {
    condition     = { for key, alias in local.aliases : key => [alias.name, alias.function_name, alias.function_version] } == { for key in ["chat", "reads", "search", "edits", "failures"] : key => ["live", "async-chat-local-${key}", "7"] }
    error_message = "Every function needs an alias of its newest version."
  }

  assert {
    condition     = alltrue([for function in aws_lambda_function.function : function.publish])
    error_message = "Every function must publish versions."
  }

  assert {
    condition     = alltrue([for key, integration in aws_apigatewayv2_integration.function : integration.integration_uri == local.aliases[key].invoke_arn])
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

run "a_gradual_release_publishes_versions_and_leaves_the_aliases_where_they_are" {
  command = plan

  variables {
    published       = true
    gradual_release = true
  }

  assert {
    condition     = output.live_versions == { chat = "6", reads = "6", search = "6", edits = "6", failures = "6" } && alltrue([for function in aws_lambda_function.function : function.publish])
    error_message = "Terraform must publish versions and keep the version that is live."
  }

  assert {
    condition     = { for key, alias in data.aws_lambda_alias.live : key => "${alias.function_name} ${alias.name}" }["chat"] == "async-chat-local-chat live"
    error_message = "Terraform must ask which version is live."
  }
}

run "rollback_applies_to_a_gradual_release_too" {
  command = plan

  variables {
    published       = true
    gradual_release = true
    rollback        = { chat = "5" }
  }

  assert {
    condition     = output.live_versions == { chat = "5", reads = "6", search = "6", edits = "6", failures = "6" }
    error_message = "A rollback must come before the version that is live."
  }
}

run "gradual_release_without_published_versions_is_rejected" {
  command = plan

  variables {
    gradual_release = true
  }

  expect_failures = [var.gradual_release]
}

run "snapshots_are_taken_of_published_versions_if_they_are_switched_on" {
  command = plan

  variables {
    published  = true
    snap_start = true
  }

  assert {
    condition     = alltrue([for function in aws_lambda_function.function : function.snap_start[0].apply_on == "PublishedVersions"])
    error_message = "Every function must start from a snapshot of its version."
  }
}

run "snapshots_are_off_by_default" {
  command = plan

  variables {
    published = true
  }

  assert {
    condition     = alltrue([for function in aws_lambda_function.function : length(function.snap_start) == 0]) && length(aws_lambda_runtime_management_config.function) == 0
    error_message = "Snapshots are paid for, and a pinned runtime gets no updates: both must be chosen."
  }
}

run "snapshots_without_published_versions_are_rejected" {
  command = plan

  variables {
    snap_start = true
  }

  expect_failures = [var.snap_start]
}

run "a_pinned_runtime_changes_with_a_deployment_only" {
  command = plan

  variables {
    pinned_runtime   = true
    dedicated_worker = true
  }

  assert {
    condition     = { for key, config in aws_lambda_runtime_management_config.function : key => "${config.function_name} ${config.update_runtime_on}" } == { for key in ["chat", "worker", "reads", "search", "edits", "failures"] : key => "async-chat-local-${key} FunctionUpdate" }
    error_message = "Every function's runtime must be updated with the function only."
  }
}
