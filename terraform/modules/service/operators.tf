# The role of those who run the service: it tells the story of a turn, lists the turns that think, and stops one
# (scripts/turns). It reads no word of a person, unless `read_chats` says so.
resource "aws_iam_role" "operators" {
  count = var.operators == null ? 0 : 1

  name                 = "${var.name_prefix}-operators-${local.region}"
  description          = "Reads logs and slots of ${local.environment}, and stops turns"
  permissions_boundary = var.permissions_boundary
  tags                 = var.tags

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { AWS = var.operators.trusted }
      Action    = "sts:AssumeRole"
    }]
  })
}

resource "aws_iam_role_policy" "operators" {
  count = var.operators == null ? 0 : 1

  name   = "least-privilege"
  role   = aws_iam_role.operators[0].name
  policy = jsonencode({ Version = "2012-10-17", Statement = local.operators_statements })
}

locals {
  operators_log_group_arns = concat(values(local.log_group_arns), [local.api_log_group_arn])

  operators_statements = concat(
    [
      {
        Sid      = "Logs"
        Effect   = "Allow"
        Action   = ["logs:FilterLogEvents", "logs:StartQuery"]
        Resource = flatten([for arn in local.operators_log_group_arns : [arn, "${arn}:*"]])
      },
      {
        # No resource-level permissions; the id of a query is known to whoever started it.
        Sid      = "LogQueries"
        Effect   = "Allow"
        Action   = ["logs:GetQueryResults"]
        Resource = ["*"]
      },
      {
        # Of the chats table only the workspace's slots: ids of turns and their deadlines.
        Sid       = "Slots"
        Effect    = "Allow"
        Action    = ["dynamodb:BatchGetItem"]
        Resource  = [local.table_arns.chats]
        Condition = { "ForAllValues:StringLike" = { "dynamodb:LeadingKeys" = ["places#*"] } }
      },
      {
        # The event of a dead worker, which this function takes too, needs the turn's token.
        Sid      = "StopTurns"
        Effect   = "Allow"
        Action   = ["lambda:InvokeFunction"]
        Resource = [local.function_arns.failures, "${local.function_arns.failures}:*"]
      },
    ],
    [for arns in [[local.table_arns.chats]] : {
      Sid      = "Chats"
      Effect   = "Allow"
      Action   = ["dynamodb:GetItem"]
      Resource = arns
    } if try(var.operators.read_chats, false)],
    [for arn in aws_kms_key.data[*].arn : {
      Sid       = "UseKey"
      Effect    = "Allow"
      Action    = ["kms:Decrypt"]
      Resource  = [arn]
      Condition = { StringEquals = { "kms:ViaService" = ["dynamodb.${local.region}.amazonaws.com"] } }
    }],
  )
}
