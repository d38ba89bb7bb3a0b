# One role for each function, and the statements of its policy.
#
# Policies are jsonencode of locals, not aws_iam_policy_document, so that `terraform test` can read them without AWS.
# DynamoDB has no action for a transaction: IAM checks the action of each of its parts.
resource "aws_iam_role" "function" {
  for_each = local.functions

  # With the region, since a role's name is unique in the account ("IAM user, group, role, and policy names must be unique
  # within the account", IAM API, CreateRole). Roles from before keep their name: a new one would be another role.
  name                 = "${local.function_names[each.key]}-${local.region}"
  description          = "Execution role of function ${local.function_names[each.key]}"
  permissions_boundary = var.permissions_boundary
  tags                 = var.tags

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "lambda.amazonaws.com" }
      Action    = "sts:AssumeRole"
    }]
  })

  lifecycle {
    ignore_changes = [name]
  }
}

resource "aws_iam_role_policy" "function" {
  for_each = local.functions

  name   = "least-privilege"
  role   = aws_iam_role.function[each.key].name
  policy = jsonencode({ Version = "2012-10-17", Statement = local.statements[each.key] })
}

locals {
  statements = {
    for key in keys(local.functions) : key => concat(local.function_statements[key], local.log_statements[key], [for statement in local.tracing_statements : statement if !contains(local.polled, key)], local.kms_statements[key])
  }

  function_statements = {
    chat = concat(
      [
        {
          Sid    = "Chats"
          Effect = "Allow"
          Action = concat(
            ["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem"],
            [for action in ["dynamodb:Query"] : action if local.worker == "chat"],
          )
          Resource = [local.table_arns.chats]
        },
        {
          # The unqualified ARN does not cover the function's versions and aliases.
          Sid      = "InvokeWorker"
          Effect   = "Allow"
          Action   = ["lambda:InvokeFunction"]
          Resource = [local.function_arns[local.worker], "${local.function_arns[local.worker]}:*"]
        },
      ],
      [for statement in local.worker_statements : statement if local.worker == "chat"],
    )

    worker = concat(
      [{
        Sid      = "Chats"
        Effect   = "Allow"
        Action   = ["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:Query", "dynamodb:UpdateItem"]
        Resource = [local.table_arns.chats]
      }],
      local.worker_statements,
    )

    reads = [
      {
        # UpdateItem: a poll ends a turn that is past its deadline.
        Sid      = "Chats"
        Effect   = "Allow"
        Action   = ["dynamodb:GetItem", "dynamodb:Query", "dynamodb:UpdateItem"]
        Resource = [local.table_arns.chats]
      },
      {
        Sid      = "ChatsByActivity"
        Effect   = "Allow"
        Action   = ["dynamodb:Query"]
        Resource = ["${local.table_arns.chats}/index/by_activity"]
      },
    ]

    waits = [
      {
        # UpdateItem: as a poll.
        Sid      = "Chats"
        Effect   = "Allow"
        Action   = ["dynamodb:GetItem", "dynamodb:Query", "dynamodb:UpdateItem"]
        Resource = [local.table_arns.chats]
      },
    ]

    search = [
      {
        Sid      = "Memories"
        Effect   = "Allow"
        Action   = ["dynamodb:Query"]
        Resource = [local.table_arns.memories]
      },
    ]

    edits = [
      {
        # Memories are counted in the chats table, in the same transaction.
        Sid      = "Chats"
        Effect   = "Allow"
        Action   = ["dynamodb:BatchWriteItem", "dynamodb:DeleteItem", "dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:Query", "dynamodb:UpdateItem"]
        Resource = [local.table_arns.chats]
      },
      {
        Sid      = "Memories"
        Effect   = "Allow"
        Action   = ["dynamodb:DeleteItem", "dynamodb:PutItem", "dynamodb:Query"]
        Resource = [local.table_arns.memories]
      },
    ]

    events = local.events_statements

    failures = [
      {
        Sid      = "Chats"
        Effect   = "Allow"
        Action   = ["dynamodb:GetItem", "dynamodb:UpdateItem"]
        Resource = [local.table_arns.chats]
      },
      {
        Sid      = "ReceiveFailures"
        Effect   = "Allow"
        Action   = ["sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ReceiveMessage"]
        Resource = [local.failures_queue_arn]
      },
    ]
  }

  # Of the function that runs the agent: the worker, or the chat function where it is its own worker.
  worker_statements = concat(
    [
      {
        Sid      = "Memories"
        Effect   = "Allow"
        Action   = ["dynamodb:Query"]
        Resource = [local.table_arns.memories]
      },
      {
        # Lambda sends a failed event to the destination with the function's role.
        Sid      = "ReportFailures"
        Effect   = "Allow"
        Action   = ["sqs:SendMessage"]
        Resource = [local.failures_queue_arn]
      },
    ],
    # A statement of one's own may be a single object instead of a list.
    flatten([try(jsondecode(var.agent_policy_json).Statement, [])]),
    [for arns in [values(var.agent_secrets)] : {
      Sid      = "AgentSecrets"
      Effect   = "Allow"
      Action   = ["secretsmanager:GetSecretValue"]
      Resource = arns
    } if length(arns) > 0],
    [for arns in [local.model_arns] : {
      Sid      = "Model"
      Effect   = "Allow"
      Action   = local.model_actions
      Resource = arns
    } if length(arns) > 0],
  )

  # No logs:CreateLogGroup: Terraform creates the log groups, with their retention.
  log_statements = {
    for key, arn in local.log_group_arns : key => [{
      Sid      = "Log"
      Effect   = "Allow"
      Action   = ["logs:CreateLogStream", "logs:PutLogEvents"]
      Resource = ["${arn}:*"]
    }]
  }

  # X-Ray does not support resource-level permissions.
  tracing_statements = [for actions in [["xray:PutTelemetryRecords", "xray:PutTraceSegments"]] : {
    Sid      = "Trace"
    Effect   = "Allow"
    Action   = actions
    Resource = ["*"]
  } if var.tracing]

  # AWS services use the key on the function's behalf; only a sender to the queue needs new data keys.
  kms_statements = {
    for key in keys(local.functions) : key => [for arn in aws_kms_key.data[*].arn : {
      Sid       = "UseKey"
      Effect    = "Allow"
      Action    = key == local.worker ? ["kms:Decrypt", "kms:GenerateDataKey"] : ["kms:Decrypt"]
      Resource  = [arn]
      Condition = { StringEquals = { "kms:ViaService" = [for service in ["dynamodb", "lambda", "sqs"] : "${service}.${local.region}.amazonaws.com"] } }
    }]
  }
}
