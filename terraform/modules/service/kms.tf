# One key for all data at rest: tables, queues, logs, environment variables and alarms.
resource "aws_kms_key" "data" {
  count = var.customer_key ? 1 : 0

  description             = "Async Chat ${local.environment}: data at rest"
  enable_key_rotation     = true
  deletion_window_in_days = 30
  policy                  = jsonencode({ Version = "2012-10-17", Statement = local.key_policy_statements })
  tags                    = var.tags

  # DynamoDB keeps the backup of a deleted table for 35 days, longer than a key waits for its deletion, and without the key
  # a backup restores nothing. To remove the service, take the key out of the state: docs/deploy.md#destroy.
  lifecycle {
    prevent_destroy = true
  }
}

resource "aws_kms_alias" "data" {
  count = var.customer_key ? 1 : 0

  name          = "alias/${var.name_prefix}"
  target_key_id = aws_kms_key.data[0].key_id
}

locals {
  key_arn = one(aws_kms_key.data[*].arn)

  # In a key policy, resource "*" is this key.
  key_policy_statements = concat([
    {
      # Lets IAM policies of this account grant access; without it this policy could never be changed again.
      Sid       = "Account"
      Effect    = "Allow"
      Principal = { AWS = "arn:${local.partition}:iam::${local.account_id}:root" }
      Action    = ["kms:*"]
      Resource  = ["*"]
    },
    {
      Sid       = "Logs"
      Effect    = "Allow"
      Principal = { Service = "logs.${local.region}.amazonaws.com" }
      Action    = ["kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey*", "kms:ReEncrypt*"]
      Resource  = ["*"]
      Condition = {
        ArnLike = { "kms:EncryptionContext:aws:logs:arn" = "arn:${local.partition}:logs:${local.region_account}:log-group:/aws/*/${var.name_prefix}-*" }
      }
    },
    {
      Sid       = "Alarms"
      Effect    = "Allow"
      Principal = { Service = "cloudwatch.amazonaws.com" }
      Action    = ["kms:Decrypt", "kms:GenerateDataKey*"]
      Resource  = ["*"]
      Condition = { StringEquals = { "aws:SourceAccount" = local.account_id } }
    },
    ], [for account in [local.account_id] : {
      # To the topic of the alarms.
      Sid       = "Budget"
      Effect    = "Allow"
      Principal = { Service = "budgets.amazonaws.com" }
      Action    = ["kms:Decrypt", "kms:GenerateDataKey*"]
      Resource  = ["*"]
      Condition = {
        ArnLike      = { "aws:SourceArn" = "arn:${local.partition}:budgets::${account}:*" }
        StringEquals = { "aws:SourceAccount" = account }
      }
  } if var.monthly_budget != null])
}
