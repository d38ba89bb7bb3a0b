# The shared workspace for development. Run with TF_WORKSPACE=dev and -test-directory=tests/workspace-dev.
mock_provider "aws" {
  source          = "./tests/mocks"
  override_during = plan
}

variables {
  agent        = "recall"
  package_path = "tests/mocks/package.txt"
}

run "accepts_its_own_name_as_confirmation" {
  command = plan

  variables {
    confirm_workspace = "dev"
  }

  assert {
    condition     = aws_dynamodb_table.chats.name == "async-chat-dev-chats"
    error_message = "Resource names must contain the workspace."
  }
}

run "is_rejected_when_another_workspace_is_confirmed" {
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
    error_message = "Sign-in must be the same as in production."
  }
}

run "has_a_dashboard_and_no_alarms" {
  command = plan

  assert {
    condition     = length(aws_cloudwatch_dashboard.chat) == 1 && length(aws_cloudwatch_metric_alarm.alarm) == 0
    error_message = "Workspace dev must have a dashboard and no alarms."
  }

  assert {
    condition     = alltrue([for group in aws_cloudwatch_log_group.function : group.retention_in_days == 14])
    error_message = "The log retention must be 14 days."
  }

  assert {
    condition     = alltrue([for function in aws_lambda_function.function : function.reserved_concurrent_executions == -1])
    error_message = "Workspace dev must not reserve concurrency."
  }

  assert {
    condition     = alltrue([for function in aws_lambda_function.function : function.environment[0].variables.ASYNC_CHAT_MAX_CONCURRENT_TURNS == "50"])
    error_message = "Workspace dev must limit concurrent turns to 50."
  }
}

run "agent_is_bedrock_by_default" {
  command = plan

  variables {
    agent = null
    model = { id = "some.model-v1:0" }
  }

  assert {
    condition     = aws_lambda_function.function["chat"].environment[0].variables.ASYNC_CHAT_AGENT == "bedrock"
    error_message = "The default agent of a deployed workspace must be bedrock."
  }
}

run "bedrock_without_a_model_is_rejected" {
  command = plan

  variables {
    agent = null
  }

  expect_failures = [var.model]
}
