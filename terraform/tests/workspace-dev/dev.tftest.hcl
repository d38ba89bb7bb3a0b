# The shared workspace for development. Run with TF_WORKSPACE=dev and -test-directory=tests/workspace-dev.
mock_provider "aws" {
  source          = "./modules/service/tests/mocks"
  override_during = plan
}

variables {
  overrides    = { agent = "recall" }
  package_path = "modules/service/tests/mocks/package.txt"
}

run "accepts_its_own_name_as_confirmation" {
  command = plan

  variables {
    confirm_workspace = "dev"
  }

  assert {
    condition     = output.table_names.chats == "async-chat-dev-chats"
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
    condition     = output.sign_in_url == "https://async-chat-dev-123456789012.auth.eu-central-1.amazoncognito.com"
    error_message = "Sign-in must be the same as in production."
  }
}

run "has_a_dashboard_and_no_alarms" {
  command = plan

  assert {
    condition     = local.environment.dashboard && !try(local.environment.alarms, false)
    error_message = "Workspace dev must have a dashboard and no alarms."
  }

  assert {
    condition     = local.environment.log_retention == 14
    error_message = "The log retention must be 14 days."
  }

  assert {
    condition     = !can(local.environment.concurrency) && try(local.environment.max_concurrent_turns, 50) == 50
    error_message = "Workspace dev must reserve no concurrency and limit concurrent turns to 50."
  }
}

run "publishes_versions_as_production_does" {
  command = plan

  assert {
    condition     = output.live_versions == { for key in keys(output.function_names) : key => "7" }
    error_message = "Without versions, old code runs with new settings while a release is under way."
  }
}

run "agent_is_bedrock_by_default" {
  command = plan

  variables {
    overrides = { model = { id = "some.model-v1:0" } }
  }

  assert {
    condition     = local.environment.agent == "bedrock"
    error_message = "The default agent of a deployed workspace must be bedrock."
  }
}

run "a_region_that_is_none_is_rejected" {
  command = plan

  variables {
    overrides = { agent = "recall", region = "Frankfurt" }
  }

  expect_failures = [var.overrides]
}

run "an_unknown_setting_is_rejected" {
  command = plan

  variables {
    overrides = { agent = "recall", alarm_email = ["on.call@example.org"] }
  }

  expect_failures = [var.overrides]
}
