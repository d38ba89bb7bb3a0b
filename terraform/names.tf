# ARNs are built from the names: a policy that took them from the function would make a cycle with it and its role,
# and policies that waited for queues and tables would hold up the functions.
locals {
  name_prefix = "async-chat-${local.workspace}"

  function_names = { for key in keys(local.functions) : key => "${local.name_prefix}-${key}" }
  function_arns  = { for key, name in local.function_names : key => "arn:${local.partition}:lambda:${local.place}:function:${name}" }

  log_group_names = { for key, name in local.function_names : key => "/aws/lambda/${name}" }
  log_group_arns  = { for key, name in local.log_group_names : key => "arn:${local.partition}:logs:${local.place}:log-group:${name}" }

  table_names = { for key in ["chats", "memories"] : key => "${local.name_prefix}-${key}" }
  table_arns  = { for key, name in local.table_names : key => "arn:${local.partition}:dynamodb:${local.place}:table/${name}" }

  failures_queue_name = "${local.name_prefix}-failures"
  failures_queue_arn  = "arn:${local.partition}:sqs:${local.place}:${local.failures_queue_name}"

  partition  = data.aws_partition.current.partition
  account_id = data.aws_caller_identity.current.account_id
  embedded   = local.account_id == local.embedded_account
  region     = local.environment.region
  place      = "${local.region}:${local.account_id}"
}

data "aws_caller_identity" "current" {}

data "aws_partition" "current" {}
