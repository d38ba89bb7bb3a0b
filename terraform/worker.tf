# How Lambda treats the worker's events. Delivery is at least once at best: what is promised to the poller rests on
# the turn's record and its deadline, not on these.
resource "aws_lambda_function_event_invoke_config" "worker" {
  function_name = aws_lambda_function.function[local.worker].function_name
  qualifier     = local.called[local.worker].qualifier

  maximum_retry_attempts = var.worker_retries

  # Lambda's least: a worker that starts later has too little time before the deadline.
  maximum_event_age_in_seconds = 60

  destination_config {
    on_failure {
      destination = aws_sqs_queue.failures.arn
    }
  }
}

# Asking and working make two hops; a chain that does not end is stopped at about sixteen.
resource "aws_lambda_function_recursion_config" "worker" {
  function_name  = aws_lambda_function.function[local.worker].function_name
  recursive_loop = "Terminate"
}
