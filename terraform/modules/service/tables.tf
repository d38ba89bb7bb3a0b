resource "aws_dynamodb_table" "chats" {
  name                        = local.table_names.chats
  billing_mode                = "PAY_PER_REQUEST"
  hash_key                    = "pk"
  range_key                   = "sk"
  deletion_protection_enabled = var.deletion_protection
  tags                        = var.tags

  attribute {
    name = "pk"
    type = "S"
  }

  attribute {
    name = "sk"
    type = "S"
  }

  attribute {
    name = "user_id"
    type = "S"
  }

  attribute {
    name = "activity"
    type = "S"
  }

  # A user's chats by latest activity. It projects all attributes that the list shows, so that listing reads no chat.
  global_secondary_index {
    name            = "by_activity"
    hash_key        = "user_id"
    range_key       = "activity"
    projection_type = "INCLUDE"
    non_key_attributes = [
      "title", "last_text", "last_message_id", "last_answer_id", "read_up_to",
      "turn_state", "deadline", "active_at",
    ]
  }

  # With both images, a record tells an end from any other change of a chat whose turn has ended.
  stream_enabled   = var.events
  stream_view_type = var.events ? "NEW_AND_OLD_IMAGES" : null

  # For idempotency records. TTL may delete days late, so it must not be used as a timer.
  ttl {
    attribute_name = "expires_at"
    enabled        = true
  }

  point_in_time_recovery {
    enabled = var.point_in_time_recovery
  }

  # Without this block a table is encrypted with a key that AWS owns.
  dynamic "server_side_encryption" {
    for_each = aws_kms_key.data

    content {
      enabled     = true
      kms_key_arn = server_side_encryption.value.arn
    }
  }
}

resource "aws_dynamodb_table" "memories" {
  name                        = local.table_names.memories
  billing_mode                = "PAY_PER_REQUEST"
  hash_key                    = "user_id"
  range_key                   = "memory_id"
  deletion_protection_enabled = var.deletion_protection
  tags                        = var.tags

  attribute {
    name = "user_id"
    type = "S"
  }

  attribute {
    name = "memory_id"
    type = "S"
  }

  point_in_time_recovery {
    enabled = var.point_in_time_recovery
  }

  dynamic "server_side_encryption" {
    for_each = aws_kms_key.data

    content {
      enabled     = true
      kms_key_arn = server_side_encryption.value.arn
    }
  }
}
