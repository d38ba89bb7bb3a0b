# Which tokens the API accepts, and how users get them.
mock_provider "aws" {
  source          = "./tests/mocks"
  override_during = plan
}

variables {
  name_prefix    = "async-chat-local"
  environment    = "local"
  package_path   = "tests/mocks/package.txt"
  hosted_sign_in = false
  agent          = "recall"
}

run "password_sign_in_is_enabled_on_the_embedded_aws" {
  command = plan

  override_data {
    target          = data.aws_caller_identity.current
    override_during = plan
    values          = { account_id = "000000000000" }
  }

  assert {
    condition     = aws_cognito_user_pool_client.app[0].explicit_auth_flows == toset(["ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"])
    error_message = "The demo users need password sign-in."
  }

  assert {
    condition     = aws_cognito_user_pool_client.app[0].access_token_validity == 24 && aws_cognito_user_pool_client.app[0].token_validity_units[0].access_token == "hours"
    error_message = "A demo token must be valid for a day."
  }

  assert {
    condition     = alltrue([for route in aws_apigatewayv2_route.guarded : contains(route.authorization_scopes, "aws.cognito.signin.user.admin")])
    error_message = "Every route must accept the scope of a password sign-in."
  }

  assert {
    condition     = length(aws_cognito_user_pool_domain.sign_in) == 0 && output.sign_in_url == null
    error_message = "The embedded AWS must have no hosted sign-in."
  }
}

run "password_sign_in_is_disabled_in_a_real_account" {
  command = plan

  assert {
    condition     = aws_cognito_user_pool_client.app[0].explicit_auth_flows == toset(["ALLOW_CUSTOM_AUTH"])
    error_message = "The client must allow neither password nor SRP sign-in, which nothing uses."
  }

  assert {
    condition     = [for rotation in aws_cognito_user_pool_client.app[0].refresh_token_rotation : [rotation.feature, rotation.retry_grace_period_seconds]] == [["ENABLED", 60]]
    error_message = "A refresh must end the old refresh token, after a minute for repeats."
  }

  assert {
    condition     = aws_cognito_user_pool_client.app[0].access_token_validity == 1 && aws_cognito_user_pool_client.app[0].token_validity_units[0].access_token == "hours"
    error_message = "A token must be valid for one hour."
  }

  assert {
    condition     = alltrue([for route in aws_apigatewayv2_route.guarded : alltrue([for scope in route.authorization_scopes : startswith(scope, "async-chat/")])])
    error_message = "A route accepts tokens that are not for this API."
  }
}

run "self_registration_is_disabled" {
  command = plan

  assert {
    condition     = [for recovery in aws_cognito_user_pool.users[0].account_recovery_setting[0].recovery_mechanism : recovery.name] == ["verified_email"]
    error_message = "A forgotten password must be recovered by mail only."
  }

  assert {
    condition     = aws_cognito_user_pool.users[0].admin_create_user_config[0].allow_admin_create_user_only
    error_message = "Only administrators may create users."
  }

  assert {
    condition     = aws_cognito_user_pool.users[0].password_policy[0].minimum_length >= 12
    error_message = "Passwords must have at least 12 characters."
  }

  assert {
    condition     = !aws_cognito_user_pool_client.app[0].generate_secret && aws_cognito_user_pool_client.app[0].enable_token_revocation && aws_cognito_user_pool_client.app[0].prevent_user_existence_errors == "ENABLED"
    error_message = "The client must have no secret, allow revocation, and not reveal which users exist."
  }
}

