# Values that are refused before anything is planned. In workspace `local`.
mock_provider "aws" {
  source          = "./tests/mocks"
  override_during = plan
}

variables {
  package_path = "tests/mocks/package.txt"
}

run "a_package_that_is_not_there" {
  command = plan

  variables {
    package_path = "build/missing.zip"
  }

  expect_failures = [var.package_path]
}

run "a_processor_that_lambda_has_not" {
  command = plan

  variables {
    architecture = "sparc"
  }

  expect_failures = [var.architecture]
}

run "a_version_with_a_space" {
  command = plan

  variables {
    app_version = "1.0 beta"
  }

  expect_failures = [var.app_version]
}

run "a_deadline_before_anybody_can_answer" {
  command = plan

  variables {
    deadline_seconds = 1
  }

  expect_failures = [var.deadline_seconds]
}

run "a_deadline_beyond_lambda" {
  command = plan

  variables {
    deadline_seconds = 841
  }

  expect_failures = [var.deadline_seconds]
}

run "half_a_second" {
  command = plan

  variables {
    deadline_seconds = 70.5
  }

  expect_failures = [var.deadline_seconds]
}

run "no_turns_at_all" {
  command = plan

  variables {
    turns_per_user = 0
  }

  expect_failures = [var.turns_per_user]
}

run "an_agent_without_a_factory" {
  command = plan

  variables {
    agent = "my_agents"
  }

  expect_failures = [var.agent]
}

run "usually_nothing" {
  command = plan

  variables {
    expected_answer_seconds = 0
  }

  expect_failures = [var.expected_answer_seconds]
}

run "thinking_backwards" {
  command = plan

  variables {
    recall_delay_seconds = -1
  }

  expect_failures = [var.recall_delay_seconds]
}

run "an_unknown_log_level" {
  command = plan

  variables {
    log_level = "LOUD"
  }

  expect_failures = [var.log_level]
}

run "more_retries_than_lambda_knows" {
  command = plan

  variables {
    worker_retries = 3
  }

  expect_failures = [var.worker_retries]
}

run "every_origin" {
  command = plan

  variables {
    cors_origins = ["*"]
  }

  expect_failures = [var.cors_origins]
}

run "an_origin_that_anybody_on_the_way_can_read" {
  command = plan

  variables {
    cors_origins = ["http://app.example.org"]
  }

  expect_failures = [var.cors_origins]
}

run "an_issuer_without_tls" {
  command = plan

  variables {
    oidc_issuer = "http://login.example.org"
  }

  expect_failures = [var.oidc_issuer]
}

run "an_audience_without_an_issuer" {
  command = plan

  variables {
    oidc_audiences = ["somebody"]
  }

  expect_failures = [var.oidc_audiences]
}

run "scopes_that_our_pool_does_not_name" {
  command = plan

  variables {
    scope_prefix = "other/"
  }

  expect_failures = [var.scope_prefix]
}

run "a_code_sent_back_in_the_clear" {
  command = plan

  variables {
    callback_urls = ["http://app.example.org/"]
  }

  expect_failures = [var.callback_urls]
}

run "a_code_sent_back_to_anybody" {
  command = plan

  variables {
    callback_urls = ["https://*.example.org/"]
  }

  expect_failures = [var.callback_urls]
}

run "a_mail_address_that_is_none" {
  command = plan

  variables {
    alarm_emails = ["nobody"]
  }

  expect_failures = [var.alarm_emails]
}

run "an_issuer_without_an_audience" {
  command = plan

  variables {
    oidc_issuer = "https://login.example.org"
  }

  expect_failures = [var.oidc_audiences]
}
