# Every alarm has an entry of its name in docs/operations.md: what it means, and what to do.
locals {
  function_alarms = merge([for key, name in local.function_names : {
    "throttles-${key}" = {
      entry     = "throttles"
      says      = "Function ${name} is called more often than its concurrency allows."
      namespace = "AWS/Lambda", metric = "Throttles", dimensions = { FunctionName = name }
    }
    "errors-${key}" = {
      entry     = "errors"
      says      = "Function ${name} raises, times out or runs out of memory."
      namespace = "AWS/Lambda", metric = "Errors", dimensions = { FunctionName = name }
    }
  }]...)

  worker_name = local.function_names[local.worker]

  worker_alarms = {
    "turns-failing" = {
      says      = "More than five turns failed within five minutes."
      namespace = local.metrics_namespace, metric = local.metrics.failed, dimensions = { Workspace = local.workspace }
      above     = 5
    }
    "at-capacity" = {
      says      = "More than ten questions within five minutes were refused: every worker was busy."
      namespace = local.metrics_namespace, metric = local.metrics.away, dimensions = { Workspace = local.workspace }
      above     = 10
    }
    "queue-age" = {
      says      = "Events wait more than 20 seconds for a worker, of the 60 that they live."
      namespace = "AWS/Lambda", metric = "AsyncEventAge", dimensions = { FunctionName = local.worker_name }
      statistic = "Maximum", above = 20000
    }
    "events-dropped" = {
      says      = "Lambda gave up on events: their turns never started, or never ended by themselves."
      namespace = "AWS/Lambda", metric = "AsyncEventsDropped", dimensions = { FunctionName = local.worker_name }
    }
    "destination-failing" = {
      says      = "Lambda cannot put failed events on the failures queue."
      namespace = "AWS/Lambda", metric = "DestinationDeliveryFailures", dimensions = { FunctionName = local.worker_name }
    }
    "recursion-dropped" = {
      says      = "Lambda stopped a chain of the worker's calls to itself."
      namespace = "AWS/Lambda", metric = "RecursiveInvocationsDropped", dimensions = { FunctionName = local.worker_name }
    }
    "worker-near-timeout" = {
      says      = "A worker ran past the deadline: more than ${local.worker_timeout - 10} of its ${local.worker_timeout} seconds."
      namespace = "AWS/Lambda", metric = "Duration", dimensions = { FunctionName = local.worker_name }
      statistic = "Maximum", above = (local.worker_timeout - 10) * 1000
    }
  }

  other_alarms = {
    "server-errors" = {
      says      = "The API answers with 5xx."
      namespace = "AWS/ApiGateway", metric = "5xx", dimensions = { ApiId = aws_apigatewayv2_api.chat.id }
      above     = 2
    }
    "failures-waiting" = {
      says      = "A worker's failure waits more than two minutes to be settled."
      namespace = "AWS/SQS", metric = "ApproximateAgeOfOldestMessage", dimensions = { QueueName = aws_sqs_queue.failures.name }
      statistic = "Maximum", above = 120
    }
    "failures-undelivered" = {
      says      = "Failures could not be settled and wait to be redriven."
      namespace = "AWS/SQS", metric = "ApproximateNumberOfMessagesVisible", dimensions = { QueueName = aws_sqs_queue.undelivered.name }
      statistic = "Maximum"
    }
    "store-throttled" = {
      says      = "DynamoDB refuses writes to the chats: one chat or one user is too busy, or the table is growing too fast."
      namespace = "AWS/DynamoDB", metric = "WriteThrottleEvents", dimensions = { TableName = local.table_names.chats }
    }
  }

  alarms = merge(local.function_alarms, local.worker_alarms, local.other_alarms)
}

resource "aws_cloudwatch_metric_alarm" "alarm" {
  for_each = { for name, alarm in local.alarms : name => alarm if local.environment.alarms }

  alarm_name        = "${local.name_prefix}-${each.key}"
  alarm_description = "${each.value.says} Runbook: docs/operations.md#${try(each.value.entry, each.key)}"

  namespace   = each.value.namespace
  metric_name = each.value.metric
  dimensions  = each.value.dimensions
  statistic   = try(each.value.statistic, "Sum")
  threshold   = try(each.value.above, 0)

  comparison_operator = "GreaterThanThreshold"
  period              = 300
  evaluation_periods  = 1
  treat_missing_data  = "notBreaching"

  alarm_actions = [aws_sns_topic.alarms[0].arn]
  ok_actions    = [aws_sns_topic.alarms[0].arn]
}

resource "aws_sns_topic" "alarms" {
  count = local.environment.alarms ? 1 : 0

  name              = "${local.name_prefix}-alarms"
  kms_master_key_id = local.key_arn
}

resource "aws_sns_topic_subscription" "mail" {
  for_each = toset([for address in var.alarm_emails : address if local.environment.alarms])

  topic_arn = aws_sns_topic.alarms[0].arn
  protocol  = "email"
  endpoint  = each.value
}

resource "aws_sns_topic_policy" "alarms" {
  count = local.environment.alarms ? 1 : 0

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
        ArnLike      = { "aws:SourceArn" = "arn:${local.partition}:cloudwatch:${local.place}:alarm:${local.name_prefix}-*" }
        StringEquals = { "aws:SourceAccount" = local.account_id }
      }
    }]
  })
}
