# Rules for all environments, and `local` in particular. In workspace `local`.
mock_provider "aws" {
  source          = "./modules/service/tests/mocks"
  override_during = plan
}

variables {
  package_path = "modules/service/tests/mocks/package.txt"
}

run "workspace_local_is_bound_to_the_embedded_aws" {
  command = plan

  assert {
    condition     = local.environment.account_ids == ["000000000000"]
    error_message = "Workspace local must be bound to the embedded AWS's account."
  }
}

run "a_known_workspace_is_rejected_when_another_one_is_confirmed" {
  command = plan

  variables {
    confirm_workspace = "prod"
  }

  expect_failures = [var.confirm_workspace]
}

run "environments_contain_only_known_settings" {
  command = plan

  assert {
    condition     = length(setsubtract(flatten([for environment in local.environments : keys(environment)]), local.setting_names)) == 0
    error_message = "A workspace's file sets an unknown name."
  }
}

run "protected_environments_have_deletion_protection_and_an_account" {
  command = plan

  assert {
    condition     = alltrue([for name, environment in local.environments : try(environment.deletion_protection, false) == try(environment.protected, false)])
    error_message = "Exactly the protected environments must have deletion protection."
  }

  assert {
    condition     = alltrue([for environment in local.environments : length(try(environment.account_ids, [])) > 0 if try(environment.protected, false)])
    error_message = "A protected environment must list its account."
  }
}
