# The workspace, the package, who receives alarms.
variable "confirm_workspace" {
  description = "Repeat the workspace name to confirm. Required for protected workspaces (prod)."
  type        = string
  default     = ""

  # A validation, unlike a precondition or a check, also stops destroy, import and -target.
  validation {
    condition     = can(local.environments[local.environment_key]) && var.confirm_workspace != null
    error_message = "Workspace \"${terraform.workspace}\" is not an environment of this project. Select one of environments.tf, or pr-<number>: terraform workspace select <name>."
  }

  validation {
    condition     = contains([try(local.environments[local.environment_key].protected, false) ? terraform.workspace : "", terraform.workspace], var.confirm_workspace)
    error_message = "Workspace \"${terraform.workspace}\" was confirmed as \"${var.confirm_workspace}\". Repeat its name to confirm: -var confirm_workspace=${terraform.workspace}."
  }
}

variable "overrides" {
  description = <<-EOT
    Switches that override environments.tf for this workspace, to try them out. Not allowed in protected workspaces (prod).
    - dedicated_worker: Run the worker in a function of its own, with its own concurrency, memory and role.
    - published: Publish a version of each function with every deployment, behind the alias `live`, for rollback.
    - customer_key: Encrypt all data at rest with a customer managed KMS key.
    - point_in_time_recovery: Keep continuous backups of the DynamoDB tables, 35 days back.
    - deletion_protection: Protect the DynamoDB tables and the Cognito user pool from deletion.
    - hosted_sign_in: Create the domain of Cognito's hosted sign-in pages, which the chat page then uses.
    - tracing: Record traces with AWS X-Ray.
    - alarms: Create the CloudWatch alarms, and the SNS topic that they notify.
    - dashboard: Create the CloudWatch dashboard.
  EOT
  type = object({
    dedicated_worker       = optional(bool)
    published              = optional(bool)
    customer_key           = optional(bool)
    point_in_time_recovery = optional(bool)
    deletion_protection    = optional(bool)
    hosted_sign_in         = optional(bool)
    tracing                = optional(bool)
    alarms                 = optional(bool)
    dashboard              = optional(bool)
  })
  default  = {}
  nullable = false

  validation {
    condition     = !try(local.environments[local.environment_key].protected, false) || alltrue([for value in values(var.overrides) : value == null])
    error_message = "Workspace \"${terraform.workspace}\" is protected: change its switches in environments.tf, not by overrides."
  }
}

variable "package_path" {
  description = "Path of the Lambda zip that `make package` builds, relative to this folder."
  type        = string
  default     = "../build/lambda.zip"
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
    error_message = "rollback must map functions of this workspace to version numbers."
  }

  validation {
    condition     = length(var.rollback) == 0 || local.environment.published
    error_message = "This workspace does not publish versions. To roll back, apply the older package: package_path."
  }
}

variable "alarm_emails" {
  description = "Email addresses that receive the alarms. Each must confirm its subscription once."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for address in var.alarm_emails : can(regex("^[^@[:space:]]+@[^@[:space:]]+$", address))])
    error_message = "alarm_emails must be email addresses."
  }
}
