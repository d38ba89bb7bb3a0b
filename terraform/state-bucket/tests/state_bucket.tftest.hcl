# State holds names and settings of everything: nobody else reads it, and a lost one can be had back.
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
}

run "earlier_states_can_be_had_back" {
  command = plan

  assert {
    condition     = aws_s3_bucket_versioning.state.versioning_configuration[0].status == "Enabled"
    error_message = "A state that was overwritten would be lost."
  }

  assert {
    condition     = aws_s3_bucket_lifecycle_configuration.state.rule[0].noncurrent_version_expiration[0].noncurrent_days == 90
    error_message = "Earlier states are kept for another time than kept_days."
  }
}

run "nobody_else_reads_it" {
  command = plan

  assert {
    condition = alltrue([
      aws_s3_bucket_public_access_block.state.block_public_acls,
      aws_s3_bucket_public_access_block.state.block_public_policy,
      aws_s3_bucket_public_access_block.state.ignore_public_acls,
      aws_s3_bucket_public_access_block.state.restrict_public_buckets,
    ])
    error_message = "The state could be made public."
  }

  assert {
    condition     = one(aws_s3_bucket_server_side_encryption_configuration.state.rule).apply_server_side_encryption_by_default[0].sse_algorithm == "aws:kms"
    error_message = "The state is not encrypted by KMS."
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
    error_message = "The state could travel in the clear."
  }
}

run "the_bucket_is_named_after_its_account_and_region" {
  command = plan

  variables {
    region = "us-west-2"
  }

  assert {
    condition     = aws_s3_bucket.state.bucket == "async-chat-state-123456789012-us-west-2" && output.region == "us-west-2"
    error_message = "Two accounts would want the same name."
  }
}

run "an_account_is_named_in_full" {
  command = plan

  variables {
    account_id = "1234"
  }

  expect_failures = [var.account_id]
}

run "a_region_is_none_of_ours" {
  command = plan

  variables {
    region = "Frankfurt"
  }

  expect_failures = [var.region]
}

run "states_are_kept_for_a_week_at_least" {
  command = plan

  variables {
    kept_days = 1
  }

  expect_failures = [var.kept_days]
}
