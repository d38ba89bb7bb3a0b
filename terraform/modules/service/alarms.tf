# Each alarm's description links to the runbook, docs/operations.md: to the section `runbook`, or else the alarm's own name.
#
# `page`: users do not get answers; it must wake somebody. Any other alarm can wait for office hours. An alarm watches one
# metric, or `math`: an expression over `metrics`. Names and dimensions are AWS's:
# Lambda      https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html
# API Gateway https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-metrics.html
# SQS         https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-available-cloudwatch-metrics.html
# SNS         https://docs.aws.amazon.com/sns/latest/dg/sns-monitoring-using-cloudwatch.html
# DynamoDB    https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/metrics-dimensions.html
# Bedrock     https://docs.aws.amazon.com/bedrock/latest/userguide/monitoring-runtime-metrics.html
locals {
  function_alarms = merge([for key, name in local.function_names : {
    "throttles-${key}" = {
      runbook     = "throttles"
      description = "Lambda throttles function ${name}: it has reached its concurrency limit."
      namespace   = "AWS/Lambda", metric = "Throttles", dimensions = { FunctionName = name }
    }
    "errors-${key}" = {
      runbook     = "errors"
      description = "Invocations of function ${name} fail: an unhandled exception, a timeout or out of memory."
      namespace   = "AWS/Lambda", metric = "Errors", dimensions = { FunctionName = name }
    }
  }]...)

  worker_name = local.function_names[local.worker]

  worker_alarms = {
    "turns-failing" = {
      page        = true
      description = "More than five turns failed within five minutes."
      namespace   = local.metrics_namespace, metric = local.metrics.failed, dimensions = { Workspace = local.environment }
      threshold   = 5
    }
    "at-capacity" = {
      description = "More than ten questions within five minutes were rejected: all workers were busy."
      namespace   = local.metrics_namespace, metric = local.metrics.rejected, dimensions = { Workspace = local.environment }
      threshold   = 10
    }
    "no-answers" = {
      page        = true
      description = "Questions come, but for ${local.absence_periods * 5} minutes none was answered."
      math        = "IF(FILL(asks, 0) > 0 AND FILL(answered, 0) == 0, FILL(asks, 0), 0)"
      metrics = {
        for key in ["asks", "answered"] :
        key => { namespace = local.metrics_namespace, metric = local.metrics[key], dimensions = { Workspace = local.environment } }
      }
      periods = local.absence_periods
    }
    "slow-answers" = {
      description = "More than one answer in twenty takes longer than ${local.answer_goal} seconds, for a quarter of an hour."
      namespace   = local.metrics_namespace, metric = local.metrics.answering, dimensions = { Workspace = local.environment }
      percentile  = "p95", threshold = local.answer_goal * 1000
      periods     = 3
    }
    "user-over-budget" = {
      description = "More than ten questions within five minutes were rejected: a user's budget of a minute or a day is used up."
      namespace   = local.metrics_namespace, metric = local.metrics.user_over_budget, dimensions = { Workspace = local.environment }
      threshold   = 10
    }
    "workspace-over-budget" = {
      page        = true
      description = "Questions are rejected: the workspace's budget of the day is used up."
      namespace   = local.metrics_namespace, metric = local.metrics.workspace_over_budget, dimensions = { Workspace = local.environment }
    }
    "queue-age" = {
      description = "Events wait more than ${floor(local.event_age / 3)} seconds for a worker. They expire after ${local.event_age}."
      namespace   = "AWS/Lambda", metric = "AsyncEventAge", dimensions = { FunctionName = local.worker_name }
      statistic   = "Maximum", threshold = floor(local.event_age / 3) * 1000
    }
    "events-dropped" = {
      page        = true
      description = "Lambda dropped events: their turns never started, or fail at their deadline."
      namespace   = "AWS/Lambda", metric = "AsyncEventsDropped", dimensions = { FunctionName = local.worker_name }
    }
    "destination-failing" = {
      description = "Lambda cannot send failed events to the failures queue."
      namespace   = "AWS/Lambda", metric = "DestinationDeliveryFailures", dimensions = { FunctionName = local.worker_name }
    }
    "recursion-dropped" = {
      description = "Lambda detected a recursive loop of the worker and stopped it."
      namespace   = "AWS/Lambda", metric = "RecursiveInvocationsDropped", dimensions = { FunctionName = local.worker_name }
    }
    "worker-near-timeout" = {
      description = "A worker ran past the deadline: more than ${local.worker_timeout - 10} seconds, with a timeout of ${local.worker_timeout}."
      namespace   = "AWS/Lambda", metric = "Duration", dimensions = { FunctionName = local.worker_name }
      statistic   = "Maximum", threshold = (local.worker_timeout - 10) * 1000
    }
  }

  # A question's answer may fall into a later period.
  absence_periods = 1 + ceil(var.deadline_seconds / 300)

  answer_goal = var.answer_goal_seconds == null ? (var.expected_answer_seconds + var.deadline_seconds) / 2 : var.answer_goal_seconds

  # Four fifths of what functions without reserved concurrency share. Lambda counts what is reserved as claimed.
  claimed_alarm = try(floor(local.reserved_concurrency + 0.8 * (local.account_concurrency - local.reserved_concurrency)), null)

  account_alarms = {
    for name in ["account-concurrency"] : name => {
      runbook     = "account-concurrency"
      description = "The account's functions use more than four fifths of its unreserved concurrency in this region: ${local.claimed_alarm} of ${local.account_concurrency} with what is reserved."
      namespace   = "AWS/Lambda", metric = "ClaimedAccountConcurrency", dimensions = {}
      statistic   = "Maximum", threshold = local.claimed_alarm
    } if local.claimed_alarm != null
  }

  chats_by_activity = "by_activity"

  # DynamoDB counts an index apart from its table.
  throttled = concat(
    [for table in values(local.table_names) : { TableName = table }],
    [{ TableName = local.table_names.chats, GlobalSecondaryIndexName = local.chats_by_activity }],
  )

  # The operations that the code calls, at most ten: an alarm takes no more metrics.
  store_operations = concat(
    [for name in ["GetItem", "PutItem", "UpdateItem", "Query", "BatchWriteItem", "TransactWriteItems"] : { TableName = local.table_names.chats, Operation = name }],
    [for name in ["Query", "BatchWriteItem", "DeleteItem"] : { TableName = local.table_names.memories, Operation = name }],
  )

  # Bedrock counts by the id of the model or the profile, in the region that is called.
  model_alarms = {
    for name, alarm in {
      "model-throttled" = {
        runbook     = "model-throttled"
        description = "Bedrock throttles the model: the account's quota for it is used up."
        metric      = "InvocationThrottles", threshold = 5
      }
      "model-refused" = {
        runbook     = "model-refused"
        description = "Bedrock refuses requests to the model: access, the model's id, or what is sent."
        metric      = "InvocationClientErrors", threshold = 5
      }
    } : name => merge(alarm, { namespace = "AWS/Bedrock", dimensions = { ModelId = element(split("/", var.model.id), -1) } })
    if var.model != null && local.model_region == local.region
  }

  other_alarms = {
    "server-errors" = {
      page        = true
      description = "The API responds with 5xx."
      namespace   = "AWS/ApiGateway", metric = "5xx", dimensions = { ApiId = aws_apigatewayv2_api.chat.id }
      threshold   = 2
    }
    "failures-waiting" = {
      description = "A failed event has waited more than two minutes in the failures queue."
      namespace   = "AWS/SQS", metric = "ApproximateAgeOfOldestMessage", dimensions = { QueueName = aws_sqs_queue.failures.name }
      statistic   = "Maximum", threshold = 120
    }
    "failures-undelivered" = {
      description = "The dead-letter queue holds failed events that could not be processed. They wait to be redriven."
      namespace   = "AWS/SQS", metric = "ApproximateNumberOfMessagesVisible", dimensions = { QueueName = aws_sqs_queue.undelivered.name }
      statistic   = "Maximum"
    }
    "store-throttled" = {
      description = "DynamoDB throttles reads or writes of the tables or of their index: a hot partition (one chat or one user), or traffic that grows too fast."
      math        = "SUM(METRICS())"
      metrics = {
        for index, pair in setproduct(["ReadThrottleEvents", "WriteThrottleEvents"], local.throttled) :
        "m${index}" => { namespace = "AWS/DynamoDB", metric = pair[0], dimensions = pair[1] }
      }
    }
    "store-errors" = {
      description = "DynamoDB answers requests with errors of its own (5xx)."
      math        = "SUM(METRICS())"
      metrics = {
        for index, dimensions in local.store_operations :
        "m${index}" => { namespace = "AWS/DynamoDB", metric = "SystemErrors", dimensions = dimensions }
      }
      threshold = 5
    }
    "store-conflicts" = {
      description = "More than a hundred requests to the chats table met another transaction within five minutes."
      namespace   = "AWS/DynamoDB", metric = "TransactionConflict", dimensions = { TableName = local.table_names.chats }
      threshold   = 100
    }
  }

  # Each topic's failures are told by the other.
  topic_alarms = {
    "pages-undelivered" = {
      runbook     = "alarms-undelivered"
      description = "SNS could not deliver an alarm that must wake somebody."
      namespace   = "AWS/SNS", metric = "NumberOfNotificationsFailed", dimensions = { TopicName = local.topic_names.page }
    }
    "tickets-undelivered" = {
      page        = true
      runbook     = "alarms-undelivered"
      description = "SNS could not deliver an alarm that can wait."
      namespace   = "AWS/SNS", metric = "NumberOfNotificationsFailed", dimensions = { TopicName = local.topic_names.ticket }
    }
  }

  alarms = merge(local.function_alarms, local.worker_alarms, local.account_alarms, local.model_alarms, local.topic_alarms, local.events_alarms, local.other_alarms)

  topic_names = { page = "${var.name_prefix}-alarms", ticket = "${var.name_prefix}-tickets" }

  alarm_mails = var.alarms ? merge(
    { for address in var.alarm_emails : "page ${address}" => { topic = "page", address = address } },
    { for address in var.ticket_emails == null ? var.alarm_emails : var.ticket_emails : "ticket ${address}" => { topic = "ticket", address = address } },
  ) : {}
}

