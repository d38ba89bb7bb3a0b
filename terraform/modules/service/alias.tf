# Where versions are published, every caller invokes a function's alias `live`. Lambda's asynchronous settings and
# destinations belong to the qualifier that is invoked, so they are set on the alias too.
resource "aws_lambda_alias" "live" {
  for_each = { for key, function in local.functions : key => function if var.published }

  name             = "live"
  description      = "The version in use"
  function_name    = aws_lambda_function.function[each.key].function_name
  function_version = lookup(var.rollback, each.key, aws_lambda_function.function[each.key].version)
}

locals {
  # Built from the name, as the ARNs are: the function's own environment variables hold it.
  worker_target = "${local.function_names[local.worker]}${var.published ? ":live" : ""}"

  # What callers invoke, by function: the alias or the function itself.
  invoke_targets = {
    for key in keys(local.functions) : key => {
      arn        = var.published ? aws_lambda_alias.live[key].arn : aws_lambda_function.function[key].arn
      invoke_arn = var.published ? aws_lambda_alias.live[key].invoke_arn : aws_lambda_function.function[key].invoke_arn
      qualifier  = var.published ? aws_lambda_alias.live[key].name : null
    }
  }
}
