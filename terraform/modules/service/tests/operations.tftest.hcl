# Alarms, dashboard and tracing.
mock_provider "aws" {
  source          = "./tests/mocks"
  override_during = plan
}

variables {
  name_prefix      = "async-chat-local"
  environment      = "local"
  package_path     = "tests/mocks/package.txt"
  agent            = "recall"
  alarms           = true
  dashboard        = true
  tracing          = true
  dedicated_worker = true
  alarm_emails     = ["night.shift@example.org"]
}

run "every_alarm_has_its_metric_threshold_and_runbook" {
  command = plan

  assert {
    condition = { for alarm in aws_cloudwatch_metric_alarm.alarm : trimprefix(alarm.alarm_name, "async-chat-local-") => "${alarm.namespace} ${alarm.statistic} of ${alarm.metric_name} > ${alarm.threshold}" } == {
      turns-failing        = "AsyncChat Sum of TurnsFailed > 5"
      at-capacity          = "AsyncChat Sum of TurnedAway > 10"
      queue-age            = "AWS/Lambda Maximum of AsyncEventAge > 20000"
      events-dropped       = "AWS/Lambda Sum of AsyncEventsDropped > 0"
      destination-failing  = "AWS/Lambda Sum of DestinationDeliveryFailures > 0"
      recursion-dropped    = "AWS/Lambda Sum of RecursiveInvocationsDropped > 0"
      worker-near-timeout  = "AWS/Lambda Maximum of Duration > 80000"
      server-errors        = "AWS/ApiGateway Sum of 5xx > 2"
      failures-waiting     = "AWS/SQS Maximum of ApproximateAgeOfOldestMessage > 120"
      failures-undelivered = "AWS/SQS Maximum of ApproximateNumberOfMessagesVisible > 0"
      store-throttled      = "AWS/DynamoDB Sum of WriteThrottleEvents > 0"
      throttles-chat       = "AWS/Lambda Sum of Throttles > 0"
      throttles-worker     = "AWS/Lambda Sum of Throttles > 0"
      throttles-reads      = "AWS/Lambda Sum of Throttles > 0"
      throttles-search     = "AWS/Lambda Sum of Throttles > 0"
      throttles-edits      = "AWS/Lambda Sum of Throttles > 0"
      throttles-failures   = "AWS/Lambda Sum of Throttles > 0"
      errors-chat          = "AWS/Lambda Sum of Errors > 0"
      errors-worker        = "AWS/Lambda Sum of Errors > 0"
      errors-reads         = "AWS/Lambda Sum of Errors > 0"
      errors-search        = "AWS/Lambda Sum of Errors > 0"
      errors-edits         = "AWS/Lambda Sum of Errors > 0"
      errors-failures      = "AWS/Lambda Sum of Errors > 0"
    }
    error_message = "An alarm is missing, or has another metric or threshold."
  }

  assert {
    condition     = alltrue([for alarm in aws_cloudwatch_metric_alarm.alarm : alarm.alarm_actions == toset([aws_sns_topic.alarms[0].arn]) && alarm.ok_actions == toset([aws_sns_topic.alarms[0].arn])])
    error_message = "Every alarm must notify the topic."
  }

  assert {
    condition     = alltrue([for alarm in aws_cloudwatch_metric_alarm.alarm : can(regex(" Runbook: docs/operations\\.md#[a-z-]+$", alarm.alarm_description))])
    error_message = "Every alarm's description must link to the runbook."
  }

  assert {
    condition     = alltrue([for alarm in aws_cloudwatch_metric_alarm.alarm : alarm.treat_missing_data == "notBreaching" && alarm.comparison_operator == "GreaterThanThreshold"])
    error_message = "Missing data must not trigger an alarm."
  }
}

run "alarms_refer_to_the_services_own_resources" {
  command = plan

  assert {
    condition     = { for name in ["queue-age", "events-dropped", "destination-failing", "recursion-dropped", "worker-near-timeout"] : name => aws_cloudwatch_metric_alarm.alarm[name].dimensions.FunctionName } == { for name in ["queue-age", "events-dropped", "destination-failing", "recursion-dropped", "worker-near-timeout"] : name => "async-chat-local-worker" }
    error_message = "The worker's alarms must refer to the worker function."
  }

  assert {
    condition     = aws_cloudwatch_metric_alarm.alarm["failures-waiting"].dimensions.QueueName == "async-chat-local-failures" && aws_cloudwatch_metric_alarm.alarm["failures-undelivered"].dimensions.QueueName == "async-chat-local-failures-undelivered"
    error_message = "The queues' alarms must refer to the failures queues."
  }

  assert {
    condition     = aws_cloudwatch_metric_alarm.alarm["server-errors"].dimensions.ApiId == "abc123" && aws_cloudwatch_metric_alarm.alarm["turns-failing"].dimensions.Workspace == "local"
    error_message = "An alarm refers to another API or deployment."
  }
}

run "only_this_accounts_alarms_may_publish_to_the_topic" {
  command = plan

  assert {
    condition = [for statement in jsondecode(aws_sns_topic_policy.alarms[0].policy).Statement : [statement.Principal, statement.Action, statement.Condition]] == [[
      { Service = "cloudwatch.amazonaws.com" },
      ["sns:Publish"],
      {
        ArnLike      = { "aws:SourceArn" = "arn:aws:cloudwatch:eu-central-1:123456789012:alarm:async-chat-local-*" }
        StringEquals = { "aws:SourceAccount" = "123456789012" }
      },
    ]]
    error_message = "Only this account's alarms may publish to the topic."
  }

  assert {
    condition     = [for subscription in aws_sns_topic_subscription.mail : [subscription.protocol, subscription.endpoint]] == [["email", "night.shift@example.org"]]
    error_message = "alarm_emails must be subscribed to the topic."
  }
}

run "dashboard_has_a_graph_for_turns_latency_and_cost" {
  command = plan

  assert {
    condition = [for widget in jsondecode(aws_cloudwatch_dashboard.chat[0].dashboard_body).widgets : widget.properties.title] == [
      "Questions and finished turns", "Time to answer (ms)", "Queue wait (ms)", "Reasoning (ms)", "Polls per answer",
      "Concurrent executions", "Throttled, dropped, failed",
      "Billed: Lambda duration (ms)", "Billed: DynamoDB capacity (units)", "Billed: API requests",
    ]
    error_message = "A graph is missing or has another title."
  }

  assert {
    condition     = length(distinct([for widget in jsondecode(aws_cloudwatch_dashboard.chat[0].dashboard_body).widgets : "${widget.x} ${widget.y}"])) == 10
    error_message = "Two graphs have the same position."
  }
}

run "tracing_is_active_in_every_function" {
  command = plan

  assert {
    condition     = alltrue([for function in aws_lambda_function.function : function.tracing_config[0].mode == "Active"])
    error_message = "Every function must record traces."
  }
}

run "alarms_dashboard_and_tracing_are_off_by_default" {
  command = plan

  variables {
    alarms    = null
    dashboard = null
    tracing   = null
  }

  assert {
    condition     = length(aws_cloudwatch_metric_alarm.alarm) + length(aws_sns_topic.alarms) + length(aws_sns_topic_subscription.mail) + length(aws_cloudwatch_dashboard.chat) == 0
    error_message = "By default there must be no alarms and no dashboard."
  }

  assert {
    condition     = alltrue([for function in aws_lambda_function.function : function.tracing_config[0].mode == "PassThrough"])
    error_message = "By default the functions must not record traces."
  }
}
