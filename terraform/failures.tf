# A worker that was killed cannot say so. Lambda then puts its event on this queue, and a function of its own
# marks the turn as failed within seconds, long before the deadline would.
resource "aws_sqs_queue" "failures" {
  name = local.failures_queue_name

  sqs_managed_sse_enabled = local.environment.customer_key ? null : true
  kms_master_key_id       = local.key_arn

  # Six times the consumer's timeout, as AWS advises, so that a message is not handed out twice while it is worked on.
  visibility_timeout_seconds = local.functions.failures.timeout * 6
  message_retention_seconds  = 4 * 24 * 60 * 60

  redrive_policy = jsonencode({
    deadLetterTargetArn = aws_sqs_queue.undelivered.arn
    maxReceiveCount     = 5
  })
}

# Failures that could not be settled five times over: for a person to look at and to redrive.
resource "aws_sqs_queue" "undelivered" {
  name = "${local.failures_queue_name}-undelivered"

  sqs_managed_sse_enabled = local.environment.customer_key ? null : true
  kms_master_key_id       = local.key_arn

  message_retention_seconds = 14 * 24 * 60 * 60

  redrive_allow_policy = jsonencode({
    redrivePermission = "byQueue"
    sourceQueueArns   = [local.failures_queue_arn]
  })
}

resource "aws_lambda_event_source_mapping" "failures" {
  event_source_arn        = aws_sqs_queue.failures.arn
  function_name           = local.called.failures.arn
  batch_size              = 10
  function_response_types = ["ReportBatchItemFailures"]
}
