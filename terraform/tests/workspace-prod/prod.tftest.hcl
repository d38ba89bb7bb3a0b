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

run "is_rejected_without_confirmation" {
  command = plan

  variables {
    confirm_workspace = ""
  }

  expect_failures = [var.confirm_workspace]
}

run "is_rejected_when_another_workspace_is_confirmed" {
  command = plan

  variables {
    confirm_workspace = "dev"
  }

  expect_failures = [var.confirm_workspace]
}

run "rejects_overrides" {
  command = plan

  variables {
    overrides = { deletion_protection = false }
  }

  expect_failures = [var.overrides]
}

run "is_bound_to_one_account" {
  command = plan

  assert {
    condition     = length(local.environment.account_ids) == 1 && local.environment.account_ids[0] != "000000000000"
    error_message = "Workspace prod must list one account, not the embedded AWS's."
  }

  assert {
    condition     = alltrue([for function in aws_lambda_function.function : startswith(function.function_name, "async-chat-prod-")])
    error_message = "Production's functions must have names with prod."
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
    error_message = "Every function needs its reserved concurrency."
  }

  assert {
    condition     = sum([for function in aws_lambda_function.function : function.reserved_concurrent_executions]) <= 900
    error_message = "The sum must be at most 900: an account has 1,000 by default, and 100 must stay unreserved."
  }
}

run "throttles_questions_to_the_rate_at_which_workers_become_free" {
  command = plan

  assert {
    condition     = alltrue([for setting in aws_apigatewayv2_stage.default.route_settings : setting.throttling_rate_limit * var.deadline_seconds <= aws_lambda_function.function["worker"].reserved_concurrent_executions])
    error_message = "Questions must not arrive faster than workers become free."
  }

  assert {
    condition     = aws_apigatewayv2_stage.default.default_route_settings[0].throttling_rate_limit == 500 && aws_apigatewayv2_stage.default.default_route_settings[0].throttling_burst_limit == 1000
    error_message = "The API's throttle differs from environments.tf."
  }
}

run "limits_concurrent_turns_to_the_workers_concurrency" {
  command = plan

  assert {
    condition     = alltrue([for function in aws_lambda_function.function : function.environment[0].variables.ASYNC_CHAT_MAX_CONCURRENT_TURNS == "350"])
    error_message = "The limit of concurrent turns must be the worker's reserved concurrency."
  }
}

run "protects_its_data_from_deletion" {
  command = plan

  assert {
    condition     = alltrue([for table in [aws_dynamodb_table.chats, aws_dynamodb_table.memories] : table.deletion_protection_enabled && table.point_in_time_recovery[0].enabled && table.server_side_encryption[0].kms_key_arn == aws_kms_key.data[0].arn])
    error_message = "The tables need deletion protection, point-in-time recovery and the customer key."
  }

  assert {
    condition     = alltrue([for group in concat(values(aws_cloudwatch_log_group.function), [aws_cloudwatch_log_group.api]) : group.retention_in_days == 365])
    error_message = "The log retention must be 365 days."
  }

  assert {
    condition     = aws_cognito_user_pool.users[0].deletion_protection == "ACTIVE"
    error_message = "The user pool needs deletion protection."
  }
}

run "has_no_password_sign_in" {
  command = plan

  assert {
    condition     = aws_cognito_user_pool_client.app[0].explicit_auth_flows == toset(["ALLOW_USER_SRP_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"]) && aws_cognito_user_pool_client.app[0].access_token_validity == 1
    error_message = "The client must not allow password sign-in, and a token must be valid for one hour."
  }

  assert {
    condition     = alltrue([for route in aws_apigatewayv2_route.guarded : alltrue([for scope in route.authorization_scopes : startswith(scope, "async-chat/")])])
    error_message = "A route accepts tokens that are not for this API."
  }

  assert {
    condition     = length(aws_cognito_user_pool_domain.sign_in) == 1
    error_message = "Workspace prod needs the hosted sign-in."
  }
}

run "has_alarms_tracing_and_published_versions" {
  command = plan

  assert {
    condition     = length(aws_cloudwatch_metric_alarm.alarm) == 21 && length(aws_cloudwatch_dashboard.chat) == 1
    error_message = "Workspace prod needs all alarms and the dashboard."
  }

  assert {
    condition     = alltrue([for function in aws_lambda_function.function : function.tracing_config[0].mode == "Active" && function.publish])
    error_message = "Every function must record traces and publish versions."
  }

  assert {
    condition     = aws_lambda_function_event_invoke_config.worker.function_name == "async-chat-prod-worker" && aws_lambda_function_event_invoke_config.worker.qualifier == "live" && aws_lambda_function_event_invoke_config.worker.maximum_retry_attempts == 0
    error_message = "The asynchronous settings must be set on the worker's alias, without retries."
  }
}
