# The root as it is, in a region that the module does not know, without AWS.
mock_provider "aws" {
  source          = "../../terraform/modules/service/tests/mocks"
  override_during = plan

  mock_resource "aws_secretsmanager_secret" {
    defaults = {
      arn = "arn:aws:secretsmanager:us-west-2:123456789012:secret:desk/key-AbCdEf"
    }
  }
}

variables {
  region       = "us-west-2"
  package_path = "../../terraform/modules/service/tests/mocks/package.txt"
}

run "two_services_are_planned_beside_each_other" {
  command = plan

  assert {
    condition     = module.desk["support"].function_names.worker == "desk-support-worker" && !contains(keys(module.desk["sales"].function_names), "worker")
    error_message = "Each desk must have its own names and settings."
  }

  assert {
    condition     = length(setintersection(values(module.desk["support"].role_names), values(module.desk["sales"].role_names))) == 0
    error_message = "Two services must not share a role."
  }
}
