# The agent on Bedrock: its settings and permissions.
mock_provider "aws" {
  source          = "./tests/mocks"
  override_during = plan
}

variables {
  name_prefix  = "async-chat-local"
  environment  = "local"
  package_path = "tests/mocks/package.txt"
  agent        = "bedrock"
}

run "worker_may_invoke_only_its_model" {
  command = plan

  variables {
    model = { id = "some.model-v1:0" }
  }

  assert {
    condition = [for statement in jsondecode(aws_iam_role_policy.function["chat"].policy).Statement : [statement.Action, statement.Resource] if statement.Sid == "Model"] == [
      [["bedrock:InvokeModel", "bedrock:InvokeModelWithResponseStream"], ["arn:aws:bedrock:eu-central-1::foundation-model/some.model-v1:0"]]
    ]
    error_message = "The worker may only invoke its model."
  }

  assert {
    condition     = [for key, policy in aws_iam_role_policy.function : key if strcontains(policy.policy, "bedrock:")] == ["chat"]
    error_message = "Only the worker may invoke the model."
  }
}

run "worker_may_invoke_an_inference_profile_and_its_models" {
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
    error_message = "The worker must be allowed to invoke all of model.arns."
  }
}

run "model_settings_reach_only_the_worker" {
  command = plan

  variables {
    model = { id = "some.model-v1:0", region = "us-east-1", temperature = 0.5, rounds = 4, max_tokens = 900, seconds = 40, history_tokens = 1000 }
  }

  assert {
    condition = { for name, value in aws_lambda_function.function["chat"].environment[0].variables : name => value if strcontains(name, "MODEL") || name == "ASYNC_CHAT_AGENT" } == {
      ASYNC_CHAT_AGENT                            = "bedrock"
      ASYNC_CHAT_MODEL_ID                         = "some.model-v1:0"
      ASYNC_CHAT_MODEL_INFERENCE_PROFILE          = ""
      ASYNC_CHAT_MODEL_FALLBACK_ID                = ""
      ASYNC_CHAT_MODEL_FALLBACK_INFERENCE_PROFILE = ""
      ASYNC_CHAT_MODEL_REGION                     = "us-east-1"
      ASYNC_CHAT_MODEL_TEMPERATURE                = "0.5"
      ASYNC_CHAT_MODEL_ROUNDS                     = "4"
      ASYNC_CHAT_MODEL_MAX_TOKENS                 = "900"
      ASYNC_CHAT_MODEL_SECONDS                    = "40"
      ASYNC_CHAT_MODEL_HISTORY_TOKENS             = "1000"
    }
    error_message = "The worker lacks a setting of the model."
  }

  assert {
    condition     = strcontains(aws_iam_role_policy.function["chat"].policy, "arn:aws:bedrock:us-east-1::foundation-model/some.model-v1:0")
    error_message = "The policy must name the model's region."
  }

  assert {
    condition     = alltrue([for key in ["reads", "search", "edits", "failures"] : alltrue([for name in keys(aws_lambda_function.function[key].environment[0].variables) : !strcontains(name, "MODEL")])])
    error_message = "Only the worker gets the model's settings."
  }
}

run "model_settings_reach_only_the_dedicated_worker" {
  command = plan

  variables {
    dedicated_worker = true
    model            = { id = "some.model-v1:0" }
  }

  assert {
    condition     = [for key, function in aws_lambda_function.function : key if contains(keys(function.environment[0].variables), "ASYNC_CHAT_MODEL_ID")] == ["worker"]
    error_message = "Only the dedicated worker gets the model's settings."
  }
}

run "bedrock_without_a_model_is_rejected" {
  command = plan

  expect_failures = [var.model]
}

run "arns_of_a_profile_are_read_from_bedrock" {
  command = plan

  variables {
    model = { id = "eu.some.model-v1:0" }
  }

  override_data {
    target = data.aws_bedrock_inference_profile.model
    values = {
      inference_profile_arn = "arn:aws:bedrock:eu-central-1:123456789012:inference-profile/eu.some.model-v1:0"
      models = [
        { model_arn = "arn:aws:bedrock:eu-central-1::foundation-model/some.model-v1:0" },
        { model_arn = "arn:aws:bedrock:eu-west-1::foundation-model/some.model-v1:0" },
      ]
    }
  }

  assert {
    condition     = keys(data.aws_bedrock_inference_profile.model) == ["eu.some.model-v1:0"]
    error_message = "The profile must be read by its id."
  }

  assert {
    condition = [for statement in jsondecode(aws_iam_role_policy.function["chat"].policy).Statement : statement.Resource if statement.Sid == "Model"] == [[
      "arn:aws:bedrock:eu-central-1:123456789012:inference-profile/eu.some.model-v1:0",
      "arn:aws:bedrock:eu-central-1::foundation-model/some.model-v1:0",
      "arn:aws:bedrock:eu-west-1::foundation-model/some.model-v1:0",
    ]]
    error_message = "The worker may invoke the profile and each of its models, and nothing else."
  }
}

