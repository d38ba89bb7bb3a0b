# How Lambda delivers the worker's events. Asynchronous invocation may duplicate or lose events, so the service relies on
# the turn's record and its deadline, not on these settings.
resource "aws_lambda_function_event_invoke_config" "worker" {
  function_name = aws_lambda_function.function[local.worker].function_name
  qualifier     = local.invoke_targets[local.worker].qualifier

  maximum_retry_attempts = var.worker_retries

  maximum_event_age_in_seconds = local.event_age

  destination_config {
    on_failure {
      destination = aws_sqs_queue.failures.arn
    }
  }
}

locals {
  # A worker that starts later has too little time before the deadline. Lambda's minimum is 60.
  event_age = max(60, floor(var.deadline_seconds - var.expected_answer_seconds))
}

# A question takes two hops, chat function and worker; Lambda stops a loop after about 16.
resource "aws_lambda_function_recursion_config" "worker" {
  function_name  = aws_lambda_function.function[local.worker].function_name
  recursive_loop = "Terminate"
}
