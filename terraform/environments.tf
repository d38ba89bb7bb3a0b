# The environments, keyed by Terraform workspace. A -var-file could be combined with the wrong workspace; a map cannot.
locals {
  environment_defaults = {
    region        = "eu-central-1"
    account_ids   = []    # allowed AWS accounts; empty: any
    protected     = false # requires confirm_workspace, and rejects `overrides`
    log_retention = 30    # days
    agent         = "bedrock"

    # Requests per second. A question occupies a worker for its whole turn. Its limit is the rate at which workers become
    # free, so that API Gateway rejects the surplus at once instead of letting it wait until its deadline.
    throttle     = { rate = 50, burst = 100 }
    ask_throttle = { rate = 5, burst = 20 }

    memory      = { chat = 512, worker = 1024, reads = 512, edits = 256, failures = 256 } # MB
    concurrency = {}                                                                      # reserved concurrency by function; absent: none

    # The limit of concurrent turns where the worker has no reserved concurrency; 0: no limit.
    max_concurrent_turns = 50

    # The switches: variable `overrides` describes them, and can change them for one workspace.
    dedicated_worker       = false
    published              = false
    customer_key           = false
    point_in_time_recovery = false
    deletion_protection    = false
    hosted_sign_in         = true
    tracing                = false
    alarms                 = false
    dashboard              = false
  }

  environments = {
    "local" = {
      # Only the embedded AWS has this account.
      account_ids          = [local.embedded_account]
      hosted_sign_in       = false
      log_retention        = 1
      agent                = "recall" # no model, no network
      max_concurrent_turns = 0
      throttle             = { rate = 2000, burst = 2000 }
      ask_throttle         = { rate = 2000, burst = 2000 }
    }

    # One for each pull request, short-lived.
    "pr-*" = {
      log_retention = 3
      agent         = "recall" # no model to pay for
    }

    "dev" = {
      log_retention = 14
      dashboard     = true
    }

    "prod" = {
      # AWS's example account id. Replace it by yours; until then the provider rejects every account.
      account_ids            = ["111122223333"]
      protected              = true
      log_retention          = 365
      throttle               = { rate = 500, burst = 1000 }
      concurrency            = { chat = 50, worker = 350, reads = 200, edits = 20, failures = 5 }
      dedicated_worker       = true
      published              = true
      customer_key           = true
      point_in_time_recovery = true
      deletion_protection    = true
      tracing                = true
      alarms                 = true
      dashboard              = true
    }
  }

  # The embedded AWS's account id, which no real account has.
  embedded_account = "000000000000"

  # All workspaces pr-<number> share one entry; any other name must be listed.
  environment_key = can(regex("^pr-[1-9][0-9]{0,4}$", terraform.workspace)) ? "pr-*" : terraform.workspace

  # The validation of confirm_workspace allows two values: empty, or this workspace's name. All resource names, the
  # provider and its tags depend on this local, so that every command evaluates the validation.
  workspace = var.confirm_workspace == "" ? terraform.workspace : var.confirm_workspace

  environment = merge(
    local.environment_defaults,
    try(local.environments[local.environment_key], {}),
    { for name, value in var.overrides : name => value if value != null },
  )
}
