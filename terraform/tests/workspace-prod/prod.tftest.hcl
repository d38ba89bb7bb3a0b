# The protected workspace. Run with TF_WORKSPACE=prod and -test-directory=tests/workspace-prod.
mock_provider "aws" {
  source          = "./tests/mocks"
  override_during = plan
}

variables {
  agent             = "recall"
  package_path      = "tests/mocks/package.txt"
  confirm_workspace = "prod"
}

run "is_refused_unless_its_name_is_said" {
  command = plan

  variables {
    confirm_workspace = ""
  }

  expect_failures = [var.confirm_workspace]
}

run "is_refused_under_another_name" {
  command = plan

  variables {
    confirm_workspace = "dev"
  }

  expect_failures = [var.confirm_workspace]
}

run "takes_no_overrides" {
  command = plan

  variables {
    overrides = { deletion_protection = false }
  }

  expect_failures = [var.overrides]
}

run "is_bound_to_its_account" {
  command = plan

  assert {
    condition     = length(local.environment.account_ids) == 1 && local.environment.account_ids[0] != "000000000000"
    error_message = "Production could be applied to any account."
  }

  assert {
    condition     = alltrue([for function in aws_lambda_function.function : startswith(function.function_name, "async-chat-prod-")])
    error_message = "Production's functions have other names."
  }
}

run "reserves_concurrency_for_each_function" {
  command = plan

  assert {
    condition = { for key, function in aws_lambda_function.function : key => function.reserved_concurrent_executions } == {
      chat     = 50
      worker   = 350
      reads    = 200
      edits    = 20
      failures = 5
    }
    error_message = "A flood of one kind could starve another."
  }

  assert {
    condition     = sum([for function in aws_lambda_function.function : function.reserved_concurrent_executions]) <= 900
    error_message = "An account has 1,000 by default, of which AWS keeps 100 unreserved."
  }
}

run "lets_in_asks_no_faster_than_workers_get_free" {
  command = plan

  assert {
    condition     = alltrue([for setting in aws_apigatewayv2_stage.default.route_settings : setting.throttling_rate_limit * var.deadline_seconds <= aws_lambda_function.function["worker"].reserved_concurrent_executions])
    error_message = "Asks could wait for a worker until their deadline."
  }

  assert {
    condition     = aws_apigatewayv2_stage.default.default_route_settings[0].throttling_rate_limit == 500 && aws_apigatewayv2_stage.default.default_route_settings[0].throttling_burst_limit == 1000
    error_message = "Production is not throttled as environments.tf says."
  }
}

run "takes_as_many_turns_as_there_are_workers" {
  command = plan

  assert {
    condition     = alltrue([for function in aws_lambda_function.function : function.environment[0].variables.ASYNC_CHAT_MAX_CONCURRENT_TURNS == "350"])
    error_message = "Turns would wait for a worker until it is too late, or workers stand idle while people are turned away."
  }
}

run "keeps_its_data" {
  command = plan

  assert {
    condition     = alltrue([for table in [aws_dynamodb_table.chats, aws_dynamodb_table.memories] : table.deletion_protection_enabled && table.point_in_time_recovery[0].enabled && table.server_side_encryption[0].kms_key_arn == aws_kms_key.data[0].arn])
    error_message = "A table can be deleted, cannot be restored, or is not encrypted by our key."
  }

  assert {
    condition     = alltrue([for group in concat(values(aws_cloudwatch_log_group.function), [aws_cloudwatch_log_group.api]) : group.retention_in_days == 365])
    error_message = "A log is not kept for a year."
  }

  assert {
    condition     = aws_cognito_user_pool.users[0].deletion_protection == "ACTIVE"
    error_message = "The accounts can be deleted."
  }
}

run "has_no_password_sign_in" {
  command = plan

  assert {
    condition     = aws_cognito_user_pool_client.app[0].explicit_auth_flows == toset(["ALLOW_USER_SRP_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"]) && aws_cognito_user_pool_client.app[0].access_token_validity == 1
    error_message = "A password goes to the app, or a token lives longer than an hour."
  }

  assert {
    condition     = alltrue([for route in aws_apigatewayv2_route.guarded : alltrue([for scope in route.authorization_scopes : startswith(scope, "async-chat/")])])
    error_message = "A route takes tokens that are not for this API."
  }

  assert {
    condition     = length(aws_cognito_user_pool_domain.sign_in) == 1
    error_message = "Nobody can sign in."
  }
}

run "is_watched_and_can_be_rolled_back" {
  command = plan

  assert {
    condition     = length(aws_cloudwatch_metric_alarm.alarm) == 21 && length(aws_cloudwatch_dashboard.chat) == 1
    error_message = "Production is not watched."
  }

  assert {
    condition     = alltrue([for function in aws_lambda_function.function : function.tracing_config[0].mode == "Active" && function.publish])
    error_message = "A function leaves no traces or publishes no versions."
  }

  assert {
    condition     = aws_lambda_function_event_invoke_config.worker.function_name == "async-chat-prod-worker" && aws_lambda_function_event_invoke_config.worker.qualifier == "live" && aws_lambda_function_event_invoke_config.worker.maximum_retry_attempts == 0
    error_message = "Lambda would run a paid agent again."
  }
}
