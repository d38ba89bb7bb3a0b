# How much the service takes and keeps.
variable "throttle" {
  description = "Requests per second that the API accepts, and its burst."
  type        = object({ rate = number, burst = number })
  default     = { rate = 50, burst = 100 }
  nullable    = false
}

variable "ask_throttle" {
  description = "Questions per second that the API accepts, and their burst. A question occupies a worker for its whole turn: the rate at which workers become free, so that API Gateway rejects the surplus at once instead of letting it wait until its deadline."
  type        = object({ rate = number, burst = number })
  default     = { rate = 5, burst = 20 }
  nullable    = false
}

variable "search_throttle" {
  description = "Lists and searches of memories per second that the API accepts, and their burst. A search takes a function's whole core for up to seconds."
  type        = object({ rate = number, burst = number })
  default     = { rate = 10, burst = 20 }
  nullable    = false
}

variable "wait_throttle" {
  description = "Held polls per second that the API accepts, and their burst. Each takes a slot of `wait_concurrency` for up to 20 seconds; a client whose held poll is refused polls plainly."
  type        = object({ rate = number, burst = number })
  default     = { rate = 5, burst = 50 }
  nullable    = false
}

variable "wait_concurrency" {
  description = "Reserved concurrency of the function that holds polls, so that an answer shows within 0.3 seconds instead of 2: how many clients can wait at once. -1: it shares the account's. 0: no held polls, no function and no route for them; clients poll plainly."
  type        = number
  default     = 0
  nullable    = false

  validation {
    condition     = var.wait_concurrency >= -1 && floor(var.wait_concurrency) == var.wait_concurrency
    error_message = "wait_concurrency must be a whole number from 1, 0 for no held polls, or -1 for none of its own."
  }
}

variable "memory_limit" {
  description = "How much a user may store: the number of memories, and the bytes of their texts and tags."
  type        = object({ memories = number, bytes = number })
  default     = { memories = 20000, bytes = 10000000 }
  nullable    = false

  validation {
    condition     = alltrue([for number in values(var.memory_limit) : number >= 1 && floor(number) == number]) && var.memory_limit.memories <= 100000 && var.memory_limit.bytes <= 100000000
    error_message = "memory_limit must be whole numbers: 1 to 100000 memories, 1 to 100000000 bytes."
  }
}

variable "public_throttle" {
  description = "Requests per second that each public route (the chat page, the health check, the API's description) accepts, and its burst. They need no token: whoever floods them costs no more than this."
  type        = object({ rate = number, burst = number })
  default     = { rate = 5, burst = 20 }
  nullable    = false
}

variable "memory" {
  description = "Memory of each function in MB."
  type = object({
    chat     = optional(number, 512)
    worker   = optional(number, 256) # waits for its model, at a price by memory: see docs/capacity.md
    reads    = optional(number, 512)
    waits    = optional(number, 256)  # it mostly sleeps, and is paid by the second
    search   = optional(number, 1769) # one core: a search computes
    edits    = optional(number, 256)
    failures = optional(number, 256)
    events   = optional(number, 256)
  })
  default  = {}
  nullable = false

  validation {
    condition     = alltrue([for size in values(var.memory) : size >= 128 && size <= 10240 && floor(size) == size])
    error_message = "memory must be whole numbers of MB from 128 to 10240."
  }
}

variable "concurrency" {
  description = "Reserved concurrency by function: chat, worker, reads, search, edits, failures, events. A function that is not named shares the account's. For held polls see `wait_concurrency`."
  type        = map(number)
  default     = {}
  nullable    = false

  validation {
    condition     = alltrue([for key, number in var.concurrency : contains(["chat", "worker", "reads", "search", "edits", "failures", "events"], key) && number >= 1 && floor(number) == number])
    error_message = "concurrency must map chat, worker, reads, search, edits, failures or events to whole numbers from 1."
  }
}

variable "account_concurrency" {
  description = "Concurrent executions that the AWS account allows in this region, which all its functions share. null: ask Service Quotas, which requires servicequotas:GetServiceQuota."
  type        = number
  default     = null

  validation {
    condition     = try(var.account_concurrency >= 1 && floor(var.account_concurrency) == var.account_concurrency, var.account_concurrency == null)
    error_message = "account_concurrency must be a whole number from 1, or null."
  }
}

variable "max_concurrent_turns" {
  description = "The limit of concurrent turns where the worker has no reserved concurrency; half of the account's unreserved concurrency if that is less. 0: no limit."
  type        = number
  default     = 50
  nullable    = false

  validation {
    condition     = var.max_concurrent_turns >= 0 && floor(var.max_concurrent_turns) == var.max_concurrent_turns
    error_message = "max_concurrent_turns must be a whole number from 0."
  }
}

variable "workspace_answers_per_day" {
  description = "Questions and retries of all users within a day (UTC): a ceiling for the cost. More get a 429 budget_used_up until the next day. Counted beside the concurrent turns, so only where those are limited. 0: no limit."
  type        = number
  default     = 10000
  nullable    = false

  validation {
    condition     = var.workspace_answers_per_day >= 0 && floor(var.workspace_answers_per_day) == var.workspace_answers_per_day
    error_message = "workspace_answers_per_day must be a whole number from 0."
  }
}

variable "log_retention" {
  description = "Days for which the functions' logs are kept, as CloudWatch offers them."
  type        = number
  default     = 30
  nullable    = false

  validation {
    condition     = contains([1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653], var.log_retention)
    error_message = "log_retention must be a number of days that CloudWatch offers: 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, ..."
  }
}

variable "access_log_retention" {
  description = "Days for which the API's access log is kept, at most as long as the functions' logs: it holds addresses of users' devices."
  type        = number
  default     = 30
  nullable    = false

  validation {
    condition     = contains([1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365], var.access_log_retention)
    error_message = "access_log_retention must be 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180 or 365 days."
  }
}

variable "monthly_budget" {
  description = "US dollars a month that the AWS account may cost: the topic of the tickets is notified at 80 % and at 100 %, and when the forecast exceeds it. It stops nothing. Requires `alarms`. null: no budget."
  type        = number
  default     = null

  validation {
    condition     = var.monthly_budget == null || try(var.monthly_budget > 0 && var.alarms, false)
    error_message = "monthly_budget must be greater than 0, and requires alarms."
  }
}
