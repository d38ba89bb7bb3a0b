# Routes, tokens, throttling, access log and CORS.
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

run "all_routes_but_four_require_a_token_with_their_scope" {
  command = plan

  assert {
    condition     = { for key, route in aws_apigatewayv2_route.public : route.route_key => route.authorization_type } == { "GET /" = "NONE", "GET /health" = "NONE", "GET /markdown.mjs" = "NONE", "GET /openapi.json" = "NONE" }
    error_message = "Only the page, the health check and the API's description may be public."
  }

  assert {
    condition     = alltrue([for route in aws_apigatewayv2_route.guarded : route.authorization_type == "JWT" && route.authorizer_id == "jwt123"])
    error_message = "Every other route needs the JWT authorizer."
  }

  assert {
    condition = { for route in aws_apigatewayv2_route.guarded : route.route_key => sort(route.authorization_scopes) } == merge(
      { for key, route in local.contract : key => tolist(["async-chat/${route.scope}"]) if route.scope != null },
      { "$default" = tolist(["async-chat/chats.read", "async-chat/chats.write", "async-chat/memories.read", "async-chat/memories.write"]) },
    )
    error_message = "A route is missing, or requires another scope."
  }

  assert {
    condition     = aws_apigatewayv2_authorizer.jwt.jwt_configuration[0].issuer == "https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_AbCdEfGhI" && aws_apigatewayv2_authorizer.jwt.jwt_configuration[0].audience == toset(["client123"])
    error_message = "The API must accept only tokens of its own user pool and client."
  }

  assert {
    condition     = aws_apigatewayv2_authorizer.jwt.authorizer_type == "JWT" && aws_apigatewayv2_authorizer.jwt.identity_sources == toset(["$request.header.Authorization"])
    error_message = "The authorizer must read the Authorization header."
  }
}

run "each_route_invokes_the_function_that_has_its_permissions" {
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
    target          = aws_apigatewayv2_integration.function["search"]
    override_during = plan
    values          = { id = "to-search" }
  }

  override_resource {
    target          = aws_apigatewayv2_integration.function["edits"]
    override_during = plan
    values          = { id = "to-edits" }
  }

  assert {
    condition = { for route in merge(aws_apigatewayv2_route.guarded, aws_apigatewayv2_route.public) : route.route_key => route.target } == merge(
      { for key, route in local.contract : key => "integrations/to-${route.function}" },
      { "$default" = "integrations/to-reads" },
    )
    error_message = "A route invokes the wrong function."
  }

  assert {
    condition     = alltrue([for integration in aws_apigatewayv2_integration.function : integration.payload_format_version == "2.0" && integration.integration_type == "AWS_PROXY"])
    error_message = "The handlers expect payload format 2.0."
  }

  assert {
    condition = alltrue([for key, permission in aws_lambda_permission.api : [
      permission.action, permission.principal, permission.function_name, permission.source_arn, permission.source_account
      ] == [
      "lambda:InvokeFunction", "apigateway.amazonaws.com", "async-chat-local-${key}", "arn:aws:execute-api:eu-central-1:123456789012:abc123/*/*", "123456789012"
    ]])
    error_message = "Only this account's API may invoke the functions."
  }
}

run "questions_and_other_requests_are_throttled" {
  command = plan

  variables {
    throttle        = { rate = 40, burst = 80 }
    ask_throttle    = { rate = 3, burst = 9 }
    search_throttle = { rate = 4, burst = 7 }
    public_throttle = { rate = 2, burst = 7 }
  }

  assert {
    condition     = aws_apigatewayv2_stage.default.default_route_settings[0].throttling_rate_limit == 40 && aws_apigatewayv2_stage.default.default_route_settings[0].throttling_burst_limit == 80
    error_message = "The API's throttle differs from throttle."
  }

  assert {
    condition = { for setting in aws_apigatewayv2_stage.default.route_settings : setting.route_key => [setting.throttling_rate_limit, setting.throttling_burst_limit] } == merge(
      { for key, route in local.contract : key => [3, 9] if route.function == "chat" },
      { for key, route in local.contract : key => [4, 7] if route.function == "search" },
      { for key, route in local.contract : key => [2, 7] if route.scope == null },
    )
    error_message = "Routes that start an agent, that search, and that need no token need their own throttles."
  }
}

run "searching_shares_no_reserved_concurrency_with_polls" {
  command = plan

  variables {
    concurrency = { reads = 200, search = 20 }
  }

  assert {
    condition     = local.contract["GET /memories"].function != local.contract["GET /chats/messages"].function
    error_message = "Searches of one user must not take the concurrency of everybody's polls."
  }

  assert {
    condition     = [for key in ["GET /memories", "GET /chats/messages"] : aws_lambda_function.function[local.contract[key].function].reserved_concurrent_executions] == [20, 200]
    error_message = "Searches and polls need reserved concurrency of their own."
  }

  assert {
    condition     = aws_lambda_function.function["search"].memory_size == 1769
    error_message = "A search needs a whole core, which Lambda gives from 1,769 MB on."
  }
}

run "public_routes_accept_little_by_default" {
  command = plan

  assert {
    condition     = length(local.public_routes) > 0 && alltrue([for setting in aws_apigatewayv2_stage.default.route_settings : setting.throttling_rate_limit == 5 && setting.throttling_burst_limit == 20 if contains(keys(local.public_routes), setting.route_key)])
    error_message = "Whoever needs no token must not cost more than 5 requests a second of each route."
  }
}

