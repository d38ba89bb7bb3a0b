# Tables, logs, retention and encryption.
mock_provider "aws" {
  source          = "./tests/mocks"
  override_during = plan
}

variables {
  name_prefix   = "async-chat-local"
  environment   = "local"
  package_path  = "tests/mocks/package.txt"
  log_retention = 3
  agent         = "recall"
}

run "tables_have_the_keys_and_the_index_that_the_code_uses" {
  command = plan

  assert {
    condition = [for table in [aws_dynamodb_table.chats, aws_dynamodb_table.memories] : [table.name, table.hash_key, table.range_key, table.billing_mode]] == [
      ["async-chat-local-chats", "pk", "sk", "PAY_PER_REQUEST"],
      ["async-chat-local-memories", "user_id", "memory_id", "PAY_PER_REQUEST"],
    ]
    error_message = "A table has another key or billing mode."
  }

  assert {
    condition     = [for index in aws_dynamodb_table.chats.global_secondary_index : [index.name, index.hash_key, index.range_key, index.projection_type]] == [["by_activity", "user_id", "activity", "INCLUDE"]]
    error_message = "The index by_activity is missing or has another key."
  }

  assert {
    condition = flatten([for index in aws_dynamodb_table.chats.global_secondary_index : sort(index.non_key_attributes)]) == [
      "active_at", "deadline", "last_answer_id", "last_message_id", "last_text", "read_up_to", "title", "turn_state",
    ]
    error_message = "The index must project all attributes that the list shows."
  }

  assert {
    condition     = aws_dynamodb_table.chats.ttl[0].enabled && aws_dynamodb_table.chats.ttl[0].attribute_name == "expires_at"
    error_message = "Idempotency records must expire by their attribute expires_at."
  }
}

run "queues_and_topic_refuse_plain_http" {
  command = plan

  variables {
    alarms = true
  }

  assert {
    condition = { for key, policy in aws_sqs_queue_policy.tls : key => jsondecode(policy.policy).Statement } == {
      for key, suffix in { failures = "", undelivered = "-undelivered" } : key => [{
        Sid       = "OnlyEncrypted"
        Effect    = "Deny"
        Principal = "*"
        Action    = ["sqs:*"]
        Resource  = ["arn:aws:sqs:eu-central-1:123456789012:async-chat-local-failures${suffix}"]
        Condition = { Bool = { "aws:SecureTransport" = "false" } }
      }]
    }
    error_message = "Both queues must refuse plain HTTP."
  }

  assert {
    condition = [for policy in aws_sns_topic_policy.alarms : [for statement in jsondecode(policy.policy).Statement : [statement.Action, statement.Principal, statement.Condition] if statement.Effect == "Deny"]] == [
      for _ in ["page", "ticket"] : [[["sns:Publish"], "*", { Bool = { "aws:SecureTransport" = "false" } }]]
    ]
    error_message = "Both topics must refuse plain HTTP."
  }
}

run "by_default_everything_can_be_deleted" {
  command = plan

  assert {
    condition     = alltrue([for table in [aws_dynamodb_table.chats, aws_dynamodb_table.memories] : !table.deletion_protection_enabled && !table.point_in_time_recovery[0].enabled])
    error_message = "By default the tables must have no deletion protection and no backups."
  }

  assert {
    condition     = alltrue([for group in concat(values(aws_cloudwatch_log_group.function), [aws_cloudwatch_log_group.api]) : group.retention_in_days == 3])
    error_message = "The log retention must be log_retention."
  }

  assert {
    condition     = length(aws_kms_key.data) == 0 && aws_sqs_queue.failures.sqs_managed_sse_enabled && aws_sqs_queue.undelivered.sqs_managed_sse_enabled
    error_message = "Without customer_key the queues must be encrypted with AWS's key."
  }
}

run "each_function_writes_to_its_own_log_group" {
  command = plan

  assert {
    condition     = { for key, group in aws_cloudwatch_log_group.function : key => group.name } == { for key, function in aws_lambda_function.function : key => "/aws/lambda/${function.function_name}" }
    error_message = "Every function needs a log group of its name."
  }

  assert {
    condition     = { for key, function in aws_lambda_function.function : key => function.logging_config[0].log_group } == { for key, group in aws_cloudwatch_log_group.function : key => group.name }
    error_message = "A function writes to a log group that Terraform does not manage."
  }
}

run "data_can_be_protected_and_encrypted" {
  command = plan

  variables {
    point_in_time_recovery = true
    deletion_protection    = true
    customer_key           = true
    alarms                 = true
  }

  assert {
    condition     = alltrue([for table in [aws_dynamodb_table.chats, aws_dynamodb_table.memories] : table.deletion_protection_enabled && table.point_in_time_recovery[0].enabled])
    error_message = "The tables need deletion protection and point-in-time recovery."
  }

  assert {
    condition     = aws_cognito_user_pool.users[0].deletion_protection == "ACTIVE"
    error_message = "The user pool needs deletion protection."
  }

  assert {
    condition     = alltrue([for table in [aws_dynamodb_table.chats, aws_dynamodb_table.memories] : table.server_side_encryption[0].enabled && table.server_side_encryption[0].kms_key_arn == aws_kms_key.data[0].arn])
    error_message = "The tables must be encrypted with the customer key."
  }

  assert {
    condition = alltrue([for key in concat(
      aws_sqs_queue.failures[*].kms_master_key_id, aws_sqs_queue.undelivered[*].kms_master_key_id, values(aws_sns_topic.alarms)[*].kms_master_key_id,
      [for group in aws_cloudwatch_log_group.function : group.kms_key_id], aws_cloudwatch_log_group.api[*].kms_key_id,
      [for function in aws_lambda_function.function : function.kms_key_arn],
    ) : key == aws_kms_key.data[0].arn])
    error_message = "Queues, topic, logs and environment variables must be encrypted with the customer key."
  }
}

run "key_policy_allows_only_this_account_logs_and_alarms" {
  command = plan

  variables {
    customer_key = true
  }

  assert {
    condition     = aws_kms_key.data[0].enable_key_rotation && aws_kms_key.data[0].deletion_window_in_days == 30
    error_message = "The key must rotate, and be deleted only after 30 days."
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
    error_message = "Only this account, CloudWatch Logs and CloudWatch alarms may use the key."
  }
}
