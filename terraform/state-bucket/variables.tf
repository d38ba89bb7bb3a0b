variable "region" {
  description = "AWS region of the bucket; best the region of the workspaces."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z]{2}(-[a-z]+)+-[0-9]$", var.region))
    error_message = "region must be the name of an AWS region, such as eu-central-1."
  }
}

variable "account_id" {
  description = "AWS account of the bucket. Credentials of any other account are rejected."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[0-9]{12}$", var.account_id))
    error_message = "account_id must be an AWS account id of 12 digits."
  }
}

variable "kept_days" {
  description = "Days for which earlier versions of a state are kept, to restore after a mistake."
  type        = number
  default     = 90
  nullable    = false

  validation {
    condition     = var.kept_days >= 7 && var.kept_days <= 3650 && floor(var.kept_days) == var.kept_days
    error_message = "kept_days must be a whole number from 7 to 3650."
  }
}

variable "repository" {
  description = "GitHub repository, owner/name, whose pull requests may be planned: makes the role async-chat-plan. null: no role."
  type        = string
  default     = null

  validation {
    condition     = var.repository == null || can(regex("^[A-Za-z0-9._-]+/[A-Za-z0-9._-]+$", var.repository))
    error_message = "repository must be owner/name, without a wildcard."
  }
}
