# The service's behaviour.
variable "deadline_seconds" {
  description = "Deadline of a turn in seconds after its question. A poll after it always shows a finished turn. The worker's timeout follows from it."
  type        = number
  default     = 70
  nullable    = false

  validation {
    condition     = var.deadline_seconds >= 2 && var.deadline_seconds <= 840 && floor(var.deadline_seconds) == var.deadline_seconds
    error_message = "deadline_seconds must be a whole number from 2 to 840: Lambda ends a worker after 900 seconds."
  }
}

variable "turns_per_user" {
  description = "Maximum number of concurrent turns per user."
  type        = number
  default     = 5
  nullable    = false

  validation {
    condition     = var.turns_per_user >= 1 && var.turns_per_user <= 100 && floor(var.turns_per_user) == var.turns_per_user
    error_message = "turns_per_user must be a whole number from 1 to 100."
  }
}

variable "asks_per_minute" {
  description = "Questions and retries of one user within a minute. More get a 429 too_many_asks until the next minute. 0: no limit."
  type        = number
  default     = 30
  nullable    = false

  validation {
    condition     = var.asks_per_minute >= 0 && floor(var.asks_per_minute) == var.asks_per_minute
    error_message = "asks_per_minute must be a whole number from 0."
  }
}

variable "answers_per_day" {
  description = "Questions and retries of one user within a day (UTC). More get a 429 budget_used_up until the next day. 0: no limit."
  type        = number
  default     = 500
  nullable    = false

  validation {
    condition     = var.answers_per_day >= 0 && floor(var.answers_per_day) == var.answers_per_day
    error_message = "answers_per_day must be a whole number from 0."
  }
}

variable "agent" {
  description = "The agent: recall (without a model), bedrock, or your own as package.module:factory."
  type        = string
  default     = "bedrock"
  nullable    = false

  validation {
    condition     = can(regex("^(recall|bedrock|[A-Za-z_][A-Za-z0-9_.]*:[A-Za-z_][A-Za-z0-9_]*)$", var.agent))
    error_message = "agent must be recall, bedrock or package.module:factory."
  }
}

variable "agent_environment" {
  description = "Environment variables of the function that runs the agent, for an agent of your own. No secrets: see agent_secrets."
  type        = map(string)
  default     = {}
  nullable    = false

  validation {
    condition     = alltrue([for name in keys(var.agent_environment) : can(regex("^[A-Za-z][A-Za-z0-9_]*$", name)) && !can(regex("^(ASYNC_CHAT_|AWS_|LAMBDA_)", name))])
    error_message = "agent_environment: names of letters, digits and underscores that do not begin with ASYNC_CHAT_, AWS_ or LAMBDA_."
  }
}

variable "agent_secrets" {
  description = "Secrets in AWS Secrets Manager that the agent may read: the ARN by the name of the environment variable in which the agent finds it. The value itself stays out of Terraform and its state."
  type        = map(string)
  default     = {}
  nullable    = false

  validation {
    condition     = alltrue([for name in keys(var.agent_secrets) : can(regex("^[A-Za-z][A-Za-z0-9_]*$", name)) && !can(regex("^(ASYNC_CHAT_|AWS_|LAMBDA_)", name)) && !contains(keys(var.agent_environment), name)])
    error_message = "agent_secrets: names as in agent_environment, and not the same ones."
  }

  validation {
    condition     = alltrue([for arn in values(var.agent_secrets) : can(regex("^arn:[a-z-]+:secretsmanager:[a-z0-9-]+:[0-9]{12}:secret:[A-Za-z0-9/_+=.@-]+$", arn))])
    error_message = "agent_secrets must be ARNs of secrets, without a wildcard."
  }
}

variable "agent_policy_json" {
  description = "IAM policy as JSON whose statements the agent's role has in addition, for what an agent of your own calls."
  type        = string
  default     = null

  validation {
    condition     = var.agent_policy_json == null || can(jsondecode(var.agent_policy_json).Statement)
    error_message = "agent_policy_json must be an IAM policy as JSON, with Statement."
  }
}

