locals {
  # The scope is what a token has to be for: see identity.tf.
  routes = {
    "POST /memories/chat"          = { function = "chat", scopes = ["chats.write"] }
    "POST /chats/{chat_id}/retry"  = { function = "chat", scopes = ["chats.write"] }
    "GET /chats/messages"          = { function = "reads", scopes = ["chats.read"] }
    "GET /chats"                   = { function = "reads", scopes = ["chats.read"] }
    "GET /memories"                = { function = "reads", scopes = ["memories.read"] }
    "POST /chats/{chat_id}/cancel" = { function = "edits", scopes = ["chats.write"] }
    "POST /chats/{chat_id}/read"   = { function = "edits", scopes = ["chats.write"] }
    "DELETE /chats/{chat_id}"      = { function = "edits", scopes = ["chats.write"] }
    "POST /memories"               = { function = "edits", scopes = ["memories.write"] }
    "DELETE /memories/{memory_id}" = { function = "edits", scopes = ["memories.write"] }

    # All else: 404 and 405 as the contract words them, for whoever may do anything at all here.
    "$default" = { function = "reads", scopes = keys(local.scopes) }
  }

  public_routes = {
    "GET /"             = "reads"
    "GET /health"       = "reads"
    "GET /openapi.json" = "reads"
  }

  # Each starts an agent that costs money; polls are many and cheap.
  asking_routes = toset(["POST /chats/{chat_id}/retry", "POST /memories/chat"])

  api_functions = toset(["chat", "edits", "reads"])
}

resource "aws_apigatewayv2_route" "guarded" {
  for_each = local.routes

  api_id             = aws_apigatewayv2_api.chat.id
  route_key          = each.key
  target             = "integrations/${aws_apigatewayv2_integration.function[each.value.function].id}"
  authorization_type = "JWT"
  authorizer_id      = aws_apigatewayv2_authorizer.jwt.id

  # Any one of them suffices. Id tokens carry no scope, so that only access tokens pass.
  authorization_scopes = local.accepted_scopes[each.key]
}

resource "aws_apigatewayv2_route" "public" {
  #checkov:skip=CKV_AWS_309:The page, its health and the API's description are for everybody, before they have a token
  for_each = local.public_routes

  api_id             = aws_apigatewayv2_api.chat.id
  route_key          = each.key
  target             = "integrations/${aws_apigatewayv2_integration.function[each.value].id}"
  authorization_type = "NONE"
}

resource "aws_apigatewayv2_integration" "function" {
  for_each = local.api_functions

  api_id                 = aws_apigatewayv2_api.chat.id
  integration_type       = "AWS_PROXY"
  integration_uri        = local.called[each.key].invoke_arn
  payload_format_version = "2.0"
  timeout_milliseconds   = 30000
}

resource "aws_lambda_permission" "api" {
  for_each = local.api_functions

  statement_id   = "api"
  action         = "lambda:InvokeFunction"
  function_name  = aws_lambda_function.function[each.key].function_name
  qualifier      = local.called[each.key].qualifier
  principal      = "apigateway.amazonaws.com"
  source_arn     = "${aws_apigatewayv2_api.chat.execution_arn}/*/*"
  source_account = local.account_id
}