resource "aws_cloudwatch_metric_alarm" "alarm" {
  for_each = { for name, alarm in local.alarms : name => alarm if var.alarms }

  alarm_name        = "${var.name_prefix}-${each.key}"
  alarm_description = "${each.value.description} Runbook: docs/operations.md#${try(each.value.runbook, each.key)}"

  namespace          = try(each.value.namespace, null)
  metric_name        = try(each.value.metric, null)
  dimensions         = try(each.value.dimensions, null)
  statistic          = try(each.value.math, each.value.percentile, null) != null ? null : try(each.value.statistic, "Sum")
  extended_statistic = try(each.value.percentile, null)
  period             = try(each.value.math, null) != null ? null : 300
  threshold          = try(each.value.threshold, 0)

  dynamic "metric_query" {
    for_each = try(each.value.metrics, {})

    content {
      id = metric_query.key

      metric {
        namespace   = metric_query.value.namespace
        metric_name = metric_query.value.metric
        dimensions  = metric_query.value.dimensions
        stat        = "Sum"
        period      = 300
      }
    }
  }

  dynamic "metric_query" {
    for_each = try([each.value.math], [])

    content {
      id          = "result"
      expression  = metric_query.value
      label       = each.key
      return_data = true
    }
  }

  comparison_operator = "GreaterThanThreshold"
  evaluation_periods  = try(each.value.periods, 1)
  treat_missing_data  = "notBreaching"

  alarm_actions = [aws_sns_topic.alarms[try(each.value.page, false) ? "page" : "ticket"].arn]
  ok_actions    = [aws_sns_topic.alarms[try(each.value.page, false) ? "page" : "ticket"].arn]
  tags          = var.tags
}