run "hosted_sign_in_grants_the_scopes_that_the_routes_require" {
  command = plan

  variables {
    hosted_sign_in = true
    callback_urls  = ["http://localhost:8400/signed-in"]
  }

  assert {
    condition     = aws_cognito_user_pool_client.app[0].allowed_oauth_flows == toset(["code"]) && aws_cognito_user_pool_client.app[0].allowed_oauth_flows_user_pool_client
    error_message = "The hosted sign-in must use the authorization code flow only."
  }

  assert {
    condition     = length(setsubtract(flatten([for route in aws_apigatewayv2_route.guarded : tolist(route.authorization_scopes)]), aws_cognito_user_pool_client.app[0].allowed_oauth_scopes)) == 0
    error_message = "The client must be able to get every route's scope."
  }

  assert {
    condition     = toset([for scope in aws_cognito_resource_server.api[0].scope : "${aws_cognito_resource_server.api[0].identifier}/${scope.scope_name}"]) == setsubtract(aws_cognito_user_pool_client.app[0].allowed_oauth_scopes, ["openid"])
    error_message = "The resource server must define the client's scopes."
  }

  assert {
    condition     = aws_cognito_user_pool_client.app[0].callback_urls == toset(["https://abc123.execute-api.eu-central-1.amazonaws.com/", "http://localhost:8400/signed-in"])
    error_message = "The redirect URLs must be the page and callback_urls."
  }

  assert {
    condition     = output.sign_in_url == "https://async-chat-local-123456789012.auth.eu-central-1.amazoncognito.com"
    error_message = "The output sign_in_url must be the hosted sign-in's URL."
  }
}

run "your_own_issuer_replaces_the_user_pool" {
  command = plan

  variables {
    oidc_issuer    = "https://login.example.org/tenant"
    oidc_audiences = ["https://chat.example.org"]
    scope_prefix   = ""
  }

  assert {
    condition     = aws_apigatewayv2_authorizer.jwt.jwt_configuration[0].issuer == "https://login.example.org/tenant" && aws_apigatewayv2_authorizer.jwt.jwt_configuration[0].audience == toset(["https://chat.example.org"])
    error_message = "The API must accept only tokens of the issuer for its audience."
  }

  assert {
    condition     = length(aws_cognito_user_pool.users) + length(aws_cognito_user_pool_client.app) + length(aws_cognito_resource_server.api) + length(aws_cognito_user_pool_domain.sign_in) == 0
    error_message = "With your own issuer there must be no user pool."
  }

  assert {
    condition     = aws_apigatewayv2_route.guarded["POST /memories/chat"].authorization_scopes == toset(["chats.write"]) && aws_apigatewayv2_route.guarded["GET /memories"].authorization_scopes == toset(["memories.read"])
    error_message = "The routes must require the issuer's scopes."
  }

  assert {
    condition     = output.user_pool_id == null && output.user_pool_client_id == null
    error_message = "With your own issuer the outputs of the user pool must be null."
  }
}

run "an_existing_user_pool_replaces_the_own_one" {
  command = plan

  variables {
    user_pool    = { id = "eu-central-1_Existing1", client_ids = ["phone", "web"] }
    scope_prefix = "company/"
  }

  assert {
    condition     = aws_apigatewayv2_authorizer.jwt.jwt_configuration[0].issuer == "https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_Existing1" && aws_apigatewayv2_authorizer.jwt.jwt_configuration[0].audience == toset(["phone", "web"])
    error_message = "The API must accept only tokens of the pool's clients."
  }

  assert {
    condition     = length(aws_cognito_user_pool.users) + length(aws_cognito_user_pool_client.app) + length(aws_cognito_user_pool_domain.sign_in) == 0
    error_message = "With an existing user pool there must be no own one."
  }

  assert {
    condition     = aws_apigatewayv2_route.guarded["GET /memories"].authorization_scopes == toset(["company/memories.read"])
    error_message = "The routes must require the pool's scopes."
  }
}

run "an_existing_user_pool_and_an_issuer_exclude_each_other" {
  command = plan

  variables {
    user_pool      = { id = "eu-central-1_Existing1", client_ids = ["phone"] }
    oidc_issuer    = "https://login.example.org"
    oidc_audiences = ["https://chat.example.org"]
  }

  expect_failures = [var.user_pool]
}
