# The account's concurrency: what it limits, and what it refuses.
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

run "a_new_account_gets_half_of_its_ten_executions" {
  command = plan

  override_data {
    target          = data.aws_servicequotas_service_quota.concurrency[0]
    override_during = plan
    values          = { value = 10 }
  }

  assert {
    condition     = aws_lambda_function.function["chat"].environment[0].variables.ASYNC_CHAT_MAX_CONCURRENT_TURNS == "5"
    error_message = "Half of the account's concurrency must be left to polls and questions."
  }

  assert {
    condition     = data.aws_servicequotas_service_quota.concurrency[0].service_code == "lambda" && data.aws_servicequotas_service_quota.concurrency[0].quota_code == "L-B99A9384"
    error_message = "The quota is Lambda's concurrent executions."
  }
}

run "an_account_with_a_thousand_gets_the_fifty_of_the_variable" {
  command = plan

  assert {
    condition     = aws_lambda_function.function["chat"].environment[0].variables.ASYNC_CHAT_MAX_CONCURRENT_TURNS == "50"
    error_message = "The limit must be max_concurrent_turns where the account allows more."
  }
}

run "a_higher_limit_is_cut_to_half_of_the_account" {
  command = plan

  override_data {
    target          = data.aws_servicequotas_service_quota.concurrency[0]
    override_during = plan
    values          = { value = 5000 }
  }

  variables {
    max_concurrent_turns = 4000
  }

  assert {
    condition     = aws_lambda_function.function["chat"].environment[0].variables.ASYNC_CHAT_MAX_CONCURRENT_TURNS == "2500"
    error_message = "The limit must be half of the account's concurrency."
  }
}

run "what_other_functions_reserve_is_not_shared" {
  command = plan

  variables {
    max_concurrent_turns = 4000
    concurrency          = { reads = 200, edits = 100 }
  }

  assert {
    condition     = aws_lambda_function.function["chat"].environment[0].variables.ASYNC_CHAT_MAX_CONCURRENT_TURNS == "350"
    error_message = "The limit must be half of what the functions share: 1,000 less 300."
  }
}

run "an_account_of_one_still_gets_a_turn" {
  command = plan

  variables {
    account_concurrency = 1
  }

  assert {
    condition     = aws_lambda_function.function["chat"].environment[0].variables.ASYNC_CHAT_MAX_CONCURRENT_TURNS == "1" && length(data.aws_servicequotas_service_quota.concurrency) == 0
    error_message = "0 would mean no limit. A concurrency that is given must not be asked for."
  }
}

run "reserving_more_than_the_account_allows_fails_before_anything_is_made" {
  command = plan

  override_data {
    target          = data.aws_servicequotas_service_quota.concurrency[0]
    override_during = plan
    values          = { value = 10 }
  }

  variables {
    concurrency = { chat = 5 }
  }

  expect_failures = [aws_lambda_function.function]
}

run "a_hundred_executions_must_stay_unreserved" {
  command = plan

  variables {
    dedicated_worker = true
    concurrency      = { chat = 50, worker = 606, reads = 200, search = 20, edits = 20, failures = 5 }
  }

  expect_failures = [aws_lambda_function.function]
}

run "all_but_a_hundred_may_be_reserved" {
  command = plan

  variables {
    dedicated_worker = true
    concurrency      = { chat = 50, worker = 605, reads = 200, search = 20, edits = 20, failures = 5 }
  }

  assert {
    condition     = sum([for function in aws_lambda_function.function : function.reserved_concurrent_executions]) == 900
    error_message = "900 of 1,000 may be reserved."
  }
}

run "a_function_that_does_not_exist_reserves_nothing" {
  command = plan

  variables {
    concurrency = { worker = 5000 }
  }

  assert {
    condition     = alltrue([for function in aws_lambda_function.function : function.reserved_concurrent_executions == -1])
    error_message = "Without a dedicated worker its concurrency is not reserved."
  }
}

run "the_embedded_aws_has_no_quota" {
  command = plan

  override_data {
    target          = data.aws_caller_identity.current
    override_during = plan
    values          = { account_id = "000000000000" }
  }

  variables {
    alarms = true
  }

  assert {
    condition     = length(data.aws_servicequotas_service_quota.concurrency) == 0 && aws_lambda_function.function["chat"].environment[0].variables.ASYNC_CHAT_MAX_CONCURRENT_TURNS == "50"
    error_message = "The embedded AWS must not be asked for a quota."
  }

  assert {
    condition     = !contains(keys(aws_cloudwatch_metric_alarm.alarm), "account-concurrency")
    error_message = "Without a known quota there is no threshold for it."
  }
}

run "alarm_leaves_a_fifth_of_the_unreserved_executions" {
  command = plan

  variables {
    alarms      = true
    concurrency = { chat = 600 }
  }

  assert {
    condition     = aws_cloudwatch_metric_alarm.alarm["account-concurrency"].threshold == 920 && try(length(aws_cloudwatch_metric_alarm.alarm["account-concurrency"].dimensions), 0) == 0
    error_message = "What is reserved counts as claimed: 600 and four fifths of 400."
  }
}

run "account_concurrency_of_zero_is_rejected" {
  command = plan

  variables {
    account_concurrency = 0
  }

  expect_failures = [var.account_concurrency]
}

run "a_fifth_of_shared_concurrency_is_left_to_questions" {
  command = plan

  variables {
    concurrency = { chat = 60 }
  }

  assert {
    condition     = aws_lambda_function.function["chat"].environment[0].variables.ASYNC_CHAT_MAX_CONCURRENT_TURNS == "48"
    error_message = "Where questions and workers share a reservation, workers may use four fifths of it."
  }
}

run "a_reservation_of_one_still_gets_a_turn" {
  command = plan

  variables {
    concurrency = { chat = 1 }
  }

  assert {
    condition     = aws_lambda_function.function["chat"].environment[0].variables.ASYNC_CHAT_MAX_CONCURRENT_TURNS == "1"
    error_message = "0 would mean no limit."
  }
}
