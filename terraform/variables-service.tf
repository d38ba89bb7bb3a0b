# How the service behaves.
variable "deadline_seconds" {
  description = "Seconds after the question at which every poll shows an end of the turn. The worker's timeout follows it."
  type        = number
  default     = 70
  nullable    = false

  validation {
    condition     = var.deadline_seconds >= 2 && var.deadline_seconds <= 840 && floor(var.deadline_seconds) == var.deadline_seconds
    error_message = "deadline_seconds is a whole number from 2 to 840: Lambda ends a worker after 900 seconds."
  }
}

variable "turns_per_user" {
  description = "How many turns of one user may think at the same time."
  type        = number
  default     = 5
  nullable    = false

  validation {
    condition     = var.turns_per_user >= 1 && var.turns_per_user <= 100 && floor(var.turns_per_user) == var.turns_per_user
    error_message = "turns_per_user is a whole number from 1 to 100."
  }
}

variable "agent" {
  description = "Who reasons: recall (the model-free agent), bedrock, or package.module:factory of your own. null: as environments.tf says, which is bedrock but for local and pr-*."
  type        = string
  default     = null

  validation {
    condition     = var.agent == null || can(regex("^(recall|bedrock|[A-Za-z_][A-Za-z0-9_.]*:[A-Za-z_][A-Za-z0-9_]*)$", var.agent))
    error_message = "agent is recall, bedrock or package.module:factory."
  }
}

variable "model" {
  description = "The model or inference profile on Bedrock that agent `bedrock` uses, by id or ARN; `arns` names all that may be called: needed for a profile, which is one more ARN than the models behind it. `seconds` 0: all that the deadline leaves."
  type = object({
    id             = string
    arns           = optional(list(string), [])
    region         = optional(string, "")
    temperature    = optional(number, 0)
    rounds         = optional(number, 8)
    max_tokens     = optional(number, 2000)
    seconds        = optional(number, 0)
    history_tokens = optional(number, 4000)
  })
  default = null

  validation {
    condition     = var.model == null || can(regex("^[A-Za-z0-9_.:/-]+$", var.model.id))
    error_message = "model.id is the id or the ARN of a model or an inference profile."
  }

  validation {
    condition     = local.agent != "bedrock" || var.model != null
    error_message = "Agent bedrock, the default of deployed workspaces, needs a model: -var 'model={id=\"...\"}'. Without one: -var agent=recall."
  }

  validation {
    condition     = try(length(var.model.arns), 1) > 0 || !can(regex("^(us|us-gov|eu|apac|jp|au|ca|global)\\.|profile/", var.model.id))
    error_message = "An inference profile needs model.arns: its own ARN, and that of every model behind it."
  }

  validation {
    condition     = alltrue([for arn in try(var.model.arns, []) : can(regex("^arn:[a-z-]+:bedrock:[a-z0-9-]*:[0-9]*:[a-z-]+/[A-Za-z0-9.:_-]+$", arn))])
    error_message = "Each of model.arns names one model or inference profile, without a wildcard."
  }

  validation {
    condition = var.model == null || try(alltrue([
      var.model.temperature >= 0 && var.model.temperature <= 1,
      contains(range(1, 31), var.model.rounds),
      var.model.max_tokens >= 100 && var.model.max_tokens <= 64000 && floor(var.model.max_tokens) == var.model.max_tokens,
      var.model.seconds >= 0 && var.model.seconds <= 900,
      var.model.history_tokens >= 0 && var.model.history_tokens <= 200000 && floor(var.model.history_tokens) == var.model.history_tokens,
      can(regex("^([a-z]{2}(-[a-z]+)+-[0-9])?$", var.model.region)),
    ]), false)
    error_message = "model: temperature 0 to 1, rounds 1 to 30, max_tokens 100 to 64000, seconds 0 to 900, history_tokens 0 to 200000, region an AWS region."
  }
}

variable "usual_seconds" {
  description = "Seconds that the agent takes as a rule. A chat without an answer is polled most often around that time; later ones go by their own last answer."
  type        = number
  default     = 56
  nullable    = false

  validation {
    condition     = var.usual_seconds > 0 && var.usual_seconds <= 900
    error_message = "usual_seconds is a number above 0, up to 900."
  }
}

variable "thinking_seconds" {
  description = "Stretches the model-free agent's thinking, for demonstrations; 0 answers as soon as it can."
  type        = number
  default     = 0
  nullable    = false

  validation {
    condition     = var.thinking_seconds >= 0 && var.thinking_seconds <= 900
    error_message = "thinking_seconds is a number from 0 to 900."
  }
}

variable "log_level" {
  description = "What the functions log: DEBUG, INFO, WARNING or ERROR. DEBUG may hold people's texts."
  type        = string
  default     = "INFO"
  nullable    = false

  validation {
    condition     = contains(["DEBUG", "INFO", "WARNING", "ERROR"], var.log_level)
    error_message = "log_level is DEBUG, INFO, WARNING or ERROR."
  }
}

variable "worker_retries" {
  description = "How often Lambda runs a worker's event again after an error. 0, since a repeated run pays the agent again; up to 2 are safe."
  type        = number
  default     = 0
  nullable    = false

  validation {
    condition     = contains([0, 1, 2], var.worker_retries)
    error_message = "worker_retries is 0, 1 or 2."
  }
}
