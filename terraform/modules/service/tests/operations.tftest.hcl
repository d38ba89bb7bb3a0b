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
    condition = { for alarm in aws_cloudwatch_metric_alarm.alarm : trimprefix(alarm.alarm_name, "async-chat-local-") => "${alarm.namespace} ${coalesce(alarm.statistic, alarm.extended_statistic)} of ${alarm.metric_name} > ${alarm.threshold}" if length(alarm.metric_query) == 0 } == {
      turns-failing         = "AsyncChat Sum of TurnsFailed > 5"
      slow-answers          = "AsyncChat p95 of TimeToAnswer > 63000"
      user-over-budget      = "AsyncChat Sum of UserOverBudget > 10"
      workspace-over-budget = "AsyncChat Sum of WorkspaceOverBudget > 0"
      at-capacity           = "AsyncChat Sum of TurnedAway > 10"
      account-concurrency   = "AWS/Lambda Maximum of ClaimedAccountConcurrency > 800"
      queue-age             = "AWS/Lambda Maximum of AsyncEventAge > 20000"
      events-dropped        = "AWS/Lambda Sum of AsyncEventsDropped > 0"
      destination-failing   = "AWS/Lambda Sum of DestinationDeliveryFailures > 0"
      recursion-dropped     = "AWS/Lambda Sum of RecursiveInvocationsDropped > 0"
      worker-near-timeout   = "AWS/Lambda Maximum of Duration > 80000"
      server-errors         = "AWS/ApiGateway Sum of 5xx > 2"
      failures-waiting      = "AWS/SQS Maximum of ApproximateAgeOfOldestMessage > 120"
      failures-undelivered  = "AWS/SQS Maximum of ApproximateNumberOfMessagesVisible > 0"
      store-conflicts       = "AWS/DynamoDB Sum of TransactionConflict > 100"
      pages-undelivered     = "AWS/SNS Sum of NumberOfNotificationsFailed > 0"
      tickets-undelivered   = "AWS/SNS Sum of NumberOfNotificationsFailed > 0"
      throttles-chat        = "AWS/Lambda Sum of Throttles > 0"
      throttles-worker      = "AWS/Lambda Sum of Throttles > 0"
      throttles-reads       = "AWS/Lambda Sum of Throttles > 0"
      throttles-search      = "AWS/Lambda Sum of Throttles > 0"
      throttles-edits       = "AWS/Lambda Sum of Throttles > 0"
      throttles-failures    = "AWS/Lambda Sum of Throttles > 0"
      errors-chat           = "AWS/Lambda Sum of Errors > 0"
      errors-worker         = "AWS/Lambda Sum of Errors > 0"
      errors-reads          = "AWS/Lambda Sum of Errors > 0"
      errors-search         = "AWS/Lambda Sum of Errors > 0"
      errors-edits          = "AWS/Lambda Sum of Errors > 0"
      errors-failures       = "AWS/Lambda Sum of Errors > 0"
    }
    error_message = "An alarm is missing, or has another metric or threshold."
  }

  assert {
    condition = { for alarm in aws_cloudwatch_metric_alarm.alarm : trimprefix(alarm.alarm_name, "async-chat-local-") => "${one([for query in alarm.metric_query : query.expression if query.return_data == true])} > ${alarm.threshold}" if length(alarm.metric_query) > 0 } == {
      no-answers      = "IF(FILL(asks, 0) > 0 AND FILL(answered, 0) == 0, FILL(asks, 0), 0) > 0"
      store-throttled = "SUM(METRICS()) > 0"
      store-errors    = "SUM(METRICS()) > 5"
    }
    error_message = "An alarm over several metrics is missing, or has another expression."
  }

  assert {
    condition     = alltrue([for alarm in aws_cloudwatch_metric_alarm.alarm : can(regex(" Runbook: docs/operations\\.md#[a-z-]+$", alarm.alarm_description))])
    error_message = "Every alarm's description must link to the runbook."
  }

  assert {
    condition     = alltrue([for alarm in aws_cloudwatch_metric_alarm.alarm : alarm.treat_missing_data == "notBreaching" && alarm.comparison_operator == "GreaterThanThreshold"])
    error_message = "Missing data must not trigger an alarm."
  }

  assert {
    condition     = alltrue(flatten([for alarm in aws_cloudwatch_metric_alarm.alarm : [for query in alarm.metric_query : length(alarm.metric_query) <= 11 && alarm.metric_name == null && alarm.period == null && (query.return_data == true || alltrue([for metric in query.metric : metric.stat == "Sum" && metric.period == 300]))]]))
    error_message = "An expression takes at most ten metrics, each a sum over five minutes, and no metric of its own."
  }
}

