# Each alarm's description links to the runbook, docs/operations.md: to the section `runbook`, or else the alarm's own name.
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
      description = "More than five turns failed within five minutes."
      namespace   = local.metrics_namespace, metric = local.metrics.failed, dimensions = { Workspace = local.environment }
      threshold   = 5
    }
    "at-capacity" = {
      description = "More than ten questions within five minutes were rejected: all workers were busy."
      namespace   = local.metrics_namespace, metric = local.metrics.rejected, dimensions = { Workspace = local.environment }
      threshold   = 10
    }
    "queue-age" = {
      description = "Events wait more than 20 seconds for a worker. They expire after 60."
      namespace   = "AWS/Lambda", metric = "AsyncEventAge", dimensions = { FunctionName = local.worker_name }
      statistic   = "Maximum", threshold = 20000
    }
    "events-dropped" = {
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

  other_alarms = {
    "server-errors" = {
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
      description = "DynamoDB throttles writes to the chats table: a hot partition (one chat or one user), or traffic that grows too fast."
      namespace   = "AWS/DynamoDB", metric = "WriteThrottleEvents", dimensions = { TableName = local.table_names.chats }
    }
  }

  alarms = merge(local.function_alarms, local.worker_alarms, local.other_alarms)
}

resource "aws_cloudwatch_metric_alarm" "alarm" {
  for_each = { for name, alarm in local.alarms : name => alarm if var.alarms }

  alarm_name        = "${var.name_prefix}-${each.key}"
  alarm_description = "${each.value.description} Runbook: docs/operations.md#${try(each.value.runbook, each.key)}"

  namespace   = each.value.namespace
  metric_name = each.value.metric
  dimensions  = each.value.dimensions
  statistic   = try(each.value.statistic, "Sum")
  threshold   = try(each.value.threshold, 0)

  comparison_operator = "GreaterThanThreshold"
  period              = 300
  evaluation_periods  = 1
  treat_missing_data  = "notBreaching"

  alarm_actions = [aws_sns_topic.alarms[0].arn]
  ok_actions    = [aws_sns_topic.alarms[0].arn]
  tags          = var.tags
}

resource "aws_sns_topic" "alarms" {
  count = var.alarms ? 1 : 0

  name              = "${var.name_prefix}-alarms"
  kms_master_key_id = local.key_arn
  tags              = var.tags
}

resource "aws_sns_topic_subscription" "mail" {
  for_each = toset([for address in var.alarm_emails : address if var.alarms])

  topic_arn = aws_sns_topic.alarms[0].arn
  protocol  = "email"
  endpoint  = each.value
}

resource "aws_sns_topic_policy" "alarms" {
  count = var.alarms ? 1 : 0

  arn = aws_sns_topic.alarms[0].arn

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "Alarms"
      Effect    = "Allow"
      Principal = { Service = "cloudwatch.amazonaws.com" }
      Action    = ["sns:Publish"]
      Resource  = [aws_sns_topic.alarms[0].arn]
      Condition = {
        ArnLike      = { "aws:SourceArn" = "arn:${local.partition}:cloudwatch:${local.region_account}:alarm:${var.name_prefix}-*" }
        StringEquals = { "aws:SourceAccount" = local.account_id }
      }
    }]
  })
}
