# The environments, keyed by Terraform workspace: a map cannot be paired with the wrong workspace, a -var-file can.
locals {
  environment_defaults = {
    region        = "eu-central-1"
    account_ids   = []    # any account that the credentials belong to
    guarded       = false # refused unless its name is said aloud, and closed to `switches`
    log_retention = 30    # days
    agent         = "bedrock"

    # Requests a second. An ask holds a worker for the whole turn, so asks are let in no faster than workers get free:
    # what is beyond that is refused at once instead of waiting until it is too late.
    throttle     = { rate = 50, burst = 100 }
    ask_throttle = { rate = 5, burst = 20 }

    memory      = { chat = 512, worker = 1024, reads = 512, edits = 256, failures = 256 } # MB
    concurrency = {}                                                                      # by function; reserves nothing where absent

    # How many turns may think at once where no concurrency is reserved for their workers; 0 for any number.
    turns_at_once = 50

    # On or off; `switches` may set these otherwise.
    dedicated_worker       = false # a second function reasons, with its own concurrency, memory and role
    published              = false # numbered versions behind the alias `live`, for rolling back
    customer_key           = false # a KMS key of our own instead of AWS's
    point_in_time_recovery = false
    deletion_protection    = false
    hosted_sign_in         = true
    tracing                = false
    alarms                 = false
    dashboard              = false
  }

  environments = {
    "local" = {
      # Workspace `local` cannot reach a real account.
      account_ids    = [local.embedded_account]
      hosted_sign_in = false
      log_retention  = 1
      agent          = "recall" # no model, no network
      turns_at_once  = 0
      throttle       = { rate = 2000, burst = 2000 }
      ask_throttle   = { rate = 2000, burst = 2000 }
    }

    # Every pull request's own, short-lived.
    "pr-*" = {
      log_retention = 3
      agent         = "recall" # reviewers need no model, and pay for none
    }

    "dev" = {
      log_retention = 14
      dashboard     = true
    }

    "prod" = {
      # AWS's example number: refused until the number of your account stands here.
      account_ids            = ["111122223333"]
      guarded                = true
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

  # The number that the embedded AWS gives itself, and that no real account has.
  embedded_account = "000000000000"

  # pr-12 and its like share one entry; any other name has to be listed.
  environment_key = can(regex("^pr-[1-9][0-9]{0,4}$", terraform.workspace)) ? "pr-*" : terraform.workspace

  # The validation of confirm_workspace leaves two values: nothing, or this workspace's own name.
  # Every name, the provider and its tags hang on this local, so that no command gets past the validation.
  workspace = var.confirm_workspace == "" ? terraform.workspace : var.confirm_workspace

  environment = merge(
    local.environment_defaults,
    try(local.environments[local.environment_key], {}),
    { for name, value in var.switches : name => value if value != null },
  )
}
