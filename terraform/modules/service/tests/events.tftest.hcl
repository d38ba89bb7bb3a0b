# Events of ended turns: nothing by default; with `events`, every end of the chats table's stream and no right too many.
mock_provider "aws" {
  source          = "./tests/mocks"
  override_during = plan
}

variables {
  name_prefix  = "async-chat-local"
  environment  = "local"
  package_path = "tests/mocks/package.txt"
  agent        = "recall"
}

run "without_the_switch_there_is_no_bus_no_stream_and_no_function" {
  command = plan

  assert {
    condition     = length(aws_cloudwatch_event_bus.turns) == 0 && length(aws_lambda_event_source_mapping.events) == 0 && !contains(keys(aws_lambda_function.function), "events") && output.event_bus_name == null
    error_message = "Without `events` there must be nothing of them."
  }

  assert {
    condition     = !aws_dynamodb_table.chats.stream_enabled && !contains(keys(aws_cloudwatch_metric_alarm.alarm), "events-late")
    error_message = "Without `events` the table has no stream, and no alarm watches it."
  }
}

run "with_the_switch_every_end_in_the_stream_reaches_the_function" {
  command = plan

  variables {
    events = true
    alarms = true
  }

  assert {
    condition     = aws_dynamodb_table.chats.stream_enabled && aws_dynamodb_table.chats.stream_view_type == "NEW_AND_OLD_IMAGES"
    error_message = "An end is told by the item before and after the write."
  }

  assert {
    condition     = [aws_lambda_event_source_mapping.events[0].starting_position, aws_lambda_event_source_mapping.events[0].maximum_retry_attempts] == ["TRIM_HORIZON", -1]
    error_message = "No record may be skipped: neither those of before, nor those that fail."
  }

  assert {
    condition = [for criteria in aws_lambda_event_source_mapping.events[0].filter_criteria : [for filter in criteria.filter : jsondecode(filter.pattern)]] == [[{
      eventName = ["MODIFY"]
      dynamodb = {
        Keys     = { sk = { S = ["~chat"] } }
        NewImage = { turn_state = { S = ["answered", "failed", "cancelled"] } }
      }
    }]]
    error_message = "The filter must let every end pass."
  }

  assert {
    condition     = aws_lambda_function.function["events"].environment[0].variables["ASYNC_CHAT_EVENT_BUS"] == aws_cloudwatch_event_bus.turns[0].name && aws_cloudwatch_event_bus.turns[0].name == "async-chat-local-turns"
    error_message = "The function must know the workspace's own bus."
  }

  assert {
    condition     = aws_cloudwatch_metric_alarm.alarm["events-late"].metric_name == "IteratorAge"
    error_message = "Events that wait too long must ring."
  }
}

run "the_events_function_reads_the_stream_and_sends_to_the_bus" {
  command = plan

  variables {
    events = true
  }

  assert {
    condition = { for statement in jsondecode(aws_iam_role_policy.function["events"].policy).Statement : statement.Sid => [statement.Action, statement.Resource] } == {
      ReadStream = [["dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator", "dynamodb:ListStreams"], ["arn:aws:dynamodb:eu-central-1:123456789012:table/async-chat-local-chats/stream/*"]]
      SendEvents = [["events:PutEvents"], ["arn:aws:events:eu-central-1:123456789012:event-bus/async-chat-local-turns"]]
      Log        = [["logs:CreateLogStream", "logs:PutLogEvents"], ["arn:aws:logs:eu-central-1:123456789012:log-group:/aws/lambda/async-chat-local-events:*"]]
    }
    error_message = "The events function's permissions differ from this list."
  }
}
