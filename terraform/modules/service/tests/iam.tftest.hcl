# IAM: every statement of every role, in full.
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

run "each_function_has_exactly_these_permissions" {
  command = plan

  assert {
    condition = { for key, policy in aws_iam_role_policy.function : key => {
      for statement in jsondecode(policy.policy).Statement : statement.Sid => [statement.Action, statement.Resource]
      } } == {
      chat = {
        Chats          = [["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:Query"], ["arn:aws:dynamodb:eu-central-1:123456789012:table/async-chat-local-chats"]]
        InvokeWorker   = [["lambda:InvokeFunction"], ["arn:aws:lambda:eu-central-1:123456789012:function:async-chat-local-chat", "arn:aws:lambda:eu-central-1:123456789012:function:async-chat-local-chat:*"]]
        Memories       = [["dynamodb:Query"], ["arn:aws:dynamodb:eu-central-1:123456789012:table/async-chat-local-memories"]]
        ReportFailures = [["sqs:SendMessage"], ["arn:aws:sqs:eu-central-1:123456789012:async-chat-local-failures"]]
        Log            = [["logs:CreateLogStream", "logs:PutLogEvents"], ["arn:aws:logs:eu-central-1:123456789012:log-group:/aws/lambda/async-chat-local-chat:*"]]
      }
      reads = {
        Chats           = [["dynamodb:GetItem", "dynamodb:Query", "dynamodb:UpdateItem"], ["arn:aws:dynamodb:eu-central-1:123456789012:table/async-chat-local-chats"]]
        ChatsByActivity = [["dynamodb:Query"], ["arn:aws:dynamodb:eu-central-1:123456789012:table/async-chat-local-chats/index/by_activity"]]
        Log             = [["logs:CreateLogStream", "logs:PutLogEvents"], ["arn:aws:logs:eu-central-1:123456789012:log-group:/aws/lambda/async-chat-local-reads:*"]]
      }
      search = {
        Memories = [["dynamodb:Query"], ["arn:aws:dynamodb:eu-central-1:123456789012:table/async-chat-local-memories"]]
        Log      = [["logs:CreateLogStream", "logs:PutLogEvents"], ["arn:aws:logs:eu-central-1:123456789012:log-group:/aws/lambda/async-chat-local-search:*"]]
      }
      edits = {
        Chats    = [["dynamodb:BatchWriteItem", "dynamodb:DeleteItem", "dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:Query", "dynamodb:UpdateItem"], ["arn:aws:dynamodb:eu-central-1:123456789012:table/async-chat-local-chats"]]
        Memories = [["dynamodb:DeleteItem", "dynamodb:PutItem", "dynamodb:Query"], ["arn:aws:dynamodb:eu-central-1:123456789012:table/async-chat-local-memories"]]
        Log      = [["logs:CreateLogStream", "logs:PutLogEvents"], ["arn:aws:logs:eu-central-1:123456789012:log-group:/aws/lambda/async-chat-local-edits:*"]]
      }
      failures = {
        Chats           = [["dynamodb:GetItem", "dynamodb:UpdateItem"], ["arn:aws:dynamodb:eu-central-1:123456789012:table/async-chat-local-chats"]]
        ReceiveFailures = [["sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ReceiveMessage"], ["arn:aws:sqs:eu-central-1:123456789012:async-chat-local-failures"]]
        Log             = [["logs:CreateLogStream", "logs:PutLogEvents"], ["arn:aws:logs:eu-central-1:123456789012:log-group:/aws/lambda/async-chat-local-failures:*"]]
      }
    }
    error_message = "A function's permissions differ from this list."
  }

  assert {
    condition = alltrue(flatten([for policy in aws_iam_role_policy.function : [
      for statement in jsondecode(policy.policy).Statement : keys(statement) == ["Action", "Effect", "Resource", "Sid"] && statement.Effect == "Allow"
    ]]))
    error_message = "A statement must have Action, Effect, Resource and Sid only, with effect Allow."
  }

  assert {
    condition     = alltrue([for key, policy in aws_iam_role_policy.function : policy.role == "async-chat-local-${key}-eu-central-1"])
    error_message = "A policy is attached to another function's role."
  }

  assert {
    condition     = alltrue([for key, function in aws_lambda_function.function : aws_iam_role.function[key].name == "${function.function_name}-eu-central-1"])
    error_message = "A role must have the name of its function and region: its name is unique in the account."
  }

  assert {
    condition = alltrue([for role in aws_iam_role.function : jsondecode(role.assume_role_policy).Statement == [
      { Action = "sts:AssumeRole", Effect = "Allow", Principal = { Service = "lambda.amazonaws.com" } }
    ]])
    error_message = "Only Lambda may assume a function's role."
  }
}

