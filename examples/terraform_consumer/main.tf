# Two desks, each with a service of its own, and an agent that reads its desk's secret.
terraform {
  required_version = ">= 1.11"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.100.0"
    }
  }
}

provider "aws" {
  region = var.region

  default_tags {
    tags = { owner = "desks" }
  }
}

module "desk" {
  # In a repository of your own: git::https://github.com/<owner>/<name>//terraform/modules/service?ref=v<version>
  source   = "../../terraform/modules/service"
  for_each = local.desks

  name_prefix  = "desk-${each.key}"
  package_path = var.package_path
  app_version  = var.app_version
  architecture = var.architecture
  tags         = { desk = each.key }

  agent             = "desk_agent:agent"
  agent_environment = { DESK = each.value.name }
  agent_secrets     = { DESK_KEY = aws_secretsmanager_secret.key[each.key].arn }
  dedicated_worker  = each.value.busy
}

# The secret's value never enters Terraform: README.md says how it is set.
resource "aws_secretsmanager_secret" "key" {
  for_each = local.desks

  name                    = "desk-${each.key}/key"
  recovery_window_in_days = 7
}

locals {
  desks = {
    support = { name = "Support desk", busy = true }
    sales   = { name = "Sales desk", busy = false }
  }
}
