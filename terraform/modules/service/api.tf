resource "aws_apigatewayv2_api" "chat" {
  name          = var.name_prefix
  description   = "Async Chat, ${local.environment}"
  protocol_type = "HTTP"
  tags          = var.tags

  # IPv6 costs nothing and needs no client to know of it.
  ip_address_type = "dualstack"

  # With a domain of its own the API has one address; clients that knew the other one notice at once.
  disable_execute_api_endpoint = var.domain != null

  dynamic "cors_configuration" {
    for_each = length(var.cors_origins) > 0 ? [var.cors_origins] : []

    content {
      allow_origins  = cors_configuration.value
      allow_methods  = ["DELETE", "GET", "POST", "PUT"]
      allow_headers  = ["authorization", "content-type", "idempotency-key", "if-none-match"]
      expose_headers = ["apigw-requestid", "date", "etag", "idempotency-replayed", "location", "retry-after"]
      max_age        = 600
    }
  }
}

resource "aws_apigatewayv2_authorizer" "jwt" {
  api_id           = aws_apigatewayv2_api.chat.id
  name             = "jwt"
  authorizer_type  = "JWT"
  identity_sources = ["$request.header.Authorization"]

  jwt_configuration {
    issuer   = local.issuer
    audience = local.audiences
  }

  # Only Lambda authorizers have this attribute, but the embedded AWS also returns it for JWT authorizers.
  lifecycle {
    ignore_changes = [authorizer_payload_format_version]
  }
}

resource "aws_apigatewayv2_stage" "default" {
  api_id      = aws_apigatewayv2_api.chat.id
  name        = "$default"
  auto_deploy = true
  tags        = var.tags

  default_route_settings {
    throttling_rate_limit  = var.throttle.rate
    throttling_burst_limit = var.throttle.burst
  }

  dynamic "route_settings" {
    for_each = local.route_throttles

    content {
      route_key              = merge(aws_apigatewayv2_route.guarded, aws_apigatewayv2_route.public)[route_settings.key].route_key
      throttling_rate_limit  = route_settings.value.rate
      throttling_burst_limit = route_settings.value.burst
    }
  }

  # Log the route, never the path or the query: a memory search contains the user's text.
  access_log_settings {
    destination_arn = aws_cloudwatch_log_group.api.arn
    format = jsonencode({
      request_id          = "$context.requestId"
      time                = "$context.requestTime"
      route               = "$context.routeKey"
      status              = "$context.status"
      source_ip           = "$context.identity.sourceIp"
      latency_ms          = "$context.responseLatency"
      response_bytes      = "$context.responseLength"
      user_agent          = "$context.identity.userAgent"
      error               = "$context.error.message"
      error_type          = "$context.error.responseType"
      authorizer_error    = "$context.authorizer.error"
      invoke_status       = "$context.integration.integrationStatus"
      function_error      = "$context.integrationErrorMessage"
      function_latency_ms = "$context.integrationLatency"
      function_request_id = "$context.integration.requestId"
    })
  }
}
