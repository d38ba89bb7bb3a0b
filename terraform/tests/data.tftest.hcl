# What is kept, how long, and under which key. In workspace `local`.
mock_provider "aws" {
  source          = "./tests/mocks"
  override_during = plan
}

variables {
  package_path = "tests/mocks/package.txt"
}

run "the_tables_have_the_keys_that_the_code_uses" {
  command = plan

  assert {
    condition = [for table in [aws_dynamodb_table.chats, aws_dynamodb_table.memories] : [table.name, table.hash_key, table.range_key, table.billing_mode]] == [
      ["async-chat-local-chats", "pk", "sk", "PAY_PER_REQUEST"],
      ["async-chat-local-memories", "user_id", "memory_id", "PAY_PER_REQUEST"],
    ]
    error_message = "A table has another key."
  }

  assert {
    condition     = [for index in aws_dynamodb_table.chats.global_secondary_index : [index.name, index.hash_key, index.range_key, index.projection_type]] == [["by_activity", "user_id", "activity", "INCLUDE"]]
    error_message = "A user's chats cannot be listed by activity."
  }

  assert {
    condition = flatten([for index in aws_dynamodb_table.chats.global_secondary_index : sort(index.non_key_attributes)]) == [
      "active_at", "deadline", "last_answer_id", "last_message_id", "last_text", "read_up_to", "title", "turn_state",
    ]
    error_message = "The list of chats does not find what it shows."
  }

  assert {
    condition     = aws_dynamodb_table.chats.ttl[0].enabled && aws_dynamodb_table.chats.ttl[0].attribute_name == "expires_at"
    error_message = "Idempotency records would be kept for ever."
  }
}

run "a_short_lived_workspace_leaves_nothing_behind" {
  command = plan

  assert {
    condition     = alltrue([for table in [aws_dynamodb_table.chats, aws_dynamodb_table.memories] : !table.deletion_protection_enabled && !table.point_in_time_recovery[0].enabled])
    error_message = "The tables of `local` outlive it."
  }

  assert {
    condition     = alltrue([for group in concat(values(aws_cloudwatch_log_group.function), [aws_cloudwatch_log_group.api]) : group.retention_in_days == 1])
    error_message = "A log is kept longer than a day."
  }

  assert {
    condition     = length(aws_kms_key.data) == 0 && aws_sqs_queue.failures.sqs_managed_sse_enabled && aws_sqs_queue.undelivered.sqs_managed_sse_enabled
    error_message = "Without a key of our own the queues are encrypted by AWS's."
  }
}

run "each_function_logs_into_its_own_group" {
  command = plan

  assert {
    condition     = { for key, group in aws_cloudwatch_log_group.function : key => group.name } == { for key, function in aws_lambda_function.function : key => "/aws/lambda/${function.function_name}" }
    error_message = "A function has no log group of its own name."
  }

  assert {
    condition     = { for key, function in aws_lambda_function.function : key => function.logging_config[0].log_group } == { for key, group in aws_cloudwatch_log_group.function : key => group.name }
    error_message = "A function logs elsewhere, where nobody set a retention."
  }
}

run "data_can_be_protected" {
  command = plan

  variables {
    overrides = { point_in_time_recovery = true, deletion_protection = true, customer_key = true, alarms = true }
  }

  assert {
    condition     = alltrue([for table in [aws_dynamodb_table.chats, aws_dynamodb_table.memories] : table.deletion_protection_enabled && table.point_in_time_recovery[0].enabled])
    error_message = "A table can be deleted, or cannot be restored."
  }

  assert {
    condition     = aws_cognito_user_pool.users[0].deletion_protection == "ACTIVE"
    error_message = "The accounts can be deleted."
  }

  assert {
    condition     = alltrue([for table in [aws_dynamodb_table.chats, aws_dynamodb_table.memories] : table.server_side_encryption[0].enabled && table.server_side_encryption[0].kms_key_arn == aws_kms_key.data[0].arn])
    error_message = "A table is not encrypted by our key."
  }

  assert {
    condition = alltrue([for key in concat(
      aws_sqs_queue.failures[*].kms_master_key_id, aws_sqs_queue.undelivered[*].kms_master_key_id, aws_sns_topic.alarms[*].kms_master_key_id,
      [for group in aws_cloudwatch_log_group.function : group.kms_key_id], aws_cloudwatch_log_group.api[*].kms_key_id,
      [for function in aws_lambda_function.function : function.kms_key_arn],
    ) : key == aws_kms_key.data[0].arn])
    error_message = "A queue, a topic, a log or a function's settings are not encrypted by our key."
  }
}

run "the_key_is_for_this_workspace_only" {
  command = plan

  variables {
    overrides = { customer_key = true }
  }

  assert {
    condition     = aws_kms_key.data[0].enable_key_rotation && aws_kms_key.data[0].deletion_window_in_days == 30
    error_message = "The key does not rotate, or is gone too fast."
  }

  assert {
    condition = { for statement in jsondecode(aws_kms_key.data[0].policy).Statement : statement.Sid => [statement.Principal, try(statement.Condition, null)] } == {
      Account = [{ AWS = "arn:aws:iam::123456789012:root" }, null]
      Logs = [
        { Service = "logs.eu-central-1.amazonaws.com" },
        { ArnLike = { "kms:EncryptionContext:aws:logs:arn" = "arn:aws:logs:eu-central-1:123456789012:log-group:/aws/*/async-chat-local-*" } },
      ]
      Alarms = [
        { Service = "cloudwatch.amazonaws.com" },
        { StringEquals = { "aws:SourceAccount" = "123456789012" } },
      ]
    }
    error_message = "Somebody else may use the key, or the logs and alarms may not."
  }
}
