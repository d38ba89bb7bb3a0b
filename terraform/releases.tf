# Where versions are published, everything that calls a function calls its alias `live`. Asynchronous settings and
# destinations bind to what is called, so they go to the alias too.
resource "aws_lambda_alias" "live" {
  for_each = { for key, function in local.functions : key => function if local.environment.published }

  name             = "live"
  description      = "The version in use"
  function_name    = aws_lambda_function.function[each.key].function_name
  function_version = lookup(var.rollback, each.key, aws_lambda_function.function[each.key].version)
}

locals {
  # Built from the name like the ARNs: the function's settings name the function itself.
  worker_target = "${local.function_names[local.worker]}${local.environment.published ? ":live" : ""}"

  # What is called, by function: the alias or the function itself.
  called = {
    for key in keys(local.functions) : key => {
      arn        = local.environment.published ? aws_lambda_alias.live[key].arn : aws_lambda_function.function[key].arn
      invoke_arn = local.environment.published ? aws_lambda_alias.live[key].invoke_arn : aws_lambda_function.function[key].invoke_arn
      qualifier  = local.environment.published ? aws_lambda_alias.live[key].name : null
    }
  }
}
