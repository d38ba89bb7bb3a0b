# The workspace and what is deployed into it. Everything else is a setting of the workspace: environments.tf.
variable "confirm_workspace" {
  description = "Repeat the workspace name to confirm. Required for protected workspaces (prod)."
  type        = string
  default     = ""

  # A validation, unlike a precondition or a check, also stops destroy, import and -target.
  validation {
    condition     = can(local.environments[local.environment_key]) && var.confirm_workspace != null
    error_message = "Workspace \"${terraform.workspace}\" is not an environment of this project. Select one that has a file in workspaces/, or pr-<number>: terraform workspace select <name>."
  }

  validation {
    condition     = contains([try(local.environments[local.environment_key].protected, false) ? terraform.workspace : "", terraform.workspace], var.confirm_workspace)
    error_message = "Workspace \"${terraform.workspace}\" was confirmed as \"${var.confirm_workspace}\". Repeat its name to confirm: -var confirm_workspace=${terraform.workspace}."
  }
}

variable "overrides" {
  description = "Settings that override the workspace's file, to try them out: -var 'overrides={agent=\"recall\"}'. Not allowed in protected workspaces (prod)."
  type        = any
  default     = {}
  nullable    = false

  validation {
    condition     = !try(local.environments[local.environment_key].protected, false) || alltrue([for value in values(var.overrides) : value == null])
    error_message = "Workspace \"${terraform.workspace}\" is protected: change its settings in workspaces/${terraform.workspace}.json, not by overrides."
  }

  validation {
    condition     = !can(local.environments[local.environment_key]) || can(regex("^[a-z]{2}(-[a-z]+)+-[0-9]$", coalesce(try(var.overrides.region, null), try(local.environments[local.environment_key].region, null))))
    error_message = "In which AWS region? Set region in workspaces/${local.environment_key}.json."
  }

  validation {
    condition     = length(setsubtract(keys(merge(try(local.environments[local.environment_key], {}), var.overrides)), local.setting_names)) == 0
    error_message = "Unknown setting of workspace ${terraform.workspace}: ${join(", ", setsubtract(keys(merge(try(local.environments[local.environment_key], {}), var.overrides)), local.setting_names))}. docs/terraform.md lists them."
  }
}

variable "package_path" {
  description = "Path of the Lambda zip that `make package` builds, relative to this folder."
  type        = string
  default     = "../build/lambda.zip"
  nullable    = false
}

variable "app_version" {
  description = "Version that GET /health reports."
  type        = string
  default     = "0.0.0"
  nullable    = false
}
