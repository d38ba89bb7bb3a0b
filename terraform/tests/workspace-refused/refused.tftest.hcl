# Workspaces that are none of ours. Run with TF_WORKSPACE=default, staging, pr-0, pr-x, ... and
# -test-directory=tests/workspace-refused.
mock_provider "aws" {
  source          = "./tests/mocks"
  override_during = plan
}

variables {
  agent        = "recall"
  package_path = "tests/mocks/package.txt"
}

run "is_refused" {
  command = plan

  expect_failures = [var.confirm_workspace]
}

run "is_refused_under_the_name_of_a_known_one" {
  command = plan

  variables {
    confirm_workspace = "prod"
  }

  expect_failures = [var.confirm_workspace]
}

run "is_refused_under_a_name_of_its_own" {
  command = plan

  variables {
    confirm_workspace = "staging"
  }

  expect_failures = [var.confirm_workspace]
}
