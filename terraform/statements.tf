# Statements that more than one function may have: whoever reasons, and what follows from a switch.
locals {
  reasoning = concat(
    [
      {
        Sid      = "Memories"
        Effect   = "Allow"
        Action   = ["dynamodb:Query"]
        Resource = [local.table_arns.memories]
      },
      {
        # Lambda sends a failed event on with the function's own role.
        Sid      = "ReportFailures"
        Effect   = "Allow"
        Action   = ["sqs:SendMessage"]
        Resource = [local.failures_queue_arn]
      },
    ],
    [for arns in [local.model_arns] : {
      Sid      = "Model"
      Effect   = "Allow"
      Action   = local.model_actions
      Resource = arns
    } if length(arns) > 0],
  )

  # No logs:CreateLogGroup: Terraform makes the groups, with their retention.
  log_statements = {
    for key, arn in local.log_group_arns : key => [{
      Sid      = "Log"
      Effect   = "Allow"
      Action   = ["logs:CreateLogStream", "logs:PutLogEvents"]
      Resource = ["${arn}:*"]
    }]
  }

  # X-Ray knows no resource to name.
  tracing_statements = [for actions in [["xray:PutTelemetryRecords", "xray:PutTraceSegments"]] : {
    Sid      = "Trace"
    Effect   = "Allow"
    Action   = actions
    Resource = ["*"]
  } if local.environment.tracing]

  # The key is used by the services, on the function's behalf; only who puts something on the queue needs new data keys.
  key_statements_of = {
    for key in keys(local.functions) : key => [for arn in aws_kms_key.data[*].arn : {
      Sid       = "UseKey"
      Effect    = "Allow"
      Action    = key == local.worker ? ["kms:Decrypt", "kms:GenerateDataKey"] : ["kms:Decrypt"]
      Resource  = [arn]
      Condition = { StringEquals = { "kms:ViaService" = [for service in ["dynamodb", "lambda", "sqs"] : "${service}.${local.region}.amazonaws.com"] } }
    }]
  }
}