run "a_global_profile_needs_its_models_without_a_region_too" {
  command = plan

  variables {
    model = { id = "global.some.model-v1:0" }
  }

  override_data {
    target = data.aws_bedrock_inference_profile.model
    values = {
      inference_profile_arn = "arn:aws:bedrock:eu-central-1:123456789012:inference-profile/global.some.model-v1:0"
      models                = [{ model_arn = "arn:aws:bedrock:eu-central-1::foundation-model/some.model-v1:0" }]
    }
  }

  assert {
    condition = [for statement in jsondecode(aws_iam_role_policy.function["chat"].policy).Statement : statement.Resource if statement.Sid == "Model"] == [[
      "arn:aws:bedrock:eu-central-1:123456789012:inference-profile/global.some.model-v1:0",
      "arn:aws:bedrock:eu-central-1::foundation-model/some.model-v1:0",
      "arn:aws:bedrock:::foundation-model/some.model-v1:0",
    ]]
    error_message = "A global profile routes to the model's ARN without a region."
  }
}

run "an_application_profile_is_called_and_its_model_named" {
  command = plan

  variables {
    model = { id = "some.model-v1:0", inference_profile = "arn:aws:bedrock:eu-central-1:123456789012:application-inference-profile/a1b2c3" }
  }

  override_data {
    target = data.aws_bedrock_inference_profile.model
    values = {
      inference_profile_arn = "arn:aws:bedrock:eu-central-1:123456789012:application-inference-profile/a1b2c3"
      models                = [{ model_arn = "arn:aws:bedrock:eu-central-1::foundation-model/some.model-v1:0" }]
    }
  }

  assert {
    condition = [for name in ["ID", "INFERENCE_PROFILE"] : aws_lambda_function.function["chat"].environment[0].variables["ASYNC_CHAT_MODEL_${name}"]] == [
      "some.model-v1:0", "arn:aws:bedrock:eu-central-1:123456789012:application-inference-profile/a1b2c3"
    ]
    error_message = "The worker must get the model's id and the profile's ARN."
  }

  assert {
    condition = [for statement in jsondecode(aws_iam_role_policy.function["chat"].policy).Statement : statement.Resource if statement.Sid == "Model"] == [[
      "arn:aws:bedrock:eu-central-1:123456789012:application-inference-profile/a1b2c3",
      "arn:aws:bedrock:eu-central-1::foundation-model/some.model-v1:0",
    ]]
    error_message = "The worker may invoke the application profile and its model."
  }

  assert {
    condition     = aws_lambda_function.function["chat"].environment[0].variables["ASYNC_CHAT_MODEL_TEMPERATURE"] == ""
    error_message = "No temperature may be sent unless one is set."
  }
}

run "an_application_profile_in_place_of_its_model_is_rejected" {
  command = plan

  variables {
    model = { id = "arn:aws:bedrock:eu-central-1:123456789012:application-inference-profile/a1b2c3" }
  }

  override_data {
    target = data.aws_bedrock_inference_profile.model
    values = { inference_profile_arn = "arn:aws:bedrock:eu-central-1:123456789012:application-inference-profile/a1b2c3", models = [] }
  }

  expect_failures = [var.model]
}

run "a_profile_of_another_region_without_arns_is_rejected" {
  command = plan

  variables {
    model = { id = "us.some.model-v1:0", region = "us-east-1" }
  }

  override_data {
    target = data.aws_bedrock_inference_profile.model
    values = { inference_profile_arn = "arn:aws:bedrock:us-east-1:123456789012:inference-profile/us.some.model-v1:0", models = [] }
  }

  expect_failures = [data.aws_bedrock_inference_profile.model]
}

run "a_wildcard_in_arns_is_rejected" {
  command = plan

  variables {
    model = { id = "some.model-v1:0", arns = ["arn:aws:bedrock:*::foundation-model/*"] }
  }

  expect_failures = [var.model]
}

run "too_many_rounds_are_rejected" {
  command = plan

  variables {
    model = { id = "some.model-v1:0", rounds = 1000 }
  }

  expect_failures = [var.model]
}

run "worker_may_invoke_the_fallback_too" {
  command = plan

  variables {
    model = { id = "some.model-v1:0", fallback = { id = "eu.other.model-v1:0" } }
  }

  override_data {
    target = data.aws_bedrock_inference_profile.model
    values = {
      inference_profile_arn = "arn:aws:bedrock:eu-central-1:123456789012:inference-profile/eu.other.model-v1:0"
      models                = [{ model_arn = "arn:aws:bedrock:eu-west-1::foundation-model/other.model-v1:0" }]
    }
  }

  assert {
    condition = [for statement in jsondecode(aws_iam_role_policy.function["chat"].policy).Statement : statement.Resource if statement.Sid == "Model"] == [[
      "arn:aws:bedrock:eu-central-1::foundation-model/some.model-v1:0",
      "arn:aws:bedrock:eu-central-1:123456789012:inference-profile/eu.other.model-v1:0",
      "arn:aws:bedrock:eu-west-1::foundation-model/other.model-v1:0",
    ]]
    error_message = "The worker may invoke the model, and the one that takes over."
  }

  assert {
    condition = [for name in ["ID", "FALLBACK_ID", "FALLBACK_INFERENCE_PROFILE"] : aws_lambda_function.function["chat"].environment[0].variables["ASYNC_CHAT_MODEL_${name}"]] == [
      "some.model-v1:0", "eu.other.model-v1:0", ""
    ]
    error_message = "The worker must get both models."
  }
}

run "an_application_profile_in_place_of_the_fallback_is_rejected" {
  command = plan

  variables {
    model = { id = "some.model-v1:0", fallback = { id = "arn:aws:bedrock:eu-central-1:123456789012:application-inference-profile/a1b2c3" } }
  }

  expect_failures = [var.model]
}