run "each_function_runs_with_its_own_role" {
  command = plan

  override_resource {
    target          = aws_iam_role.function["chat"]
    override_during = plan
    values          = { arn = "arn:aws:iam::123456789012:role/of-chat" }
  }

  override_resource {
    target          = aws_iam_role.function["reads"]
    override_during = plan
    values          = { arn = "arn:aws:iam::123456789012:role/of-reads" }
  }

  override_resource {
    target          = aws_iam_role.function["search"]
    override_during = plan
    values          = { arn = "arn:aws:iam::123456789012:role/of-search" }
  }

  override_resource {
    target          = aws_iam_role.function["edits"]
    override_during = plan
    values          = { arn = "arn:aws:iam::123456789012:role/of-edits" }
  }

  override_resource {
    target          = aws_iam_role.function["failures"]
    override_during = plan
    values          = { arn = "arn:aws:iam::123456789012:role/of-failures" }
  }

  assert {
    condition     = alltrue([for key, function in aws_lambda_function.function : function.role == "arn:aws:iam::123456789012:role/of-${key}"])
    error_message = "A function has another function's role."
  }
}

run "a_dedicated_worker_has_the_agents_permissions_and_the_chat_function_has_not" {
  command = plan

  variables {
    dedicated_worker = true
    model            = { id = "some.model-v1:0" }
  }

  assert {
    condition = { for statement in jsondecode(aws_iam_role_policy.function["chat"].policy).Statement : statement.Sid => [statement.Action, statement.Resource] } == {
      Chats        = [["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem"], ["arn:aws:dynamodb:eu-central-1:123456789012:table/async-chat-local-chats"]]
      InvokeWorker = [["lambda:InvokeFunction"], ["arn:aws:lambda:eu-central-1:123456789012:function:async-chat-local-worker", "arn:aws:lambda:eu-central-1:123456789012:function:async-chat-local-worker:*"]]
      Log          = [["logs:CreateLogStream", "logs:PutLogEvents"], ["arn:aws:logs:eu-central-1:123456789012:log-group:/aws/lambda/async-chat-local-chat:*"]]
    }
    error_message = "With a dedicated worker the chat function may only store questions and invoke the worker."
  }

  assert {
    condition = { for statement in jsondecode(aws_iam_role_policy.function["worker"].policy).Statement : statement.Sid => [statement.Action, statement.Resource] if statement.Sid != "Model" } == {
      Chats          = [["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:Query", "dynamodb:UpdateItem"], ["arn:aws:dynamodb:eu-central-1:123456789012:table/async-chat-local-chats"]]
      Memories       = [["dynamodb:Query"], ["arn:aws:dynamodb:eu-central-1:123456789012:table/async-chat-local-memories"]]
      ReportFailures = [["sqs:SendMessage"], ["arn:aws:sqs:eu-central-1:123456789012:async-chat-local-failures"]]
      Log            = [["logs:CreateLogStream", "logs:PutLogEvents"], ["arn:aws:logs:eu-central-1:123456789012:log-group:/aws/lambda/async-chat-local-worker:*"]]
    }
    error_message = "The dedicated worker's permissions differ from this list."
  }

  assert {
    condition     = [for key, policy in aws_iam_role_policy.function : key if strcontains(policy.policy, "bedrock:")] == ["worker"]
    error_message = "Only the worker may invoke the model."
  }
}

run "tracing_and_customer_key_add_one_statement_each" {
  command = plan

  variables {
    tracing          = true
    customer_key     = true
    dedicated_worker = true
  }

  assert {
    condition = alltrue([for key, policy in aws_iam_role_policy.function : [for statement in jsondecode(policy.policy).Statement : [statement.Action, statement.Resource] if statement.Sid == "Trace"] == [
      for traced in [[["xray:PutTelemetryRecords", "xray:PutTraceSegments"], ["*"]]] : traced if !contains(["reads", "waits"], key)
    ]])
    error_message = "Tracing needs exactly these two actions, and polls are not traced."
  }

  assert {
    condition = { for key, policy in aws_iam_role_policy.function : key => [for statement in jsondecode(policy.policy).Statement : statement.Action if statement.Sid == "UseKey"] } == {
      chat     = [["kms:Decrypt"]]
      worker   = [["kms:Decrypt", "kms:GenerateDataKey"]]
      reads    = [["kms:Decrypt"]]
      search   = [["kms:Decrypt"]]
      edits    = [["kms:Decrypt"]]
      failures = [["kms:Decrypt"]]
    }
    error_message = "All functions may decrypt; only the worker, which sends to the failures queue, may generate data keys."
  }

  assert {
    condition = alltrue(flatten([for policy in aws_iam_role_policy.function : [for statement in jsondecode(policy.policy).Statement : [
      statement.Resource == ["arn:aws:kms:eu-central-1:123456789012:key/11111111-2222-3333-4444-555555555555"],
      statement.Condition == { StringEquals = { "kms:ViaService" = ["dynamodb.eu-central-1.amazonaws.com", "lambda.eu-central-1.amazonaws.com", "sqs.eu-central-1.amazonaws.com"] } },
    ] if statement.Sid == "UseKey"]]))
    error_message = "A function may use the key only through DynamoDB, Lambda and SQS."
  }

  assert {
    condition     = alltrue(flatten([for policy in aws_iam_role_policy.function : [for statement in jsondecode(policy.policy).Statement : !contains(statement.Resource, "*") if statement.Sid != "Trace"]]))
    error_message = "A statement must not allow all resources."
  }

  assert {
    condition     = alltrue(flatten([for policy in aws_iam_role_policy.function : [for statement in jsondecode(policy.policy).Statement : [for action in statement.Action : !strcontains(action, "*")]]]))
    error_message = "A statement must not have a wildcard in its actions."
  }
}

