locals {
  # The code's list of routes (src/entrypoints/http/routes.py); `make generate` writes the file. Without held polls there is
  # no function for theirs.
  contract = { for key, route in jsondecode(file("${path.module}/routes.json")) : key => route if contains(keys(local.functions), route.function) }

  # A token needs the route's scope: see identity.tf.
  routes = merge(
    { for key, route in local.contract : key => { function = route.function, scopes = [route.scope] } if route.scope != null },
    # Any other request: 404 or 405 as problem+json, for every token of this service.
    { "$default" = { function = "reads", scopes = keys(local.scopes) } },
  )

  public_routes = { for key, route in local.contract : key => route.function if route.scope == null }

  # Each starts an agent run, which costs money; polls are many and cheap.
  asking_routes = toset([for key, route in local.contract : key if route.function == "chat"])

  # Each reads up to 10 MB and takes up to seconds of a whole core.
  search_routes = toset([for key, route in local.contract : key if route.function == "search"])

  # Each takes a slot for up to 20 seconds.
  held_routes = toset([for key, route in local.contract : key if route.function == "waits"])

  route_throttles = merge(
    { for key in local.asking_routes : key => var.ask_throttle },
    { for key in local.search_routes : key => var.search_throttle },
    { for key in local.held_routes : key => var.wait_throttle },
    # Without a token, so anybody can call them, and all day long.
    { for key in keys(local.public_routes) : key => var.public_throttle },
  )

  api_functions = toset(values(local.contract)[*].function)
}

resource "aws_apigatewayv2_route" "guarded" {
  for_each = local.routes

  api_id             = aws_apigatewayv2_api.chat.id
  route_key          = each.key
  target             = "integrations/${aws_apigatewayv2_integration.function[each.value.function].id}"
  authorization_type = "JWT"
  authorizer_id      = aws_apigatewayv2_authorizer.jwt.id

  # One of them is enough. An id token has no scopes, so only access tokens pass.
  authorization_scopes = local.accepted_scopes[each.key]
}

resource "aws_apigatewayv2_route" "public" {
  #checkov:skip=CKV_AWS_309:The chat page, the health check and the API's description are public: a client needs them before it has a token
  for_each = local.public_routes

  api_id             = aws_apigatewayv2_api.chat.id
  route_key          = each.key
  target             = "integrations/${aws_apigatewayv2_integration.function[each.value].id}"
  authorization_type = "NONE"
}

# $default and its authorizer take OPTIONS too, and would answer 401 to a browser's preflight, which never has a token. This
# route comes before $default; API Gateway answers a preflight itself, but a route needs an integration:
# https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-cors.html
resource "aws_apigatewayv2_route" "preflight" {
  #checkov:skip=CKV_AWS_309:A browser sends no token with a preflight
  count = length(var.cors_origins) > 0 ? 1 : 0

  api_id             = aws_apigatewayv2_api.chat.id
  route_key          = "OPTIONS /{proxy+}"
  target             = "integrations/${aws_apigatewayv2_integration.function["reads"].id}"
  authorization_type = "NONE"
}

resource "aws_apigatewayv2_integration" "function" {
  for_each = local.api_functions

  api_id                 = aws_apigatewayv2_api.chat.id
  integration_type       = "AWS_PROXY"
  integration_uri        = local.invoke_targets[each.key].invoke_arn
  payload_format_version = "2.0"
  timeout_milliseconds   = 30000
}

resource "aws_lambda_permission" "api" {
  for_each = local.api_functions

  statement_id   = "api"
  action         = "lambda:InvokeFunction"
  function_name  = aws_lambda_function.function[each.key].function_name
  qualifier      = local.invoke_targets[each.key].qualifier
  principal      = "apigateway.amazonaws.com"
  source_arn     = "${aws_apigatewayv2_api.chat.execution_arn}/*/*"
  source_account = local.account_id
}