run "what_keeps_users_from_answers_pages_and_all_else_waits" {
  command = plan

  override_resource {
    target          = aws_sns_topic.alarms["page"]
    override_during = plan
    values          = { arn = "arn:aws:sns:eu-central-1:123456789012:page" }
  }

  override_resource {
    target          = aws_sns_topic.alarms["ticket"]
    override_during = plan
    values          = { arn = "arn:aws:sns:eu-central-1:123456789012:ticket" }
  }

  assert {
    condition     = [for key, alarm in aws_cloudwatch_metric_alarm.alarm : key if alarm.alarm_actions == toset(["arn:aws:sns:eu-central-1:123456789012:page"])] == ["events-dropped", "no-answers", "server-errors", "tickets-undelivered", "turns-failing", "workspace-over-budget"]
    error_message = "Another set of alarms wakes somebody."
  }

  assert {
    condition     = alltrue([for alarm in aws_cloudwatch_metric_alarm.alarm : length(alarm.alarm_actions) == 1 && alarm.ok_actions == alarm.alarm_actions && length(setsubtract(alarm.alarm_actions, [for topic in aws_sns_topic.alarms : topic.arn])) == 0])
    error_message = "Every alarm must notify one of the topics."
  }

  assert {
    condition     = { for key, topic in aws_sns_topic.alarms : key => topic.name } == { page = "async-chat-local-alarms", ticket = "async-chat-local-tickets" }
    error_message = "There must be a topic to wake somebody and one for office hours."
  }

  assert {
    condition     = [aws_cloudwatch_metric_alarm.alarm["pages-undelivered"].dimensions.TopicName, aws_cloudwatch_metric_alarm.alarm["tickets-undelivered"].dimensions.TopicName] == ["async-chat-local-alarms", "async-chat-local-tickets"]
    error_message = "Each topic's failures must be told by the other topic."
  }
}

run "throttles_and_errors_of_every_table_index_and_operation_are_watched" {
  command = plan

  assert {
    condition = toset(flatten([for query in aws_cloudwatch_metric_alarm.alarm["store-throttled"].metric_query : [for metric in query.metric : join(" ", concat([metric.metric_name], values(metric.dimensions)))]])) == toset(flatten([for name in ["ReadThrottleEvents", "WriteThrottleEvents"] : [
      "${name} async-chat-local-chats", "${name} async-chat-local-memories", "${name} by_activity async-chat-local-chats",
    ]]))
    error_message = "A table or the index is not watched for throttles."
  }

  assert {
    condition = toset(flatten([for query in aws_cloudwatch_metric_alarm.alarm["store-errors"].metric_query : [for metric in query.metric : "${metric.dimensions.TableName} ${metric.dimensions.Operation}"]])) == toset(concat(
      [for operation in ["GetItem", "PutItem", "UpdateItem", "Query", "BatchWriteItem", "TransactWriteItems"] : "async-chat-local-chats ${operation}"],
      [for operation in ["Query", "BatchWriteItem", "DeleteItem"] : "async-chat-local-memories ${operation}"],
    ))
    error_message = "An operation is not watched for errors."
  }

  assert {
    condition     = toset(flatten([for query in aws_cloudwatch_metric_alarm.alarm["no-answers"].metric_query : [for metric in query.metric : "${query.id} ${metric.namespace} ${metric.metric_name} ${metric.dimensions.Workspace}"]])) == toset(["asks AsyncChat Asks local", "answered AsyncChat TurnsAnswered local"])
    error_message = "The absence of answers must be seen in the service's own metrics."
  }
}

run "bedrocks_throttles_and_refusals_are_watched_where_the_model_is_in_this_region" {
  command = plan

  variables {
    agent = "bedrock"
    model = { id = "eu.some.model-v1:0", arns = ["arn:aws:bedrock:eu-central-1:123456789012:inference-profile/eu.some.model-v1:0"] }
  }

  assert {
    condition = { for key in ["model-throttled", "model-refused"] : key => "${aws_cloudwatch_metric_alarm.alarm[key].metric_name} of ${aws_cloudwatch_metric_alarm.alarm[key].dimensions.ModelId}" } == {
      model-throttled = "InvocationThrottles of eu.some.model-v1:0"
      model-refused   = "InvocationClientErrors of eu.some.model-v1:0"
    }
    error_message = "The model's throttles and refusals must be watched."
  }
}

