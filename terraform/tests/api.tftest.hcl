# What the API lets in. In workspace `local`.
mock_provider "aws" {
  source          = "./tests/mocks"
  override_during = plan
}

variables {
  package_path = "tests/mocks/package.txt"
}

run "every_route_but_three_asks_for_a_token" {
  command = plan

  assert {
    condition     = { for key, route in aws_apigatewayv2_route.public : route.route_key => route.authorization_type } == { "GET /" = "NONE", "GET /health" = "NONE", "GET /openapi.json" = "NONE" }
    error_message = "Something else than the page, its health and its description is public."
  }

  assert {
    condition     = alltrue([for route in aws_apigatewayv2_route.guarded : route.authorization_type == "JWT" && route.authorizer_id == "jwt123"])
    error_message = "A route has no authorizer."
  }

  assert {
    condition = { for route in aws_apigatewayv2_route.guarded : route.route_key => sort(route.authorization_scopes) } == {
      "POST /memories/chat"          = tolist(["async-chat/chats.write"])
      "POST /chats/{chat_id}/retry"  = tolist(["async-chat/chats.write"])
      "GET /chats/messages"          = tolist(["async-chat/chats.read"])
      "GET /chats"                   = tolist(["async-chat/chats.read"])
      "GET /memories"                = tolist(["async-chat/memories.read"])
      "POST /chats/{chat_id}/cancel" = tolist(["async-chat/chats.write"])
      "POST /chats/{chat_id}/read"   = tolist(["async-chat/chats.write"])
      "DELETE /chats/{chat_id}"      = tolist(["async-chat/chats.write"])
      "POST /memories"               = tolist(["async-chat/memories.write"])
      "DELETE /memories/{memory_id}" = tolist(["async-chat/memories.write"])
      "$default"                     = tolist(["async-chat/chats.read", "async-chat/chats.write", "async-chat/memories.read", "async-chat/memories.write"])
    }
    error_message = "A route is missing, or takes a token that is for something else."
  }

  assert {
    condition     = aws_apigatewayv2_authorizer.jwt.jwt_configuration[0].issuer == "https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_AbCdEfGhI" && aws_apigatewayv2_authorizer.jwt.jwt_configuration[0].audience == toset(["client123"])
    error_message = "The API takes other tokens than those of its own pool and app."
  }

  assert {
    condition     = aws_apigatewayv2_authorizer.jwt.authorizer_type == "JWT" && aws_apigatewayv2_authorizer.jwt.identity_sources == toset(["$request.header.Authorization"])
    error_message = "The token comes in the Authorization header."
  }
}

run "each_route_leads_to_the_function_with_the_rights_for_it" {
  command = plan

  override_resource {
    target          = aws_apigatewayv2_integration.function["chat"]
    override_during = plan
    values          = { id = "to-chat" }
  }

  override_resource {
    target          = aws_apigatewayv2_integration.function["reads"]
    override_during = plan
    values          = { id = "to-reads" }
  }

  override_resource {
    target          = aws_apigatewayv2_integration.function["edits"]
    override_during = plan
    values          = { id = "to-edits" }
  }

  assert {
    condition = { for route in merge(aws_apigatewayv2_route.guarded, aws_apigatewayv2_route.public) : route.route_key => route.target } == {
      "POST /memories/chat"          = "integrations/to-chat"
      "POST /chats/{chat_id}/retry"  = "integrations/to-chat"
      "GET /chats/messages"          = "integrations/to-reads"
      "GET /chats"                   = "integrations/to-reads"
      "GET /memories"                = "integrations/to-reads"
      "GET /"                        = "integrations/to-reads"
      "GET /health"                  = "integrations/to-reads"
      "GET /openapi.json"            = "integrations/to-reads"
      "$default"                     = "integrations/to-reads"
      "POST /chats/{chat_id}/cancel" = "integrations/to-edits"
      "POST /chats/{chat_id}/read"   = "integrations/to-edits"
      "DELETE /chats/{chat_id}"      = "integrations/to-edits"
      "POST /memories"               = "integrations/to-edits"
      "DELETE /memories/{memory_id}" = "integrations/to-edits"
    }
    error_message = "A route leads to another function."
  }

  assert {
    condition     = alltrue([for integration in aws_apigatewayv2_integration.function : integration.payload_format_version == "2.0" && integration.integration_type == "AWS_PROXY"])
    error_message = "The handlers read payload format 2.0."
  }

  assert {
    condition = alltrue([for key, permission in aws_lambda_permission.api : [
      permission.action, permission.principal, permission.function_name, permission.source_arn, permission.source_account
      ] == [
      "lambda:InvokeFunction", "apigateway.amazonaws.com", "async-chat-local-${key}", "arn:aws:execute-api:eu-central-1:123456789012:abc123/*/*", "123456789012"
    ]])
    error_message = "Somebody else's API could call a function."
  }
}

run "asks_and_all_else_are_throttled" {
  command = plan

  assert {
    condition     = aws_apigatewayv2_stage.default.default_route_settings[0].throttling_rate_limit == 2000 && aws_apigatewayv2_stage.default.default_route_settings[0].throttling_burst_limit == 2000
    error_message = "The API is not throttled as environments.tf says."
  }

  assert {
    condition = { for setting in aws_apigatewayv2_stage.default.route_settings : setting.route_key => setting.throttling_rate_limit } == {
      "POST /memories/chat"         = 2000
      "POST /chats/{chat_id}/retry" = 2000
    }
    error_message = "What starts an agent has no throttle of its own."
  }
}

run "the_access_log_holds_no_words_of_people" {
  command = plan

  assert {
    condition     = aws_apigatewayv2_stage.default.access_log_settings[0].destination_arn == aws_cloudwatch_log_group.api.arn
    error_message = "The API writes no access log."
  }

  assert {
    condition = length(setsubtract(values(jsondecode(aws_apigatewayv2_stage.default.access_log_settings[0].format)), [
      "$context.requestId", "$context.requestTime", "$context.routeKey", "$context.status", "$context.identity.sourceIp",
      "$context.responseLatency", "$context.responseLength", "$context.authorizer.error",
      "$context.integrationErrorMessage", "$context.integrationLatency", "$context.integration.requestId",
    ])) == 0
    error_message = "The access log holds something else: a path or a query has people's words in it, a claim their identity."
  }

  assert {
    condition     = jsondecode(aws_apigatewayv2_stage.default.access_log_settings[0].format).request_id == "$context.requestId"
    error_message = "Access log and function log cannot be joined."
  }
}

run "other_origins_are_refused" {
  command = plan

  assert {
    condition     = length(aws_apigatewayv2_api.chat.cors_configuration) == 0
    error_message = "Any page could call the API with a user's token."
  }
}

run "named_origins_are_let_in" {
  command = plan

  variables {
    cors_origins = ["https://app.example.org", "http://localhost:3000"]
  }

  assert {
    condition     = aws_apigatewayv2_api.chat.cors_configuration[0].allow_origins == toset(["https://app.example.org", "http://localhost:3000"])
    error_message = "The origins that were named are not let in."
  }

  assert {
    condition     = !coalesce(aws_apigatewayv2_api.chat.cors_configuration[0].allow_credentials, false)
    error_message = "The API takes tokens, not cookies."
  }
}