run "the_access_log_says_why_a_request_was_refused" {
  command = plan

  assert {
    condition = [for name in ["error", "error_type", "authorizer_error", "invoke_status", "function_error", "user_agent"] : jsondecode(aws_apigatewayv2_stage.default.access_log_settings[0].format)[name]] == [
      "$context.error.message", "$context.error.responseType", "$context.authorizer.error",
      "$context.integration.integrationStatus", "$context.integrationErrorMessage", "$context.identity.userAgent",
    ]
    error_message = "A throttled request or a throttled function must leave its reason in the access log."
  }
}

run "the_access_log_is_kept_for_30_days_at_most_by_default" {
  command = plan

  variables {
    log_retention = 365
  }

  assert {
    condition     = aws_cloudwatch_log_group.api.retention_in_days == 30 && alltrue([for group in aws_cloudwatch_log_group.function : group.retention_in_days == 365])
    error_message = "The access log holds addresses: it must not be kept as long as the functions' logs."
  }
}

run "the_access_log_contains_no_user_text" {
  command = plan

  assert {
    condition     = aws_apigatewayv2_stage.default.access_log_settings[0].destination_arn == aws_cloudwatch_log_group.api.arn
    error_message = "The API must write an access log."
  }

  assert {
    condition = length(setsubtract(values(jsondecode(aws_apigatewayv2_stage.default.access_log_settings[0].format)), [
      "$context.requestId", "$context.requestTime", "$context.routeKey", "$context.status", "$context.identity.sourceIp",
      "$context.responseLatency", "$context.responseLength", "$context.authorizer.error", "$context.identity.userAgent",
      "$context.error.message", "$context.error.responseType", "$context.integration.integrationStatus",
      "$context.integrationErrorMessage", "$context.integrationLatency", "$context.integration.requestId",
    ])) == 0
    error_message = "The access log has another field: a path or query contains users' text, a claim their identity."
  }

  assert {
    condition     = jsondecode(aws_apigatewayv2_stage.default.access_log_settings[0].format).request_id == "$context.requestId"
    error_message = "The access log needs the request id, to be joined with the functions' logs."
  }
}

run "cors_is_disabled_by_default" {
  command = plan

  assert {
    condition     = length(aws_apigatewayv2_api.chat.cors_configuration) == 0
    error_message = "Without cors_origins the API must have no CORS configuration."
  }

  assert {
    condition     = length(aws_apigatewayv2_route.preflight) == 0
    error_message = "Without cors_origins OPTIONS must need a token, as all other requests."
  }
}

run "cors_allows_the_origins_in_cors_origins" {
  command = plan

  variables {
    cors_origins = ["https://app.example.org", "http://localhost:3000"]
  }

  assert {
    condition     = aws_apigatewayv2_api.chat.cors_configuration[0].allow_origins == toset(["https://app.example.org", "http://localhost:3000"])
    error_message = "The API must allow the origins in cors_origins."
  }

  assert {
    condition     = [for route in aws_apigatewayv2_route.preflight : [route.route_key, route.authorization_type]] == [["OPTIONS /{proxy+}", "NONE"]]
    error_message = "A preflight has no token: without a route of its own $default's authorizer answers it with 401."
  }

  assert {
    condition     = length(setsubtract(["apigw-requestid", "date", "etag", "idempotency-replayed", "location", "retry-after"], aws_apigatewayv2_api.chat.cors_configuration[0].expose_headers)) == 0
    error_message = "Pages of other origins must be able to read the service's headers, and the clock and the request id of API Gateway."
  }

  assert {
    condition     = !coalesce(aws_apigatewayv2_api.chat.cors_configuration[0].allow_credentials, false)
    error_message = "CORS must not allow credentials: the API uses tokens, not cookies."
  }
}

run "by_default_the_api_has_its_default_address" {
  command = plan

  assert {
    condition     = length(aws_apigatewayv2_domain_name.api) == 0 && !aws_apigatewayv2_api.chat.disable_execute_api_endpoint && output.api_url == "https://abc123.execute-api.eu-central-1.amazonaws.com" && output.domain_target == null
    error_message = "Without a domain the API must have its default address."
  }

  assert {
    condition     = aws_apigatewayv2_api.chat.ip_address_type == "dualstack"
    error_message = "The API must answer over IPv6 too."
  }
}

run "a_domain_replaces_the_default_address_everywhere" {
  command = plan

  variables {
    hosted_sign_in = true
    domain         = { name = "chat.example.org", certificate_arn = "arn:aws:acm:eu-central-1:123456789012:certificate/0a1b2c3d-0000-1111-2222-333344445555" }
  }

  assert {
    condition     = aws_apigatewayv2_api.chat.disable_execute_api_endpoint && output.api_url == "https://chat.example.org"
    error_message = "With a domain the API must have one address."
  }

  assert {
    condition     = [for mapping in aws_apigatewayv2_api_mapping.api : [mapping.api_id, mapping.stage]] == [["abc123", "$default"]]
    error_message = "The domain must lead to the API."
  }

  assert {
    condition     = [for domain in aws_apigatewayv2_domain_name.api : [domain.domain_name, domain.domain_name_configuration[0].security_policy, domain.domain_name_configuration[0].endpoint_type]] == [["chat.example.org", "TLS_1_2", "REGIONAL"]]
    error_message = "The domain needs TLS 1.2 or later."
  }

  assert {
    condition     = aws_cognito_user_pool_client.app[0].callback_urls == toset(["https://chat.example.org/"]) && aws_cognito_user_pool_client.app[0].logout_urls == toset(["https://chat.example.org/"])
    error_message = "The sign-in must lead back to the page at its domain."
  }
}

run "a_domain_without_a_certificate_is_rejected" {
  command = plan

  variables {
    domain = { name = "chat.example.org", certificate_arn = "none" }
  }

  expect_failures = [var.domain]
}