run "a_model_is_watched_by_its_id_if_it_is_given_by_arn" {
  command = plan

  variables {
    agent = "bedrock"
    model = { id = "arn:aws:bedrock:eu-central-1::foundation-model/some.model-v1:0" }
  }

  assert {
    condition     = aws_cloudwatch_metric_alarm.alarm["model-throttled"].dimensions.ModelId == "some.model-v1:0"
    error_message = "Bedrock counts by the model's id."
  }
}

run "a_model_in_another_region_has_no_alarms_here" {
  command = plan

  variables {
    agent = "bedrock"
    model = { id = "some.model-v1:0", region = "us-east-1" }
  }

  assert {
    condition     = !contains(keys(aws_cloudwatch_metric_alarm.alarm), "model-throttled")
    error_message = "An alarm would wait for metrics that are in another region."
  }
}

run "periods_and_thresholds_follow_the_deadline" {
  command = plan

  variables {
    deadline_seconds = 840
  }

  assert {
    condition     = aws_cloudwatch_metric_alarm.alarm["queue-age"].threshold == 261000 && aws_cloudwatch_metric_alarm.alarm["slow-answers"].threshold == 448000
    error_message = "The thresholds must follow the deadline: a third of the events' age of 784 s, and halfway from 56 to 840 s."
  }

  assert {
    condition     = aws_cloudwatch_metric_alarm.alarm["no-answers"].evaluation_periods == 4 && strcontains(aws_cloudwatch_metric_alarm.alarm["queue-age"].alarm_description, "261 seconds for a worker. They expire after 784.")
    error_message = "Absence must be judged over more than a turn's deadline."
  }
}

run "goal_for_the_time_to_an_answer_can_be_set" {
  command = plan

  variables {
    answer_goal_seconds = 30
  }

  assert {
    condition     = aws_cloudwatch_metric_alarm.alarm["slow-answers"].threshold == 30000 && aws_cloudwatch_metric_alarm.alarm["slow-answers"].evaluation_periods == 3
    error_message = "The alarm must use the goal that is set."
  }
}

run "tickets_can_go_to_others_than_pages" {
  command = plan

  variables {
    ticket_emails = ["office@example.org"]
  }

  assert {
    condition     = { for key, mail in aws_sns_topic_subscription.mail : key => mail.endpoint } == { "page night.shift@example.org" = "night.shift@example.org", "ticket office@example.org" = "office@example.org" }
    error_message = "alarm_emails must be subscribed to the pages, ticket_emails to the tickets."
  }
}

run "invalid_ticket_email_is_rejected" {
  command = plan

  variables {
    ticket_emails = ["nobody"]
  }

  expect_failures = [var.ticket_emails]
}