variable "model" {
  description = "The Bedrock model, or AWS's inference profile, of agent `bedrock`, by id or ARN. `inference_profile`: the ARN of an application inference profile of it, which is then called. `arns`: what the worker may invoke; by default the model, or the profile with its models, as Bedrock lists them. `fallback`: a second model, as the first, which takes over in the same turn when that one is throttled. `temperature` null: none is sent. `seconds` 0: no limit but the deadline."
  type = object({
    id                = string
    inference_profile = optional(string, "")
    arns              = optional(list(string), [])
    fallback = optional(object({
      id                = string
      inference_profile = optional(string, "")
      arns              = optional(list(string), [])
    }))
    region         = optional(string, "")
    temperature    = optional(number)
    rounds         = optional(number, 8)
    max_tokens     = optional(number, 2000)
    seconds        = optional(number, 0)
    history_tokens = optional(number, 4000)
  })
  default = null

  validation {
    condition     = alltrue([for model in [var.model, try(var.model.fallback, null)] : can(regex("^[A-Za-z0-9_.:/-]+$", model.id)) if model != null])
    error_message = "model.id, and that of model.fallback, must be the id or the ARN of a model or an inference profile."
  }

  validation {
    condition     = var.agent != "bedrock" || var.model != null
    error_message = "Agent bedrock requires a model: model = {id = \"...\"}. Without a model: agent = \"recall\"."
  }

  validation {
    condition     = alltrue([for model in [var.model, try(var.model.fallback, null)] : can(regex("^(arn:[a-z-]+:bedrock:[a-z0-9-]+:[0-9]{12}:application-inference-profile/[A-Za-z0-9-]+)?$", model.inference_profile)) if model != null])
    error_message = "model.inference_profile must be the ARN of an application inference profile."
  }

  validation {
    condition     = alltrue([for model in [var.model, try(var.model.fallback, null)] : !strcontains(model.id, "application-inference-profile/") if model != null])
    error_message = "The ARN of an application inference profile does not tell its model: give it as model.inference_profile, and its model's id as model.id."
  }

  validation {
    condition     = alltrue([for arn in concat(try(var.model.arns, []), try(var.model.fallback.arns, [])) : can(regex("^arn:[a-z-]+:bedrock:[a-z0-9-]*:[0-9]*:[a-z-]+/[A-Za-z0-9.:_-]+$", arn))])
    error_message = "Each of model.arns, and of model.fallback.arns, must be the ARN of one model or inference profile, without a wildcard."
  }

  validation {
    condition = var.model == null || try(alltrue([
      var.model.temperature == null ? true : var.model.temperature >= 0 && var.model.temperature <= 1,
      contains(range(1, 31), var.model.rounds),
      var.model.max_tokens >= 100 && var.model.max_tokens <= 64000 && floor(var.model.max_tokens) == var.model.max_tokens,
      var.model.seconds >= 0 && var.model.seconds <= 900,
      var.model.history_tokens >= 0 && var.model.history_tokens <= 200000 && floor(var.model.history_tokens) == var.model.history_tokens,
      can(regex("^([a-z]{2}(-[a-z]+)+-[0-9])?$", var.model.region)),
    ]), false)
    error_message = "model: temperature 0 to 1, rounds 1 to 30, max_tokens 100 to 64000, seconds 0 to 900, history_tokens 0 to 200000, region an AWS region."
  }
}

variable "expected_answer_seconds" {
  description = "Expected duration of an answer in seconds. Clients are told to poll most often around this time. It applies to a chat's first answer; later ones use the duration of the chat's last answer."
  type        = number
  default     = 56
  nullable    = false

  validation {
    condition     = var.expected_answer_seconds > 0 && var.expected_answer_seconds <= 900
    error_message = "expected_answer_seconds must be greater than 0 and at most 900."
  }
}

variable "answer_goal_seconds" {
  description = "The goal for the time to an answer (SLO), in seconds: an alarm if more than one answer in twenty takes longer. null: halfway from expected_answer_seconds to deadline_seconds."
  type        = number
  default     = null

  validation {
    condition     = try(var.answer_goal_seconds > 0 && var.answer_goal_seconds <= 900, var.answer_goal_seconds == null)
    error_message = "answer_goal_seconds must be greater than 0 and at most 900, or null."
  }
}

variable "recall_delay_seconds" {
  description = "Approximate duration in seconds of an answer by agent `recall`, to demonstrate a slow agent. 0: no delay."
  type        = number
  default     = 0
  nullable    = false

  validation {
    condition     = var.recall_delay_seconds >= 0 && var.recall_delay_seconds <= 900
    error_message = "recall_delay_seconds must be a number from 0 to 900."
  }
}

variable "events" {
  description = "Send an event `turn.ended` for every turn that ends to an EventBridge bus of the workspace: docs/events.md."
  type        = bool
  default     = false
  nullable    = false
}

variable "log_level" {
  description = "Log level of the functions: DEBUG, INFO, WARNING or ERROR. DEBUG logs may contain users' texts."
  type        = string
  default     = "INFO"
  nullable    = false

  validation {
    condition     = contains(["DEBUG", "INFO", "WARNING", "ERROR"], var.log_level)
    error_message = "log_level must be DEBUG, INFO, WARNING or ERROR."
  }
}

variable "worker_retries" {
  description = "How often Lambda retries a worker after an error, 0 to 2. Retries are safe, but each one runs and pays for the agent again."
  type        = number
  default     = 0
  nullable    = false

  validation {
    condition     = contains([0, 1, 2], var.worker_retries)
    error_message = "worker_retries must be 0, 1 or 2."
  }
}
