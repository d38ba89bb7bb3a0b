# The account's concurrent executions: a new account may have 10, the default is 1,000. Lambda keeps 100 of them unreserved.
# https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
# https://docs.aws.amazon.com/lambda/latest/dg/configuration-concurrency.html
data "aws_servicequotas_service_quota" "concurrency" {
  # The embedded AWS has no Service Quotas: there, nothing is known of a limit.
  count = var.account_concurrency == null && !local.embedded ? 1 : 0

  service_code = "lambda"
  quota_code   = "L-B99A9384"
}

locals {
  # null: not known.
  account_concurrency = var.account_concurrency == null ? one(data.aws_servicequotas_service_quota.concurrency[*].value) : var.account_concurrency

  reserved_concurrency = sum([for key in keys(local.functions) : lookup(local.concurrency, key, 0)])
  unreserved_minimum   = 100

  # Workers without reserved concurrency leave half of what they share with polls and questions.
  shared_concurrency_limit = local.account_concurrency == null ? var.max_concurrent_turns : min(var.max_concurrent_turns, max(1, floor((local.account_concurrency - local.reserved_concurrency) / 2)))
}
