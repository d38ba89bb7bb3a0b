# What every workspace keeps to, and `local` in particular. In workspace `local`.
mock_provider "aws" {
  source          = "./tests/mocks"
  override_during = plan
}

variables {
  package_path = "tests/mocks/package.txt"
}

run "local_reaches_no_real_account" {
  command = plan

  assert {
    condition     = local.environment.account_ids == ["000000000000"]
    error_message = "What is meant for the embedded AWS could end up in a real account."
  }
}

run "a_known_workspace_is_refused_under_another_name" {
  command = plan

  variables {
    confirm_workspace = "prod"
  }

  expect_failures = [var.confirm_workspace]
}

run "every_environment_knows_only_settings_that_exist" {
  command = plan

  assert {
    condition     = length(setsubtract(flatten([for environment in local.environments : keys(environment)]), keys(local.environment_defaults))) == 0
    error_message = "An environment sets something that nobody reads: a misspelt name would be ignored in silence."
  }

  assert {
    condition     = alltrue([for environment in local.environments : alltrue([for key in keys(try(environment.concurrency, {})) : contains(["chat", "worker", "reads", "edits", "failures"], key)])])
    error_message = "Concurrency is reserved for a function that does not exist."
  }

  assert {
    condition     = alltrue([for environment in local.environments : contains([1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653], merge(local.environment_defaults, environment).log_retention)])
    error_message = "CloudWatch keeps logs for certain numbers of days only; for ever is none of ours."
  }
}

run "only_protected_environments_hold_users_data" {
  command = plan

  assert {
    condition     = alltrue([for name, environment in local.environments : try(environment.deletion_protection, false) == try(environment.protected, false)])
    error_message = "What is worth protecting is worth guarding, and the other way round."
  }

  assert {
    condition     = alltrue([for environment in local.environments : length(try(environment.account_ids, [])) > 0 if try(environment.protected, false)])
    error_message = "A protected environment has to name its account."
  }
}
