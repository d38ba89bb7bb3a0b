# The agent on Bedrock: what it is told, and what it may call. In workspace `local`.
mock_provider "aws" {
  source          = "./tests/mocks"
  override_during = plan
}

variables {
  package_path = "tests/mocks/package.txt"
  agent        = "bedrock"
}

run "a_model_may_be_called_by_its_name_only" {
  command = plan

  variables {
    model = { id = "some.model-v1:0" }
  }

  assert {
    condition = [for statement in jsondecode(aws_iam_role_policy.function["chat"].policy).Statement : [statement.Action, statement.Resource] if statement.Sid == "Model"] == [
      [["bedrock:InvokeModel", "bedrock:InvokeModelWithResponseStream"], ["arn:aws:bedrock:eu-central-1::foundation-model/some.model-v1:0"]]
    ]
    error_message = "The worker may call another model, or do more with it than call it."
  }

  assert {
    condition     = [for key, policy in aws_iam_role_policy.function : key if strcontains(policy.policy, "bedrock:")] == ["chat"]
    error_message = "A function that does not reason may call the model."
  }
}

run "a_profile_may_be_called_with_the_models_behind_it" {
  command = plan

  variables {
    model = {
      id   = "eu.some.model-v1:0"
      arns = ["arn:aws:bedrock:eu-central-1:123456789012:inference-profile/eu.some.model-v1:0", "arn:aws:bedrock:eu-west-1::foundation-model/some.model-v1:0"]
    }
  }

  assert {
    condition = [for statement in jsondecode(aws_iam_role_policy.function["chat"].policy).Statement : statement.Resource if statement.Sid == "Model"] == [
      ["arn:aws:bedrock:eu-central-1:123456789012:inference-profile/eu.some.model-v1:0", "arn:aws:bedrock:eu-west-1::foundation-model/some.model-v1:0"]
    ]
    error_message = "The worker may not call what was named."
  }
}

run "the_worker_is_told_about_its_model" {
  command = plan

  variables {
    model = { id = "some.model-v1:0", region = "us-east-1", temperature = 0.5, rounds = 4, max_tokens = 900, seconds = 40, history_tokens = 1000 }
  }

  assert {
    condition = { for name, value in aws_lambda_function.function["chat"].environment[0].variables : name => value if strcontains(name, "MODEL") || name == "ASYNC_CHAT_AGENT" } == {
      ASYNC_CHAT_AGENT                = "bedrock"
      ASYNC_CHAT_MODEL_ID             = "some.model-v1:0"
      ASYNC_CHAT_MODEL_REGION         = "us-east-1"
      ASYNC_CHAT_MODEL_TEMPERATURE    = "0.5"
      ASYNC_CHAT_MODEL_ROUNDS         = "4"
      ASYNC_CHAT_MODEL_MAX_TOKENS     = "900"
      ASYNC_CHAT_MODEL_SECONDS        = "40"
      ASYNC_CHAT_MODEL_HISTORY_TOKENS = "1000"
    }
    error_message = "A setting of the model does not reach the worker."
  }

  assert {
    condition     = strcontains(aws_iam_role_policy.function["chat"].policy, "arn:aws:bedrock:us-east-1::foundation-model/some.model-v1:0")
    error_message = "The model may be called in another region than it is."
  }

  assert {
    condition     = alltrue([for key in ["reads", "edits", "failures"] : alltrue([for name in keys(aws_lambda_function.function[key].environment[0].variables) : !strcontains(name, "MODEL")])])
    error_message = "A function that does not reason knows the model."
  }
}

run "a_dedicated_worker_takes_the_model_with_it" {
  command = plan

  variables {
    overrides = { dedicated_worker = true }
    model     = { id = "some.model-v1:0" }
  }

  assert {
    condition     = [for key, function in aws_lambda_function.function : key if contains(keys(function.environment[0].variables), "ASYNC_CHAT_MODEL_ID")] == ["worker"]
    error_message = "Another function than the worker knows the model, or the worker does not."
  }
}

run "bedrock_needs_a_model" {
  command = plan

  expect_failures = [var.model]
}

run "a_profile_needs_its_models" {
  command = plan

  variables {
    model = { id = "eu.some.model-v1:0" }
  }

  expect_failures = [var.model]
}

run "all_models_at_once_are_refused" {
  command = plan

  variables {
    model = { id = "some.model-v1:0", arns = ["arn:aws:bedrock:*::foundation-model/*"] }
  }

  expect_failures = [var.model]
}

run "a_model_that_runs_wild_is_refused" {
  command = plan

  variables {
    model = { id = "some.model-v1:0", rounds = 1000 }
  }

  expect_failures = [var.model]
}
