variable "region" {
  description = "Where the bucket lives: best where the workspaces do."
  type        = string
  default     = "eu-central-1"
  nullable    = false

  validation {
    condition     = can(regex("^[a-z]{2}(-[a-z]+)+-[0-9]$", var.region))
    error_message = "region is the name of an AWS region, such as eu-central-1."
  }
}

variable "account_id" {
  description = "The account that holds the state. Credentials of another one are refused."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[0-9]{12}$", var.account_id))
    error_message = "account_id is an AWS account's number, of 12 digits."
  }
}

variable "kept_days" {
  description = "Days that earlier versions of a state are kept, to go back to after a mishap."
  type        = number
  default     = 90
  nullable    = false

  validation {
    condition     = var.kept_days >= 7 && var.kept_days <= 3650 && floor(var.kept_days) == var.kept_days
    error_message = "kept_days is a whole number from 7 to 3650."
  }
}
