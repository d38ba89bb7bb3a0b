output "api_url" {
  description = "The base URL of the API."
  value       = module.service.api_url
}

output "domain_target" {
  description = "Where the DNS record of `domain` must lead: an alias of this name and hosted zone (AAAA and A), or a CNAME; null without a domain."
  value       = module.service.domain_target
}

output "api_id" {
  description = "The API's id, for tools that do not use its URL."
  value       = module.service.api_id
}

output "function_names" {
  description = "The functions' names by key: chat, reads, search, edits, failures, waits with held polls, and worker with a dedicated worker."
  value       = module.service.function_names
}

output "role_names" {
  description = "The names of the functions' IAM roles by key, as function_names."
  value       = module.service.role_names
}

output "operators_role_name" {
  description = "The name of the operators' IAM role; null without one."
  value       = module.service.operators_role_name
}

output "app_version" {
  description = "The version that GET /health reports."
  value       = module.service.app_version
}

output "log_group_names" {
  description = "The log groups' names by key: those of function_names, and api."
  value       = module.service.log_group_names
}

output "deadline_seconds" {
  description = "The time after which a turn has ended, in seconds."
  value       = module.service.deadline_seconds
}

output "max_concurrent_turns" {
  description = "How many turns may think at once in the workspace; 0: no limit."
  value       = module.service.max_concurrent_turns
}

output "event_bus_name" {
  description = "The name of the EventBridge bus of ended turns; null without `events`."
  value       = module.service.event_bus_name
}

output "table_names" {
  description = "The tables' names by key: chats, memories."
  value       = module.service.table_names
}

output "user_pool_id" {
  description = "The id of the Cognito user pool; null with your own issuer."
  value       = module.service.user_pool_id
}

output "user_pool_client_id" {
  description = "The id of the app's client in the user pool; null with your own issuer."
  value       = module.service.user_pool_client_id
}

output "sign_in_url" {
  description = "The URL of the hosted sign-in; null without one."
  value       = module.service.sign_in_url
}

output "failures_queue_url" {
  description = "The URL of the failures queue: Lambda sends it the events of workers that were killed."
  value       = module.service.failures_queue_url
}

output "undelivered_queue_url" {
  description = "The URL of the failures queue's dead-letter queue: events that could not be processed, to be redriven."
  value       = module.service.undelivered_queue_url
}

output "live_versions" {
  description = "The version behind the alias `live` by function, for a later rollback; empty where versions are not published."
  value       = module.service.live_versions
}

output "package_sha256" {
  description = "The SHA-256 of the deployed code by function, base64, to compare with the built package."
  value       = module.service.package_sha256
}

output "region" {
  description = "The AWS region."
  value       = module.service.region
}

output "workspace" {
  description = "The Terraform workspace."
  value       = local.workspace
}
