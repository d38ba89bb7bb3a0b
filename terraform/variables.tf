# Which workspace, which package, who is told.
variable "confirm_workspace" {
  description = "The workspace's name once more. A guarded workspace (prod) is refused without it; elsewhere it may stay empty."
  type        = string
  default     = ""

  # A validation, unlike a precondition or a check, also stops destroy, import and -target.
  validation {
    condition     = can(local.environments[local.environment_key]) && var.confirm_workspace != null
    error_message = "Workspace \"${terraform.workspace}\" is not an environment of this project. Choose one of environments.tf or pr-<number>: terraform workspace select <name>."
  }

  validation {
    condition     = contains([try(local.environments[local.environment_key].guarded, false) ? terraform.workspace : "", terraform.workspace], var.confirm_workspace)
    error_message = "Workspace \"${terraform.workspace}\" was confirmed as \"${var.confirm_workspace}\". Say its own name: -var confirm_workspace=${terraform.workspace}."
  }
}

variable "switches" {
  description = "Switches of environments.tf set otherwise for this workspace, to try them out. A guarded workspace takes none."
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
    condition     = !try(local.environments[local.environment_key].guarded, false) || alltrue([for value in values(var.switches) : value == null])
    error_message = "Workspace \"${terraform.workspace}\" is guarded: what it switches on stands in environments.tf alone."
  }
}

variable "package_path" {
  description = "The Lambda zip that `make package` builds, relative to this folder."
  type        = string
  default     = "../build/lambda.zip"
  nullable    = false

  validation {
    condition     = fileexists(var.package_path)
    error_message = "There is no file at package_path. Build the package first: make package."
  }
}

variable "architecture" {
  description = "The processor that the package was built for: arm64, or x86_64."
  type        = string
  default     = "arm64"
  nullable    = false

  validation {
    condition     = contains(["arm64", "x86_64"], var.architecture)
    error_message = "architecture is arm64 or x86_64."
  }
}

variable "app_version" {
  description = "The version that GET /health names."
  type        = string
  default     = "0.0.0"
  nullable    = false

  validation {
    condition     = can(regex("^[0-9A-Za-z][0-9A-Za-z.+-]{0,63}$", var.app_version))
    error_message = "app_version is 1 to 64 letters, digits, dots, plus or minus signs."
  }
}

variable "rollback" {
  description = "Versions to go back to, by function, as the output live_versions named them: {chat = \"12\", ...}. Only where versions are published."
  type        = map(string)
  default     = {}
  nullable    = false

  validation {
    condition     = alltrue([for key, version in var.rollback : contains(keys(local.functions), key) && can(regex("^[1-9][0-9]*$", version))])
    error_message = "rollback maps functions of this workspace to version numbers."
  }

  validation {
    condition     = length(var.rollback) == 0 || local.environment.published
    error_message = "This workspace publishes no versions. Roll back by applying the older package: package_path."
  }
}

variable "alarm_emails" {
  description = "Who gets the alarms by mail; each address has to confirm once."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for address in var.alarm_emails : can(regex("^[^@[:space:]]+@[^@[:space:]]+$", address))])
    error_message = "alarm_emails are mail addresses."
  }
}
