# A pull request's short-lived workspace. Run with TF_WORKSPACE=pr-7 and -test-directory=tests/workspace-pull-request.
mock_provider "aws" {
  source          = "./modules/service/tests/mocks"
  override_during = plan
}

variables {

  package_path = "modules/service/tests/mocks/package.txt"
}

run "resource_names_contain_the_workspace" {
  command = plan

  assert {
    condition     = output.function_names == { for key in ["chat", "reads", "search", "edits", "failures"] : key => "async-chat-pr-7-${key}" }
    error_message = "Function names must contain the workspace."
  }

  assert {
    condition     = output.table_names == { chats = "async-chat-pr-7-chats", memories = "async-chat-pr-7-memories" }
    error_message = "Table names must contain the workspace."
  }
}

run "all_resources_can_be_deleted" {
  command = plan

  assert {
    condition     = !try(local.environment.deletion_protection, false)
    error_message = "A pull request's workspace must have no deletion protection."
  }

  assert {
    condition     = local.environment.log_retention == 3
    error_message = "The log retention must be three days."
  }
}

run "signs_in_as_production_does" {
  command = plan

  assert {
    condition     = output.sign_in_url == "https://async-chat-pr-7-123456789012.auth.eu-central-1.amazoncognito.com"
    error_message = "Sign-in must be the same as in production."
  }
}

run "publishes_versions_as_production_does" {
  command = plan

  assert {
    condition     = output.live_versions == { for key in keys(output.function_names) : key => "7" }
    error_message = "Without versions, old code runs with new settings while a release is under way."
  }
}

run "accepts_overrides" {
  command = plan

  variables {
    overrides = { dedicated_worker = true, published = false }
  }

  assert {
    condition     = output.function_names.worker == "async-chat-pr-7-worker" && length(output.live_versions) == 0
    error_message = "An override has no effect."
  }
}
