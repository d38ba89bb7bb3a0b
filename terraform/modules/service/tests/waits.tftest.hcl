# Held polls: a function of their own, or none at all.
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

run "without_concurrency_nothing_holds_a_poll" {
  command = plan

  assert {
    condition     = !contains(keys(aws_lambda_function.function), "waits") && !contains(keys(aws_iam_role.function), "waits") && !contains(keys(aws_lambda_permission.api), "waits")
    error_message = "Without wait_concurrency there must be no function for held polls."
  }

  assert {
    condition     = !contains(keys(aws_apigatewayv2_route.guarded), "GET /chats/messages/held") && contains(keys(aws_apigatewayv2_route.guarded), "GET /chats/messages")
    error_message = "A route leads to a function that does not exist."
  }

  assert {
    condition     = { for key, function in aws_lambda_function.function : key => function.environment[0].variables.ASYNC_CHAT_HOLD_POLLS if contains(keys(function.environment[0].variables), "ASYNC_CHAT_HOLD_POLLS") } == { reads = "false" }
    error_message = "Polls must not hint at held ones."
  }
}

run "held_polls_have_a_function_a_throttle_and_concurrency_of_their_own" {
  command = plan

  variables {
    wait_concurrency        = 50
    wait_throttle           = { rate = 6, burst = 8 }
    expected_answer_seconds = 12
    concurrency             = { reads = 20 }
  }

  assert {
    condition     = [for function in [aws_lambda_function.function["waits"]] : [function.handler, function.memory_size, function.reserved_concurrent_executions]] == [["entrypoints.waits.handler", 256, 50]]
    error_message = "The function for held polls has another handler, memory or concurrency."
  }

  assert {
    condition     = aws_lambda_function.function["waits"].timeout > 20 && aws_lambda_function.function["waits"].timeout < 29
    error_message = "A held poll takes up to 20 seconds, and API Gateway waits for 30."
  }

  assert {
    condition     = aws_lambda_function.function["reads"].reserved_concurrent_executions == 20 && local.contract["GET /chats/messages/held"].function == "waits" && local.contract["GET /chats/messages"].function == "reads"
    error_message = "Held polls must not take the concurrency of plain ones."
  }

  assert {
    condition     = { for setting in aws_apigatewayv2_stage.default.route_settings : setting.route_key => [setting.throttling_rate_limit, setting.throttling_burst_limit] if setting.route_key == "GET /chats/messages/held" } == { "GET /chats/messages/held" = [6, 8] }
    error_message = "Held polls need their own throttle."
  }

  assert {
    condition     = aws_apigatewayv2_route.guarded["GET /chats/messages/held"].authorization_type == "JWT" && [for key, permission in aws_lambda_permission.api : key] == ["chat", "edits", "reads", "search", "waits"]
    error_message = "The held route needs a token, and the API the right to invoke its function."
  }

  assert {
    condition = { for key, function in aws_lambda_function.function : key => [function.environment[0].variables.ASYNC_CHAT_HOLD_POLLS, function.environment[0].variables.ASYNC_CHAT_EXPECTED_ANSWER_SECONDS] if contains(keys(function.environment[0].variables), "ASYNC_CHAT_HOLD_POLLS") } == {
      reads = ["true", "12"]
      waits = ["true", "12"]
    }
    error_message = "The functions that poll must know that polls are held, and how long an answer usually takes."
  }

  assert {
    condition = { for statement in jsondecode(aws_iam_role_policy.function["waits"].policy).Statement : statement.Sid => [statement.Action, statement.Resource] } == {
      Chats = [["dynamodb:GetItem", "dynamodb:Query", "dynamodb:UpdateItem"], ["arn:aws:dynamodb:eu-central-1:123456789012:table/async-chat-local-chats"]]
      Log   = [["logs:CreateLogStream", "logs:PutLogEvents"], ["arn:aws:logs:eu-central-1:123456789012:log-group:/aws/lambda/async-chat-local-waits:*"]]
    }
    error_message = "The function for held polls has other permissions than to read chats and to end an overdue turn."
  }

  assert {
    condition     = aws_cloudwatch_log_group.function["waits"].name == "/aws/lambda/async-chat-local-waits"
    error_message = "The function for held polls has no log group."
  }
}

run "held_polls_may_share_the_accounts_concurrency" {
  command = plan

  variables {
    wait_concurrency = -1
    alarms           = true
    dashboard        = true
  }

  assert {
    condition     = aws_lambda_function.function["waits"].reserved_concurrent_executions == -1 && local.reserved_concurrency == 0
    error_message = "-1 must reserve nothing."
  }

  assert {
    condition     = alltrue([for alarm in ["throttles-waits", "errors-waits"] : contains(keys(aws_cloudwatch_metric_alarm.alarm), alarm)]) && strcontains(aws_cloudwatch_dashboard.chat[0].dashboard_body, "async-chat-local-waits")
    error_message = "The function for held polls has no alarms, or is not on the dashboard."
  }
}

run "what_held_polls_reserve_counts_against_the_account" {
  command = plan

  variables {
    wait_concurrency    = 50
    concurrency         = { reads = 20 }
    account_concurrency = 165
  }

  expect_failures = [aws_lambda_function.function]
}

run "refuses_half_a_slot" {
  command = plan

  variables {
    wait_concurrency = 0.5
  }

  expect_failures = [var.wait_concurrency]
}
