# Variable values that are rejected.
mock_provider "aws" {
  source          = "./tests/mocks"
  override_during = plan
}

variables {
  name_prefix  = "async-chat-local"
  environment  = "local"
  package_path = "tests/mocks/package.txt"
  agent        = "recall"
}

run "missing_package_is_rejected" {
  command = plan

  variables {
    package_path = "build/missing.zip"
  }

  expect_failures = [var.package_path]
}

run "unknown_architecture_is_rejected" {
  command = plan

  variables {
    architecture = "sparc"
  }

  expect_failures = [var.architecture]
}

run "app_version_with_a_space_is_rejected" {
  command = plan

  variables {
    app_version = "1.0 beta"
  }

  expect_failures = [var.app_version]
}

run "deadline_below_2_seconds_is_rejected" {
  command = plan

  variables {
    deadline_seconds = 1
  }

  expect_failures = [var.deadline_seconds]
}

run "deadline_above_840_seconds_is_rejected" {
  command = plan

  variables {
    deadline_seconds = 841
  }

  expect_failures = [var.deadline_seconds]
}

run "fractional_deadline_is_rejected" {
  command = plan

  variables {
    deadline_seconds = 70.5
  }

  expect_failures = [var.deadline_seconds]
}

run "zero_turns_per_user_are_rejected" {
  command = plan

  variables {
    turns_per_user = 0
  }

  expect_failures = [var.turns_per_user]
}

run "budgets_below_zero_are_rejected" {
  command = plan

  variables {
    asks_per_minute           = -1
    answers_per_day           = -1
    workspace_answers_per_day = 0.5
  }

  expect_failures = [var.asks_per_minute, var.answers_per_day, var.workspace_answers_per_day]
}

run "agent_without_a_factory_is_rejected" {
  command = plan

  variables {
    agent = "my_agents"
  }

  expect_failures = [var.agent]
}

run "a_memory_limit_of_no_bytes_is_rejected" {
  command = plan

  variables {
    memory_limit = { memories = 20000, bytes = 0 }
  }

  expect_failures = [var.memory_limit]
}

run "zero_expected_answer_seconds_are_rejected" {
  command = plan

  variables {
    expected_answer_seconds = 0
  }

  expect_failures = [var.expected_answer_seconds]
}

run "negative_recall_delay_is_rejected" {
  command = plan

  variables {
    recall_delay_seconds = -1
  }

  expect_failures = [var.recall_delay_seconds]
}

run "unknown_log_level_is_rejected" {
  command = plan

  variables {
    log_level = "LOUD"
  }

  expect_failures = [var.log_level]
}

run "three_worker_retries_are_rejected" {
  command = plan

  variables {
    worker_retries = 3
  }

  expect_failures = [var.worker_retries]
}

run "wildcard_cors_origin_is_rejected" {
  command = plan

  variables {
    cors_origins = ["*"]
  }

  expect_failures = [var.cors_origins]
}

run "http_cors_origin_is_rejected" {
  command = plan

  variables {
    cors_origins = ["http://app.example.org"]
  }

  expect_failures = [var.cors_origins]
}

run "http_issuer_is_rejected" {
  command = plan

  variables {
    oidc_issuer = "http://login.example.org"
  }

  expect_failures = [var.oidc_issuer]
}

run "audience_without_an_issuer_is_rejected" {
  command = plan

  variables {
    oidc_audiences = ["somebody"]
  }

  expect_failures = [var.oidc_audiences]
}

run "scope_prefix_without_an_issuer_is_rejected" {
  command = plan

  variables {
    scope_prefix = "other/"
  }

  expect_failures = [var.scope_prefix]
}

run "http_callback_url_is_rejected" {
  command = plan

  variables {
    callback_urls = ["http://app.example.org/"]
  }

  expect_failures = [var.callback_urls]
}

run "wildcard_callback_url_is_rejected" {
  command = plan

  variables {
    callback_urls = ["https://*.example.org/"]
  }

  expect_failures = [var.callback_urls]
}

run "invalid_alarm_email_is_rejected" {
  command = plan

  variables {
    alarm_emails = ["nobody"]
  }

  expect_failures = [var.alarm_emails]
}

run "issuer_without_an_audience_is_rejected" {
  command = plan

  variables {
    oidc_issuer = "https://login.example.org"
  }

  expect_failures = [var.oidc_audiences]
}
