# What the service is called, what it runs, which of its parts exist.
variable "name_prefix" {
  description = "Prefix of all names, unique in the AWS account and region."
  type        = string
  nullable    = false

  # An IAM role's name has at most 64 characters, and this prefix is followed by the function.
  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{0,30}[a-z0-9]$", var.name_prefix))
    error_message = "name_prefix must be 2 to 32 lower-case letters, digits and hyphens, begin with a letter and not end with a hyphen."
  }
}

variable "environment" {
  description = "The name of this deployment in metrics (dimension Workspace), logs and GET /health. null: name_prefix."
  type        = string
  default     = null
}

variable "tags" {
  description = "Tags of all resources that can have some, in addition to the provider's default_tags."
  type        = map(string)
  default     = {}
  nullable    = false
}

variable "permissions_boundary" {
  description = "ARN of an IAM policy that bounds the functions' roles. null: none."
  type        = string
  default     = null

  validation {
    condition     = var.permissions_boundary == null || can(regex("^arn:[a-z-]+:iam::([0-9]{12}|aws):policy/.+$", var.permissions_boundary))
    error_message = "permissions_boundary must be the ARN of an IAM policy."
  }
}

variable "package_path" {
  description = "Path of the Lambda zip that `make package` builds, relative to the folder that Terraform runs in."
  type        = string
  nullable    = false

  validation {
    condition     = fileexists(var.package_path)
    error_message = "No file at package_path. Build the package first: make package."
  }
}

variable "architecture" {
  description = "Processor architecture that the package was built for: arm64 or x86_64."
  type        = string
  default     = "arm64"
  nullable    = false

  validation {
    condition     = contains(["arm64", "x86_64"], var.architecture)
    error_message = "architecture must be arm64 or x86_64."
  }
}

variable "app_version" {
  description = "Version that GET /health reports."
  type        = string
  default     = "0.0.0"
  nullable    = false

  validation {
    condition     = can(regex("^[0-9A-Za-z][0-9A-Za-z.+-]{0,63}$", var.app_version))
    error_message = "app_version must be 1 to 64 letters, digits, dots, plus or minus signs."
  }
}

variable "rollback" {
  description = "Versions to roll back to, by function, as in the output live_versions: {chat = \"12\", ...}. Only where versions are published."
  type        = map(string)
  default     = {}
  nullable    = false

  validation {
    condition     = alltrue([for key, version in var.rollback : contains(keys(local.functions), key) && can(regex("^[1-9][0-9]*$", version))])
    error_message = "rollback must map functions to version numbers."
  }

  validation {
    condition     = length(var.rollback) == 0 || var.published
    error_message = "Versions are not published here (`published`). To roll back, apply the older package: package_path."
  }
}

variable "ticket_emails" {
  description = "Email addresses that receive the alarms that can wait for office hours. null: alarm_emails. Each must confirm its subscription once."
  type        = list(string)
  default     = null

  validation {
    condition     = var.ticket_emails == null || alltrue([for address in coalesce(var.ticket_emails, []) : can(regex("^[^@[:space:]]+@[^@[:space:]]+$", address))])
    error_message = "ticket_emails must be email addresses."
  }
}

variable "alarm_emails" {
  description = "Email addresses that receive the alarms that must wake somebody. Each must confirm its subscription once."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for address in var.alarm_emails : can(regex("^[^@[:space:]]+@[^@[:space:]]+$", address))])
    error_message = "alarm_emails must be email addresses."
  }
}

variable "dedicated_worker" {
  description = "Run the worker in a function of its own, with its own concurrency, memory and role."
  type        = bool
  default     = false
  nullable    = false
}

variable "published" {
  description = "Publish a version of each function with every deployment, behind the alias `live`, for rollback."
  type        = bool
  default     = false
  nullable    = false
}

variable "gradual_release" {
  description = "Publish versions, but leave the alias `live` where it is: python -m scripts.release_gradually then moves it step by step. Set it after the first apply. Requires `published`."
  type        = bool
  default     = false
  nullable    = false

  validation {
    condition     = !var.gradual_release || var.published
    error_message = "gradual_release requires published."
  }
}

variable "snap_start" {
  description = "Start functions from a snapshot (Lambda SnapStart), which Lambda takes of each published version. Requires `published`."
  type        = bool
  default     = false
  nullable    = false

  validation {
    condition     = !var.snap_start || var.published
    error_message = "snap_start requires published: Lambda takes snapshots of published versions only."
  }
}

variable "pinned_runtime" {
  description = "Update Lambda's Python, and the AWS SDK in it, only together with a deployment. Then deploy regularly: nothing else brings security updates."
  type        = bool
  default     = false
  nullable    = false
}

variable "customer_key" {
  description = "Encrypt all data at rest with a customer managed KMS key."
  type        = bool
  default     = false
  nullable    = false
}

variable "point_in_time_recovery" {
  description = "Keep continuous backups of the DynamoDB tables, 35 days back."
  type        = bool
  default     = false
  nullable    = false
}

variable "deletion_protection" {
  description = "Protect the DynamoDB tables and the Cognito user pool from deletion."
  type        = bool
  default     = false
  nullable    = false
}

variable "hosted_sign_in" {
  description = "Create the domain of Cognito's hosted sign-in pages, which the chat page then uses."
  type        = bool
  default     = true
  nullable    = false
}

variable "tracing" {
  description = "Record traces with AWS X-Ray, except of polls."
  type        = bool
  default     = false
  nullable    = false
}

variable "alarms" {
  description = "Create the CloudWatch alarms, and the SNS topics that they notify."
  type        = bool
  default     = false
  nullable    = false
}

variable "dashboard" {
  description = "Create the CloudWatch dashboard."
  type        = bool
  default     = false
  nullable    = false
}