resource "aws_sns_topic" "alarms" {
  for_each = { for key, name in local.topic_names : key => name if var.alarms }

  name              = each.value
  kms_master_key_id = local.key_arn
  tags              = var.tags
}

moved {
  from = aws_sns_topic.alarms[0]
  to   = aws_sns_topic.alarms["page"]
}

resource "aws_sns_topic_subscription" "mail" {
  for_each = local.alarm_mails

  topic_arn = aws_sns_topic.alarms[each.value.topic].arn
  protocol  = "email"
  endpoint  = each.value.address
}

resource "aws_sns_topic_policy" "alarms" {
  for_each = aws_sns_topic.alarms

  arn = each.value.arn

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = concat(
      [{
        Sid       = "Alarms"
        Effect    = "Allow"
        Principal = { Service = "cloudwatch.amazonaws.com" }
        Action    = ["sns:Publish"]
        Resource  = [each.value.arn]
        Condition = {
          ArnLike      = { "aws:SourceArn" = "arn:${local.partition}:cloudwatch:${local.region_account}:alarm:${var.name_prefix}-*" }
          StringEquals = { "aws:SourceAccount" = local.account_id }
        }
      }],
      [for _ in aws_budgets_budget.account : {
        Sid       = "Budget"
        Effect    = "Allow"
        Principal = { Service = "budgets.amazonaws.com" }
        Action    = ["sns:Publish"]
        Resource  = [each.value.arn]
        Condition = {
          ArnLike      = { "aws:SourceArn" = "arn:${local.partition}:budgets::${local.account_id}:*" }
          StringEquals = { "aws:SourceAccount" = local.account_id }
        }
      } if each.key == "ticket"],
      # A topic's policy cannot say `sns:*`. The embedded AWS speaks plain HTTP only.
      [for topic in [each.value.arn] : {
        Sid       = "OnlyEncrypted"
        Effect    = "Deny"
        Principal = "*"
        Action    = ["sns:Publish"]
        Resource  = [topic]
        Condition = { Bool = { "aws:SecureTransport" = "false" } }
      } if !local.embedded],
    )
  })
}

moved {
  from = aws_sns_topic_policy.alarms[0]
  to   = aws_sns_topic_policy.alarms["page"]
}
