# What each function may do, statement by statement. jsonencode of locals rather than aws_iam_policy_document: the
# tests read the statements without an AWS. DynamoDB has no action for a transaction: its parts are asked for one by one.
locals {
  statements = {
    for key in keys(local.functions) : key => concat(local.duties[key], local.log_statements[key], local.tracing_statements, local.key_statements_of[key])
  }

  duties = {
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
          # The first ARN does not cover the function's versions and aliases.
          Sid      = "InvokeWorker"
          Effect   = "Allow"
          Action   = ["lambda:InvokeFunction"]
          Resource = [local.function_arns[local.worker], "${local.function_arns[local.worker]}:*"]
        },
      ],
      [for statement in local.reasoning : statement if local.worker == "chat"],
    )

    worker = concat(
      [{
        Sid      = "Chats"
        Effect   = "Allow"
        Action   = ["dynamodb:PutItem", "dynamodb:Query", "dynamodb:UpdateItem"]
        Resource = [local.table_arns.chats]
      }],
      local.reasoning,
    )

    reads = [
      {
        # UpdateItem: a poll settles a turn that is past its deadline.
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
      {
        Sid      = "Memories"
        Effect   = "Allow"
        Action   = ["dynamodb:Query"]
        Resource = [local.table_arns.memories]
      },
    ]

    edits = [
      {
        Sid      = "Chats"
        Effect   = "Allow"
        Action   = ["dynamodb:BatchWriteItem", "dynamodb:GetItem", "dynamodb:Query", "dynamodb:UpdateItem"]
        Resource = [local.table_arns.chats]
      },
      {
        Sid      = "Memories"
        Effect   = "Allow"
        Action   = ["dynamodb:BatchWriteItem", "dynamodb:DeleteItem"]
        Resource = [local.table_arns.memories]
      },
    ]

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
}
