output "api_url" {
  description = "The base URL of the API."
  value       = local.api_url
}

output "domain_target" {
  description = "Where the DNS record of `domain` must lead: an alias of this name and hosted zone (AAAA and A), or a CNAME; null without a domain."
  value = one([for domain in aws_apigatewayv2_domain_name.api : {
    name           = domain.domain_name_configuration[0].target_domain_name
    hosted_zone_id = domain.domain_name_configuration[0].hosted_zone_id
  }])
}

output "api_id" {
  description = "The API's id, for tools that do not use its URL."
  value       = aws_apigatewayv2_api.chat.id
}

output "function_names" {
  description = "The functions' names by key: chat, reads, search, edits, failures, waits with held polls, and worker with a dedicated worker."
  value       = { for key, function in aws_lambda_function.function : key => function.function_name }
}

output "role_names" {
  description = "The names of the functions' IAM roles by key, as function_names."
  value       = { for key, role in aws_iam_role.function : key => role.name }
}

output "operators_role_name" {
  description = "The name of the operators' IAM role; null without one."
  value       = one(aws_iam_role.operators[*].name)
}

output "app_version" {
  description = "The version that GET /health reports."
  value       = var.app_version
}

output "log_group_names" {
  description = "The log groups' names by key: those of function_names, and api."
  value       = merge({ for key, group in aws_cloudwatch_log_group.function : key => group.name }, { api = aws_cloudwatch_log_group.api.name })
}

output "deadline_seconds" {
  description = "The time after which a turn has ended, in seconds."
  value       = var.deadline_seconds
}

output "max_concurrent_turns" {
  description = "How many turns may think at once in the workspace; 0: no limit."
  value       = local.max_concurrent_turns
}

output "event_bus_name" {
  description = "The name of the EventBridge bus of ended turns; null without `events`."
  value       = one(aws_cloudwatch_event_bus.turns[*].name)
}

output "table_names" {
  description = "The tables' names by key: chats, memories."
  value       = { chats = aws_dynamodb_table.chats.name, memories = aws_dynamodb_table.memories.name }
}

output "user_pool_id" {
  description = "The id of the Cognito user pool; null with your own issuer."
  value       = one(aws_cognito_user_pool.users[*].id)
}

output "user_pool_client_id" {
  description = "The id of the app's client in the user pool; null with your own issuer."
  value       = one(aws_cognito_user_pool_client.app[*].id)
}

output "sign_in_url" {
  description = "The URL of the hosted sign-in; null without one."
  value       = one([for domain in aws_cognito_user_pool_domain.sign_in : "https://${domain.domain}.auth.${local.region}.amazoncognito.com"])
}

output "failures_queue_url" {
  description = "The URL of the failures queue: Lambda sends it the events of workers that were killed."
  value       = aws_sqs_queue.failures.url
}

output "undelivered_queue_url" {
  description = "The URL of the failures queue's dead-letter queue: events that could not be processed, to be redriven."
  value       = aws_sqs_queue.undelivered.url
}

output "live_versions" {
  description = "The version behind the alias `live` by function, for a later rollback; empty where versions are not published."
  value       = { for key, alias in local.aliases : key => alias.function_version }
}

output "package_sha256" {
  description = "The SHA-256 of the deployed code by function, base64, to compare with the built package."
  value       = { for key, function in aws_lambda_function.function : key => function.code_sha256 }
}

output "region" {
  description = "The AWS region."
  value       = local.region
}
