# Every end of a turn is an event on a bus of the workspace: docs/events.md, ADR 27. Nothing here exists unless `events`.
#
# The source is the stream of the chats table: DynamoDB writes it, so that no writer of the table can forget an event. A
# function reads it, and not an EventBridge Pipe: the event has a keyed hash of the user and a duration, which a Pipe's
# input template cannot compute, and a filter and an enrichment of a Pipe would be this function at a higher price.
resource "aws_cloudwatch_event_bus" "turns" {
  count = var.events ? 1 : 0

  name = local.event_bus_name
  tags = var.tags
}

resource "aws_lambda_event_source_mapping" "events" {
  count = var.events ? 1 : 0

  event_source_arn  = aws_dynamodb_table.chats.stream_arn
  function_name     = local.invoke_targets.events.arn
  starting_position = "TRIM_HORIZON"
  batch_size        = 100
  tags              = var.tags

  # Records that match none are not sent, and cost nothing. What exactly is an end: src/adapters/dynamodb/turn_stream.py.
  filter_criteria {
    filter {
      pattern = jsonencode({
        eventName = ["MODIFY"]
        dynamodb = {
          Keys     = { sk = { S = ["~chat"] } }
          NewImage = { turn_state = { S = ["answered", "failed", "cancelled"] } }
        }
      })
    }
  }

  # A batch that fails is tried again until its records are a day old, and holds back what follows it.
  maximum_retry_attempts = -1
}

locals {
  event_bus_name = "${var.name_prefix}-turns"
  event_bus_arn  = "arn:${local.partition}:events:${local.region_account}:event-bus/${local.event_bus_name}"

  events_function = { for key in ["events"] : key => { handler = "entrypoints.events.handler", timeout = 30 } if var.events }
  events_settings = { ASYNC_CHAT_EVENT_BUS = local.event_bus_name }

  # Lambda reads the stream with the function's role.
  events_statements = [
    {
      Sid      = "ReadStream"
      Effect   = "Allow"
      Action   = ["dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator", "dynamodb:ListStreams"]
      Resource = ["${local.table_arns.chats}/stream/*"]
    },
    {
      Sid      = "SendEvents"
      Effect   = "Allow"
      Action   = ["events:PutEvents"]
      Resource = [local.event_bus_arn]
    },
  ]

  events_alarms = { for name in ["events-late"] : name => {
    runbook     = "events-late"
    description = "Events of ended turns wait for more than five minutes to be sent. After a day they are lost."
    namespace   = "AWS/Lambda", metric = "IteratorAge", dimensions = { FunctionName = local.function_names.events }
    statistic   = "Maximum", threshold = 5 * 60 * 1000
  } if var.events }
}
