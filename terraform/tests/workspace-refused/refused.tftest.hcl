# Workspaces that are not an environment of this project. Run with TF_WORKSPACE=default, staging, pr-0, ... and
# -test-directory=tests/workspace-refused.
mock_provider "aws" {
  source          = "./modules/service/tests/mocks"
  override_during = plan
}

variables {
  overrides    = { agent = "recall" }
  package_path = "modules/service/tests/mocks/package.txt"
}

run "an_unknown_workspace_is_rejected" {
  command = plan

  expect_failures = [var.confirm_workspace]
}

run "an_unknown_workspace_is_rejected_when_a_known_one_is_confirmed" {
  command = plan

  variables {
    confirm_workspace = "prod"
  }

  expect_failures = [var.confirm_workspace]
}

run "an_unknown_workspace_is_rejected_when_its_own_name_is_confirmed" {
  command = plan

  variables {
    confirm_workspace = "staging"
  }

  expect_failures = [var.confirm_workspace]
}
