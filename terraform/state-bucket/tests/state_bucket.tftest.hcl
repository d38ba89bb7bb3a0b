# The bucket of the state: private, encrypted, with earlier versions to restore.
mock_provider "aws" {
  override_during = plan

  mock_data "aws_partition" {
    defaults = {
      partition = "aws"
    }
  }
}

variables {
  account_id = "123456789012"
  region     = "eu-central-1"
}

run "earlier_versions_of_the_state_are_kept" {
  command = plan

  assert {
    condition     = aws_s3_bucket_versioning.state.versioning_configuration[0].status == "Enabled"
    error_message = "The bucket must keep versions."
  }

  assert {
    condition     = aws_s3_bucket_lifecycle_configuration.state.rule[0].noncurrent_version_expiration[0].noncurrent_days == 90
    error_message = "Earlier versions must be kept for kept_days."
  }
}

run "bucket_is_private_and_encrypted" {
  command = plan

  assert {
    condition = alltrue([
      aws_s3_bucket_public_access_block.state.block_public_acls,
      aws_s3_bucket_public_access_block.state.block_public_policy,
      aws_s3_bucket_public_access_block.state.ignore_public_acls,
      aws_s3_bucket_public_access_block.state.restrict_public_buckets,
    ])
    error_message = "The bucket must block public access."
  }

  assert {
    condition     = one(aws_s3_bucket_server_side_encryption_configuration.state.rule).apply_server_side_encryption_by_default[0].sse_algorithm == "aws:kms"
    error_message = "The bucket must encrypt with KMS."
  }

  assert {
    condition = jsondecode(aws_s3_bucket_policy.state.policy).Statement == [{
      Sid       = "OnlyEncrypted"
      Effect    = "Deny"
      Principal = "*"
      Action    = ["s3:*"]
      Resource  = ["arn:aws:s3:::async-chat-state-123456789012-eu-central-1", "arn:aws:s3:::async-chat-state-123456789012-eu-central-1/*"]
      Condition = { Bool = { "aws:SecureTransport" = "false" } }
    }]
    error_message = "The bucket must reject requests without TLS."
  }
}

run "bucket_name_contains_account_and_region" {
  command = plan

  variables {
    region = "us-west-2"
  }

  assert {
    condition     = aws_s3_bucket.state.bucket == "async-chat-state-123456789012-us-west-2" && output.region == "us-west-2"
    error_message = "The bucket's name must contain account and region."
  }
}

run "short_account_id_is_rejected" {
  command = plan

  variables {
    account_id = "1234"
  }

  expect_failures = [var.account_id]
}

run "malformed_region_is_rejected" {
  command = plan

  variables {
    region = "Frankfurt"
  }

  expect_failures = [var.region]
}

run "kept_days_below_7_is_rejected" {
  command = plan

  variables {
    kept_days = 1
  }

  expect_failures = [var.kept_days]
}

run "without_a_repository_there_is_no_plan_role" {
  command = plan

  assert {
    condition     = length(aws_iam_role.plan) == 0 && output.plan_role_arn == null
    error_message = "The plan role must exist for a named repository only."
  }
}

run "plan_role_trusts_pull_requests_and_releases_of_one_repository" {
  command = plan

  variables {
    repository = "owner/name"
  }

  assert {
    condition = jsondecode(aws_iam_role.plan[0].assume_role_policy).Statement == [{
      Effect    = "Allow"
      Principal = { Federated = "arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com" }
      Action    = "sts:AssumeRoleWithWebIdentity"
      Condition = {
        StringEquals = { "token.actions.githubusercontent.com:aud" = "sts.amazonaws.com" }
        StringLike   = { "token.actions.githubusercontent.com:sub" = ["repo:owner/name:pull_request", "repo:owner/name:ref:refs/tags/v*"] }
      }
    }]
    error_message = "Only pull requests and releases of the repository may assume the role."
  }

  assert {
    condition = alltrue(flatten([for statement in jsondecode(aws_iam_role_policy.plan[0].policy).Statement : [
      for action in statement.Action : can(regex("^[a-z0-9-]+:(Describe|Get|List|GET|Decrypt|ViewBudget$)", action)) && !strcontains(action, "*")
    ]]))
    error_message = "The role may only read, by actions that are named in full."
  }

  assert {
    condition = length(setintersection(flatten([for statement in jsondecode(aws_iam_role_policy.plan[0].policy).Statement : statement.Action]), [
      "cognito-idp:AdminGetUser", "cognito-idp:ListUsers", "dynamodb:BatchGetItem", "dynamodb:GetItem", "dynamodb:GetRecords",
      "dynamodb:PartiQLSelect", "dynamodb:Query", "dynamodb:Scan", "logs:FilterLogEvents", "logs:GetLogEvents", "logs:GetLogRecord",
      "logs:GetQueryResults", "logs:StartLiveTail", "logs:StartQuery", "secretsmanager:GetSecretValue", "sqs:ReceiveMessage",
      "ssm:GetParameter", "xray:BatchGetTraces", "xray:GetTraceSummaries",
    ])) == 0
    error_message = "The role must not read people's data."
  }

  assert {
    condition = [for statement in jsondecode(aws_iam_role_policy.plan[0].policy).Statement : statement.Resource if contains(statement.Action, "s3:GetObject")] == [
      ["arn:aws:s3:::async-chat-state-123456789012-eu-central-1/async-chat/*"]
    ]
    error_message = "Of S3 the role must read the states of the workspaces only."
  }
}

run "repository_with_a_wildcard_is_rejected" {
  command = plan

  variables {
    repository = "owner/*"
  }

  expect_failures = [var.repository]
}
