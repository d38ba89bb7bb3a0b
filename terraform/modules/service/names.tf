# ARNs are built from names. A policy that refers to its function would make a cycle of policy, function and role, and one
# that refers to queues and tables would delay the functions.
locals {
  environment = coalesce(var.environment, var.name_prefix)

  function_names = { for key in keys(local.functions) : key => "${var.name_prefix}-${key}" }
  function_arns  = { for key, name in local.function_names : key => "arn:${local.partition}:lambda:${local.region_account}:function:${name}" }

  log_group_names = { for key, name in local.function_names : key => "/aws/lambda/${name}" }
  log_group_arns  = { for key, name in local.log_group_names : key => "arn:${local.partition}:logs:${local.region_account}:log-group:${name}" }

  # With this prefix the log group needs no entry in CloudWatch's resource policy, which is limited to 5,120 characters.
  api_log_group_name = "/aws/vendedlogs/${var.name_prefix}-api"
  api_log_group_arn  = "arn:${local.partition}:logs:${local.region_account}:log-group:${local.api_log_group_name}"

  table_names = { for key in ["chats", "memories"] : key => "${var.name_prefix}-${key}" }
  table_arns  = { for key, name in local.table_names : key => "arn:${local.partition}:dynamodb:${local.region_account}:table/${name}" }

  failures_queue_name = "${var.name_prefix}-failures"
  failures_queue_arn  = local.queue_arns.failures
  queue_arns          = { for key, suffix in { failures = "", undelivered = "-undelivered" } : key => "arn:${local.partition}:sqs:${local.region_account}:${local.failures_queue_name}${suffix}" }


  partition      = data.aws_partition.current.partition
  account_id     = data.aws_caller_identity.current.account_id
  embedded       = local.account_id == "000000000000" # the embedded AWS's account id, which no real account has
  region         = data.aws_region.current.name
  region_account = "${local.region}:${local.account_id}"
}

data "aws_caller_identity" "current" {}

data "aws_partition" "current" {}

data "aws_region" "current" {}