run "operators_have_no_role_by_default" {
  command = plan

  assert {
    condition     = length(aws_iam_role.operators) == 0 && length(aws_iam_role_policy.operators) == 0 && output.operators_role_name == null
    error_message = "Without the variable operators there is no role of theirs."
  }
}

run "operators_read_logs_and_slots_and_stop_turns" {
  command = plan

  variables {
    operators = { trusted = ["arn:aws:iam::123456789012:role/on-call"] }
  }

  assert {
    condition = { for statement in jsondecode(aws_iam_role_policy.operators[0].policy).Statement : statement.Sid => [statement.Action, statement.Resource] if statement.Sid != "Logs" } == {
      LogQueries = [["logs:GetQueryResults"], ["*"]]
      Slots      = [["dynamodb:BatchGetItem"], ["arn:aws:dynamodb:eu-central-1:123456789012:table/async-chat-local-chats"]]
      StopTurns  = [["lambda:InvokeFunction"], ["arn:aws:lambda:eu-central-1:123456789012:function:async-chat-local-failures", "arn:aws:lambda:eu-central-1:123456789012:function:async-chat-local-failures:*"]]
    }
    error_message = "The operators' permissions differ from this list."
  }

  assert {
    condition = [for statement in jsondecode(aws_iam_role_policy.operators[0].policy).Statement : [statement.Action, toset(statement.Resource)] if statement.Sid == "Logs"] == [[
      ["logs:FilterLogEvents", "logs:StartQuery"],
      toset(flatten([for name in ["lambda/async-chat-local-chat", "lambda/async-chat-local-reads", "lambda/async-chat-local-search", "lambda/async-chat-local-edits", "lambda/async-chat-local-failures", "vendedlogs/async-chat-local-api"] : ["arn:aws:logs:eu-central-1:123456789012:log-group:/aws/${name}", "arn:aws:logs:eu-central-1:123456789012:log-group:/aws/${name}:*"]])),
    ]]
    error_message = "Operators read the log groups of the service, all of them and no other."
  }

  assert {
    condition     = [for statement in jsondecode(aws_iam_role_policy.operators[0].policy).Statement : statement.Condition if statement.Sid == "Slots"] == [{ "ForAllValues:StringLike" = { "dynamodb:LeadingKeys" = ["places#*"] } }]
    error_message = "Of the chats table operators read the workspace's slots only."
  }

  assert {
    condition     = jsondecode(aws_iam_role.operators[0].assume_role_policy).Statement == [{ Action = "sts:AssumeRole", Effect = "Allow", Principal = { AWS = ["arn:aws:iam::123456789012:role/on-call"] } }]
    error_message = "Only whom the variable trusts may assume the operators' role."
  }
}

run "operators_read_chats_only_if_the_variable_says_so" {
  command = plan

  variables {
    operators = { trusted = ["arn:aws:iam::123456789012:role/on-call"], read_chats = true }
  }

  assert {
    condition     = [for statement in jsondecode(aws_iam_role_policy.operators[0].policy).Statement : [statement.Action, statement.Resource] if statement.Sid == "Chats"] == [[["dynamodb:GetItem"], ["arn:aws:dynamodb:eu-central-1:123456789012:table/async-chat-local-chats"]]]
    error_message = "With read_chats operators may read an item, and nothing else of the table."
  }
}

run "operators_are_named" {
  command = plan

  variables {
    operators = { trusted = ["*"] }
  }

  expect_failures = [var.operators]
}
