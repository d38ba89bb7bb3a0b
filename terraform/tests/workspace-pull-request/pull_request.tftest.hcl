# A pull request's short-lived workspace. Run with TF_WORKSPACE=pr-7 and -test-directory=tests/workspace-pull-request.
mock_provider "aws" {
  source          = "./tests/mocks"
  override_during = plan
}

variables {
  package_path = "tests/mocks/package.txt"
}

run "resource_names_contain_the_workspace" {
  command = plan

  assert {
    condition     = alltrue([for key, function in aws_lambda_function.function : function.function_name == "async-chat-pr-7-${key}"])
    error_message = "Function names must contain the workspace."
  }

  assert {
    condition     = [aws_dynamodb_table.chats.name, aws_dynamodb_table.memories.name, aws_sqs_queue.failures.name] == ["async-chat-pr-7-chats", "async-chat-pr-7-memories", "async-chat-pr-7-failures"]
    error_message = "Table and queue names must contain the workspace."
  }
}

run "all_resources_can_be_deleted" {
  command = plan

  assert {
    condition     = !aws_dynamodb_table.chats.deletion_protection_enabled && !aws_dynamodb_table.memories.deletion_protection_enabled && aws_cognito_user_pool.users[0].deletion_protection == "INACTIVE"
    error_message = "A pull request's workspace must have no deletion protection."
  }

  assert {
    condition     = alltrue([for group in aws_cloudwatch_log_group.function : group.retention_in_days == 3])
    error_message = "The log retention must be three days."
  }
}

run "signs_in_as_production_does" {
  command = plan

  assert {
    condition     = aws_cognito_user_pool_client.app[0].explicit_auth_flows == toset(["ALLOW_USER_SRP_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"]) && length(aws_cognito_user_pool_domain.sign_in) == 1
    error_message = "Sign-in must be the same as in production."
  }
}

run "has_password_sign_in_on_the_embedded_aws" {
  command = plan

  override_data {
    target          = data.aws_caller_identity.current
    override_during = plan
    values          = { account_id = "000000000000" }
  }

  assert {
    condition     = contains(aws_cognito_user_pool_client.app[0].explicit_auth_flows, "ALLOW_USER_PASSWORD_AUTH")
    error_message = "Tests need password sign-in."
  }
}

run "accepts_overrides" {
  command = plan

  variables {
    overrides = { dedicated_worker = true, published = true }
  }

  assert {
    condition     = aws_lambda_function.function["worker"].function_name == "async-chat-pr-7-worker" && length(aws_lambda_alias.live) == 5
    error_message = "An override has no effect."
  }
}

run "rejects_demo_password" {
  command = plan

  variables {
    demo_password = "open to everyone 1A"
  }

  expect_failures = [var.demo_password]
}
