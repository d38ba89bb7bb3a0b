# Where versions are published, every caller invokes a function's alias `live`. Lambda's asynchronous settings and
# destinations belong to the qualifier that is invoked, so they are set on the alias too.
#
# A release switches the chat function last: a new dispatcher's events then never meet an old worker, nor its failures an
# old failures function. A worker that is too old for an event fails it (src/adapters/aws/worker_event.py).
resource "aws_lambda_alias" "live" {
  for_each = { for key, function in local.functions : key => function if var.published && key != local.dispatcher }

  name             = "live"
  description      = "The version in use"
  function_name    = aws_lambda_function.function[each.key].function_name
  function_version = lookup(local.kept_versions, each.key, aws_lambda_function.function[each.key].version)
}

resource "aws_lambda_alias" "dispatcher" {
  count = var.published ? 1 : 0

  name             = "live"
  description      = "The version in use"
  function_name    = aws_lambda_function.function[local.dispatcher].function_name
  function_version = lookup(local.kept_versions, local.dispatcher, aws_lambda_function.function[local.dispatcher].version)

  depends_on = [aws_lambda_alias.live]
}

# What is live now: with a gradual release, Terraform publishes versions, and scripts/release_gradually.py moves the aliases.
data "aws_lambda_alias" "live" {
  for_each = { for key, function in local.functions : key => function if var.published && var.gradual_release }

  function_name = local.function_names[each.key]
  name          = "live"
}

moved {
  from = aws_lambda_alias.live["chat"]
  to   = aws_lambda_alias.dispatcher[0]
}

locals {
  kept_versions = merge({ for key, alias in data.aws_lambda_alias.live : key => alias.function_version }, var.rollback)

  dispatcher = "chat"
  aliases    = merge(aws_lambda_alias.live, { for alias in aws_lambda_alias.dispatcher : local.dispatcher => alias })

  # Built from the name, as the ARNs are: the function's own environment variables hold it.
  worker_target = "${local.function_names[local.worker]}${var.published ? ":live" : ""}"

  # What callers invoke, by function: the alias or the function itself.
  invoke_targets = {
    for key in keys(local.functions) : key => {
      arn        = var.published ? local.aliases[key].arn : aws_lambda_function.function[key].arn
      invoke_arn = var.published ? local.aliases[key].invoke_arn : aws_lambda_function.function[key].invoke_arn
      qualifier  = var.published ? local.aliases[key].name : null
    }
  }
}
