# An agent of one's own: what it is given, and nobody else.
mock_provider "aws" {
  source          = "./tests/mocks"
  override_during = plan
}

variables {
  name_prefix       = "async-chat-local"
  package_path      = "tests/mocks/package.txt"
  agent             = "lab_agent:agent"
  agent_environment = { LAB_UNIT = "celsius" }
  agent_secrets     = { LAB_KEY = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:lab/key-AbCdEf" }
  agent_policy_json = "{\"Version\": \"2012-10-17\", \"Statement\": {\"Sid\": \"Lab\", \"Effect\": \"Allow\", \"Action\": [\"s3:GetObject\"], \"Resource\": [\"arn:aws:s3:::lab/*\"]}}"
}

run "the_chat_function_runs_the_agent_with_its_settings_and_rights" {
  command = plan

  assert {
    condition     = { for name, value in aws_lambda_function.function["chat"].environment[0].variables : name => value if startswith(name, "LAB_") } == { LAB_UNIT = "celsius", LAB_KEY = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:lab/key-AbCdEf" }
    error_message = "The agent must get its variables, and the ARN of its secret."
  }

  assert {
    condition = { for statement in jsondecode(aws_iam_role_policy.function["chat"].policy).Statement : statement.Sid => [statement.Action, statement.Resource] if contains(["Lab", "AgentSecrets"], statement.Sid) } == {
      Lab          = [["s3:GetObject"], ["arn:aws:s3:::lab/*"]]
      AgentSecrets = [["secretsmanager:GetSecretValue"], ["arn:aws:secretsmanager:eu-central-1:123456789012:secret:lab/key-AbCdEf"]]
    }
    error_message = "The agent must have the statements of agent_policy_json, and may read its secrets only."
  }
}

run "only_the_dedicated_worker_has_the_agents_settings_and_rights" {
  command = plan

  variables {
    dedicated_worker = true
  }

  assert {
    condition     = [for key, function in aws_lambda_function.function : key if contains(keys(function.environment[0].variables), "LAB_KEY") || contains(keys(function.environment[0].variables), "LAB_UNIT")] == ["worker"]
    error_message = "Only the worker may get the agent's variables."
  }

  assert {
    condition     = [for key, policy in aws_iam_role_policy.function : key if strcontains(policy.policy, "secretsmanager:") || strcontains(policy.policy, "s3:GetObject")] == ["worker"]
    error_message = "Only the worker may have the agent's rights."
  }
}

run "a_variable_of_the_service_is_rejected" {
  command = plan

  variables {
    agent_environment = { ASYNC_CHAT_CHATS_TABLE = "another" }
  }

  expect_failures = [var.agent_environment]
}

run "a_wildcard_in_a_secrets_arn_is_rejected" {
  command = plan

  variables {
    agent_secrets = { LAB_KEY = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:*" }
  }

  expect_failures = [var.agent_secrets]
}

run "a_policy_that_is_no_json_is_rejected" {
  command = plan

  variables {
    agent_policy_json = "Allow everything"
  }

  expect_failures = [var.agent_policy_json]
}

run "roles_have_the_boundary_and_resources_the_tags" {
  command = plan

  variables {
    permissions_boundary = "arn:aws:iam::123456789012:policy/boundary"
    tags                 = { team = "lab" }
  }

  assert {
    condition     = alltrue([for role in aws_iam_role.function : role.permissions_boundary == "arn:aws:iam::123456789012:policy/boundary" && role.tags == tomap({ team = "lab" })])
    error_message = "Every role must have the permissions boundary."
  }

  assert {
    condition     = aws_dynamodb_table.chats.tags == tomap({ team = "lab" }) && alltrue([for function in aws_lambda_function.function : function.tags == tomap({ team = "lab" })])
    error_message = "Resources must have the tags."
  }
}

run "a_name_prefix_too_long_for_a_role_is_rejected" {
  command = plan

  variables {
    name_prefix = "a-name-of-more-than-thirty-two-chars"
  }

  expect_failures = [var.name_prefix]
}
