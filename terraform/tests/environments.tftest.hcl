# Rules for all environments, and `local` in particular. In workspace `local`.
mock_provider "aws" {
  source          = "./tests/mocks"
  override_during = plan
}

variables {
  package_path = "tests/mocks/package.txt"
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
    condition     = length(setsubtract(flatten([for environment in local.environments : keys(environment)]), keys(local.environment_defaults))) == 0
    error_message = "An environment sets an unknown name, which Terraform would ignore silently."
  }

  assert {
    condition     = alltrue([for environment in local.environments : alltrue([for key in keys(try(environment.concurrency, {})) : contains(["chat", "worker", "reads", "edits", "failures"], key)])])
    error_message = "Concurrency is reserved for an unknown function."
  }

  assert {
    condition     = alltrue([for environment in local.environments : contains([1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653], merge(local.environment_defaults, environment).log_retention)])
    error_message = "CloudWatch does not support this log retention, or it is unlimited."
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