run "one_users_share_of_the_questions_has_an_alarm" {
  command = plan

  assert {
    condition     = jsondecode(aws_cloudwatch_contributor_insight_rule.asks_by_user[0].rule_definition).Contribution == { Keys = ["$.user"], Filters = [{ Match = "$.state", In = ["queued"] }] } && jsondecode(aws_cloudwatch_contributor_insight_rule.asks_by_user[0].rule_definition).LogGroupNames == ["/aws/lambda/async-chat-local-chat"]
    error_message = "The rule must count the chat function's accepted questions by the hash of their user."
  }

  assert {
    condition     = { for query in aws_cloudwatch_metric_alarm.share["user-share"].metric_query : query.id => query.expression } == { top = "INSIGHT_RULE_METRIC('async-chat-local-asks-by-user', 'MaxContributorValue')", all = "INSIGHT_RULE_METRIC('async-chat-local-asks-by-user', 'Sum')", share = "IF(all >= 100, 100 * top / all, 0)" }
    error_message = "The alarm must compare the first user's questions with all."
  }

  assert {
    condition     = aws_cloudwatch_metric_alarm.share["user-share"].threshold == 50 && aws_cloudwatch_metric_alarm.share["user-share"].alarm_actions == toset([aws_sns_topic.alarms["ticket"].arn]) && endswith(aws_cloudwatch_metric_alarm.share["user-share"].alarm_description, "Runbook: docs/operations.md#user-share")
    error_message = "The alarm must notify the topic of a share above 50 %, and link to the runbook."
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
    condition = [for statement in jsondecode(aws_sns_topic_policy.alarms["page"].policy).Statement : [statement.Principal, statement.Action, statement.Condition] if statement.Effect == "Allow"] == [[
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
    condition     = [for subscription in aws_sns_topic_subscription.mail : [subscription.protocol, subscription.endpoint]] == [["email", "night.shift@example.org"], ["email", "night.shift@example.org"]]
    error_message = "alarm_emails must be subscribed to both topics."
  }
}

run "by_default_there_is_no_budget" {
  command = plan

  assert {
    condition     = length(aws_budgets_budget.account) == 0
    error_message = "A budget needs its amount."
  }
}

run "budget_notifies_the_topic_before_and_when_it_is_used_up" {
  command = plan

  variables {
    monthly_budget = 250
    customer_key   = true
  }

  assert {
    condition     = [for budget in aws_budgets_budget.account : [budget.name, budget.limit_amount, budget.limit_unit, budget.time_unit]] == [["async-chat-local-account", "250.00", "USD", "MONTHLY"]]
    error_message = "The budget must be monthly_budget US dollars a month."
  }

  assert {
    condition     = toset([for notice in aws_budgets_budget.account[0].notification : "${notice.notification_type} ${notice.threshold} ${join(" ", notice.subscriber_sns_topic_arns)}"]) == toset([for notice in ["ACTUAL 80", "ACTUAL 100", "FORECASTED 100"] : "${notice} arn:aws:sns:eu-central-1:123456789012:async-chat-local-tickets"])
    error_message = "The topic must be notified at 80 and 100 %, and when the forecast exceeds the budget."
  }

  assert {
    condition = [for statement in jsondecode(aws_sns_topic_policy.alarms["ticket"].policy).Statement : [statement.Principal, statement.Action, statement.Condition] if statement.Sid == "Budget"] == [[
      { Service = "budgets.amazonaws.com" }, ["sns:Publish"],
      { ArnLike = { "aws:SourceArn" = "arn:aws:budgets::123456789012:*" }, StringEquals = { "aws:SourceAccount" = "123456789012" } },
    ]]
    error_message = "Only this account's budgets may publish to the topic."
  }

  assert {
    condition = [for statement in jsondecode(aws_kms_key.data[0].policy).Statement : [statement.Principal, statement.Action, statement.Condition] if statement.Sid == "Budget"] == [[
      { Service = "budgets.amazonaws.com" }, ["kms:Decrypt", "kms:GenerateDataKey*"],
      { ArnLike = { "aws:SourceArn" = "arn:aws:budgets::123456789012:*" }, StringEquals = { "aws:SourceAccount" = "123456789012" } },
    ]]
    error_message = "The budgets of this account must be able to use the topic's key."
  }
}

run "budget_without_alarms_is_rejected" {
  command = plan

  variables {
    alarms         = false
    monthly_budget = 250
  }

  expect_failures = [var.monthly_budget]
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
    condition = length([
      for metric in flatten([for widget in jsondecode(aws_cloudwatch_dashboard.chat[0].dashboard_body).widgets : [for parts in widget.properties.metrics : join(" ", [for part in parts : part if can(tostring(part))])] if startswith(widget.properties.title, "Billed: DynamoDB")]) :
      metric if endswith(metric, "TableName async-chat-local-chats GlobalSecondaryIndexName by_activity")
    ]) == 2
    error_message = "The index's units must be in the graph: DynamoDB counts them apart from the table's."
  }

  assert {
    condition     = length(distinct([for widget in jsondecode(aws_cloudwatch_dashboard.chat[0].dashboard_body).widgets : "${widget.x} ${widget.y}"])) == 10
    error_message = "Two graphs have the same position."
  }
}

run "tracing_is_active_in_every_function_but_those_of_polls" {
  command = plan

  assert {
    condition     = toset([for key, function in aws_lambda_function.function : key if function.tracing_config[0].mode != "Active"]) == setintersection(keys(aws_lambda_function.function), ["reads", "waits"])
    error_message = "Every function must record traces, except those of polls."
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
