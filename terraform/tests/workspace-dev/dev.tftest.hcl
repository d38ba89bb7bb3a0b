# The shared workspace for development. Run with TF_WORKSPACE=dev and -test-directory=tests/workspace-dev.
mock_provider "aws" {
  source          = "./tests/mocks"
  override_during = plan
}

variables {
  agent        = "recall"
  package_path = "tests/mocks/package.txt"
}

run "needs_no_word_and_takes_its_own" {
  command = plan

  variables {
    confirm_workspace = "dev"
  }

  assert {
    condition     = aws_dynamodb_table.chats.name == "async-chat-dev-chats"
    error_message = "The names do not say the workspace."
  }
}

run "is_refused_under_another_name" {
  command = plan

  variables {
    confirm_workspace = "prod"
  }

  expect_failures = [var.confirm_workspace]
}

run "signs_in_as_production_does" {
  command = plan

  assert {
    condition     = aws_cognito_user_pool_client.app[0].explicit_auth_flows == toset(["ALLOW_USER_SRP_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"]) && length(aws_cognito_user_pool_domain.sign_in) == 1
    error_message = "What works here would not work in production."
  }
}

run "is_looked_at_but_wakes_nobody" {
  command = plan

  assert {
    condition     = length(aws_cloudwatch_dashboard.chat) == 1 && length(aws_cloudwatch_metric_alarm.alarm) == 0
    error_message = "Development has a dashboard and no alarms."
  }

  assert {
    condition     = alltrue([for group in aws_cloudwatch_log_group.function : group.retention_in_days == 14])
    error_message = "A log is not kept for two weeks."
  }

  assert {
    condition     = alltrue([for function in aws_lambda_function.function : function.reserved_concurrent_executions == -1])
    error_message = "Development takes concurrency away from its account."
  }

  assert {
    condition     = alltrue([for function in aws_lambda_function.function : function.environment[0].variables.ASYNC_CHAT_MAX_CONCURRENT_TURNS == "50"])
    error_message = "A flood of questions could take all that the account has."
  }
}

run "reasons_with_a_model_unless_told_otherwise" {
  command = plan

  variables {
    agent = null
    model = { id = "some.model-v1:0" }
  }

  assert {
    condition     = aws_lambda_function.function["chat"].environment[0].variables.ASYNC_CHAT_AGENT == "bedrock"
    error_message = "A deployed workspace does not reason with a model by default."
  }
}

run "asks_for_the_model_by_name" {
  command = plan

  variables {
    agent = null
  }

  expect_failures = [var.model]
}
