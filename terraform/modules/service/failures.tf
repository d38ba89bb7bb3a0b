# The on-failure destination of the worker. When a worker is killed, Lambda sends its event to this queue, and the
# failures function marks the turn as failed within seconds, long before its deadline.
resource "aws_sqs_queue" "failures" {
  name = local.failures_queue_name
  tags = var.tags

  sqs_managed_sse_enabled = var.customer_key ? null : true
  kms_master_key_id       = local.key_arn

  # Six times the consumer's timeout, as AWS recommends, so that a message is not delivered again while it is processed.
  visibility_timeout_seconds = local.functions.failures.timeout * 6
  message_retention_seconds  = 4 * 24 * 60 * 60

  redrive_policy = jsonencode({
    deadLetterTargetArn = aws_sqs_queue.undelivered.arn
    maxReceiveCount     = 5
  })
}

# The dead-letter queue: failed events that could not be processed five times, for a person to inspect and redrive.
resource "aws_sqs_queue" "undelivered" {
  name = "${local.failures_queue_name}-undelivered"
  tags = var.tags

  sqs_managed_sse_enabled = var.customer_key ? null : true
  kms_master_key_id       = local.key_arn

  message_retention_seconds = 14 * 24 * 60 * 60

  redrive_allow_policy = jsonencode({
    redrivePermission = "byQueue"
    sourceQueueArns   = [local.failures_queue_arn]
  })
}

# The embedded AWS speaks plain HTTP only.
resource "aws_sqs_queue_policy" "tls" {
  for_each = { for key, queue in { failures = aws_sqs_queue.failures, undelivered = aws_sqs_queue.undelivered } : key => queue if !local.embedded }

  queue_url = each.value.url

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "OnlyEncrypted"
      Effect    = "Deny"
      Principal = "*"
      Action    = ["sqs:*"]
      Resource  = [local.queue_arns[each.key]]
      Condition = { Bool = { "aws:SecureTransport" = "false" } }
    }]
  })
}

resource "aws_lambda_event_source_mapping" "failures" {
  event_source_arn        = aws_sqs_queue.failures.arn
  function_name           = local.invoke_targets.failures.arn
  batch_size              = 10
  tags                    = var.tags
  function_response_types = ["ReportBatchItemFailures"]
}
