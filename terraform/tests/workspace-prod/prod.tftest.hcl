# The protected workspace. Run with TF_WORKSPACE=prod and -test-directory=tests/workspace-prod.
mock_provider "aws" {
  source          = "./modules/service/tests/mocks"
  override_during = plan
}

variables {
  package_path      = "modules/service/tests/mocks/package.txt"
  confirm_workspace = "prod"
}

run "is_rejected_without_confirmation" {
  command = plan

  variables {
    confirm_workspace = ""
  }

  expect_failures = [var.confirm_workspace]
}

run "is_rejected_when_another_workspace_is_confirmed" {
  command = plan

  variables {
    confirm_workspace = "dev"
  }

  expect_failures = [var.confirm_workspace]
}

run "rejects_overrides" {
  command = plan

  variables {
    overrides = { deletion_protection = false }
  }

  expect_failures = [var.overrides]
}

run "is_bound_to_one_account" {
  command = plan

  assert {
    condition     = length(local.environment.account_ids) == 1 && local.environment.account_ids[0] != "000000000000"
    error_message = "Workspace prod must list one account, not the embedded AWS's."
  }

  assert {
    condition     = alltrue([for name in values(output.function_names) : startswith(name, "async-chat-prod-")])
    error_message = "Production's functions must have names with prod."
  }
}

run "reserves_concurrency_for_each_function" {
  command = plan

  assert {
    condition     = local.environment.concurrency == { chat = 50, worker = 700, reads = 50, search = 20, edits = 20, failures = 5 } && local.environment.wait_concurrency == 50 && setunion(keys(local.environment.concurrency), ["waits"]) == toset(keys(output.function_names))
    error_message = "Every function needs its reserved concurrency."
  }

  assert {
    condition     = sum(values(local.environment.concurrency)) + local.environment.wait_concurrency <= 900
    error_message = "The sum must be at most 900: an account has 1,000 by default, and 100 must stay unreserved."
  }
}

run "throttles_questions_to_the_rate_at_which_workers_become_free" {
  command = plan

  assert {
    # Asking and retrying are two routes, and each has its own throttle.
    condition     = 2 * try(local.environment.ask_throttle.rate, 5) * try(local.environment.deadline_seconds, 70) <= local.environment.concurrency.worker
    error_message = "Questions and retries must not arrive faster than workers become free."
  }

  assert {
    condition     = local.environment.throttle == { rate = 500, burst = 1000 }
    error_message = "The API's throttle must be 500 requests per second."
  }
}

run "protects_its_data_from_deletion" {
  command = plan

  assert {
    condition     = local.environment.deletion_protection && local.environment.point_in_time_recovery && local.environment.customer_key
    error_message = "The tables need deletion protection, point-in-time recovery and the customer key."
  }

  assert {
    condition     = local.environment.log_retention == 365
    error_message = "The log retention must be 365 days."
  }
}

run "has_the_hosted_sign_in" {
  command = plan

  assert {
    condition     = output.sign_in_url == "https://async-chat-prod-123456789012.auth.eu-central-1.amazoncognito.com"
    error_message = "Workspace prod needs the hosted sign-in."
  }
}

run "has_alarms_tracing_and_published_versions" {
  command = plan

  assert {
    condition     = local.environment.alarms && local.environment.dashboard && local.environment.tracing && local.environment.dedicated_worker
    error_message = "Workspace prod needs alarms, dashboard, tracing and a dedicated worker."
  }

  assert {
    condition     = output.live_versions == { for key in keys(output.function_names) : key => "7" }
    error_message = "Every function must publish versions."
  }

  assert {
    condition     = local.environment.pinned_runtime
    error_message = "Production's Python and AWS SDK must change with a deployment only."
  }
}

run "has_a_budget" {
  command = plan

  assert {
    condition     = local.environment.monthly_budget > 0
    error_message = "Workspace prod needs a budget: it is told when the account costs more."
  }
}
