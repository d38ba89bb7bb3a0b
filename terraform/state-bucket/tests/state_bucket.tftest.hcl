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
