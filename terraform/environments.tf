# The settings of each workspace: workspaces/<name>.json, keyed by its name. A -var-file could be combined with the wrong
# workspace, or left out; a file that Terraform itself finds by the workspace's name cannot.
locals {
  environments = { for file in fileset("${path.module}/workspaces", "*.json") : trimsuffix(file, ".json") => jsondecode(file("${path.module}/workspaces/${file}")) }

  # All workspaces pr-<number> share one file; any other name must have its own.
  environment_key = can(regex("^pr-[1-9][0-9]{0,4}$", terraform.workspace)) ? "pr" : terraform.workspace == "pr" ? "" : terraform.workspace

  # The validation of confirm_workspace allows two values: empty, or this workspace's name. All resource names, the
  # provider and its tags depend on this local, so that every command evaluates the validation.
  workspace = var.confirm_workspace == "" ? terraform.workspace : var.confirm_workspace

  environment = merge(
    { account_ids = [], protected = false, region = null },
    try(local.environments[local.environment_key], {}),
    { for name, value in var.overrides : name => value if value != null },
  )

  # What a workspace's file may set: what is read here, and what main.tf passes on.
  setting_names = concat(["account_ids", "package_extras", "protected", "region"], flatten(regexall("local\\.environment\\.(\\w+)", file("${path.module}/main.tf"))))
}
