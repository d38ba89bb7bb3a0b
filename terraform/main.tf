# The service, with the workspace's settings. null is the module's default.
module "service" {
  source = "./modules/service"

  name_prefix  = "async-chat-${local.workspace}"
  environment  = local.workspace
  package_path = var.package_path
  app_version  = var.app_version

  architecture           = try(local.environment.architecture, null)
  rollback               = try(local.environment.rollback, null)
  alarm_emails           = try(local.environment.alarm_emails, null)
  ticket_emails          = try(local.environment.ticket_emails, null)
  dedicated_worker       = try(local.environment.dedicated_worker, null)
  published              = try(local.environment.published, null)
  gradual_release        = try(local.environment.gradual_release, null)
  snap_start             = try(local.environment.snap_start, null)
  pinned_runtime         = try(local.environment.pinned_runtime, null)
  customer_key           = try(local.environment.customer_key, null)
  point_in_time_recovery = try(local.environment.point_in_time_recovery, null)
  deletion_protection    = try(local.environment.deletion_protection, null)
  hosted_sign_in         = try(local.environment.hosted_sign_in, null)
  tracing                = try(local.environment.tracing, null)
  alarms                 = try(local.environment.alarms, null)
  dashboard              = try(local.environment.dashboard, null)
  throttle               = try(local.environment.throttle, null)
  ask_throttle           = try(local.environment.ask_throttle, null)
  search_throttle        = try(local.environment.search_throttle, null)
  memory_limit           = try(local.environment.memory_limit, null)
  memory                 = try(local.environment.memory, null)
  concurrency            = try(local.environment.concurrency, null)
  account_concurrency    = try(local.environment.account_concurrency, null)
  max_concurrent_turns   = try(local.environment.max_concurrent_turns, null)

  workspace_answers_per_day = try(local.environment.workspace_answers_per_day, null)

  log_retention           = try(local.environment.log_retention, null)
  deadline_seconds        = try(local.environment.deadline_seconds, null)
  turns_per_user          = try(local.environment.turns_per_user, null)
  asks_per_minute         = try(local.environment.asks_per_minute, null)
  answers_per_day         = try(local.environment.answers_per_day, null)
  agent                   = try(local.environment.agent, null)
  model                   = try(local.environment.model, null)
  expected_answer_seconds = try(local.environment.expected_answer_seconds, null)
  answer_goal_seconds     = try(local.environment.answer_goal_seconds, null)
  recall_delay_seconds    = try(local.environment.recall_delay_seconds, null)
  log_level               = try(local.environment.log_level, null)
  worker_retries          = try(local.environment.worker_retries, null)
  cors_origins            = try(local.environment.cors_origins, null)
  oidc_issuer             = try(local.environment.oidc_issuer, null)
  oidc_audiences          = try(local.environment.oidc_audiences, null)
  scope_prefix            = try(local.environment.scope_prefix, null)
  callback_urls           = try(local.environment.callback_urls, null)
  page_sign_in            = try(local.environment.page_sign_in, null)
  demo_password           = try(local.environment.demo_password, null)
  tags                    = try(local.environment.tags, null)
  permissions_boundary    = try(local.environment.permissions_boundary, null)
  agent_environment       = try(local.environment.agent_environment, null)
  agent_secrets           = try(local.environment.agent_secrets, null)
  agent_policy_json       = try(local.environment.agent_policy_json, null)
  user_pool               = try(local.environment.user_pool, null)
}
