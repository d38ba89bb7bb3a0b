# Whose tokens are taken, and how people get them. In workspace `local`.
mock_provider "aws" {
  source          = "./tests/mocks"
  override_during = plan
}

variables {
  package_path = "tests/mocks/package.txt"
}

run "on_the_embedded_aws_people_sign_in_by_password_for_a_day" {
  command = plan

  override_data {
    target          = data.aws_caller_identity.current
    override_during = plan
    values          = { account_id = "000000000000" }
  }

  assert {
    condition     = aws_cognito_user_pool_client.app[0].explicit_auth_flows == toset(["ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"])
    error_message = "The demo users cannot sign in."
  }

  assert {
    condition     = aws_cognito_user_pool_client.app[0].access_token_validity == 24 && aws_cognito_user_pool_client.app[0].token_validity_units[0].access_token == "hours"
    error_message = "A demo token lives a day."
  }

  assert {
    condition     = alltrue([for route in aws_apigatewayv2_route.guarded : contains(route.authorization_scopes, "aws.cognito.signin.user.admin")])
    error_message = "The token of a password sign-in passes nowhere."
  }

  assert {
    condition     = length(aws_cognito_user_pool_domain.sign_in) == 0 && output.sign_in_url == null
    error_message = "There is a hosted sign-in that nobody uses."
  }
}

run "in_a_real_account_nobody_signs_in_by_password" {
  command = plan

  assert {
    condition     = aws_cognito_user_pool_client.app[0].explicit_auth_flows == toset(["ALLOW_USER_SRP_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"])
    error_message = "The app takes people's passwords."
  }

  assert {
    condition     = aws_cognito_user_pool_client.app[0].access_token_validity == 1 && aws_cognito_user_pool_client.app[0].token_validity_units[0].access_token == "hours"
    error_message = "A token lives longer than an hour."
  }

  assert {
    condition     = alltrue([for route in aws_apigatewayv2_route.guarded : alltrue([for scope in route.authorization_scopes : startswith(scope, "async-chat/")])])
    error_message = "A route takes tokens that are not for this API."
  }
}

run "accounts_are_given_not_taken" {
  command = plan

  assert {
    condition     = aws_cognito_user_pool.users[0].admin_create_user_config[0].allow_admin_create_user_only
    error_message = "Anybody could sign up and ask at our cost."
  }

  assert {
    condition     = aws_cognito_user_pool.users[0].password_policy[0].minimum_length >= 12
    error_message = "Passwords are too short."
  }

  assert {
    condition     = !aws_cognito_user_pool_client.app[0].generate_secret && aws_cognito_user_pool_client.app[0].enable_token_revocation && aws_cognito_user_pool_client.app[0].prevent_user_existence_errors == "ENABLED"
    error_message = "The app keeps a secret that everybody can read, or tells who has an account."
  }
}

run "the_hosted_sign_in_grants_the_scopes_that_the_routes_ask_for" {
  command = plan

  variables {
    overrides     = { hosted_sign_in = true }
    callback_urls = ["http://localhost:8400/signed-in"]
  }

  assert {
    condition     = aws_cognito_user_pool_client.app[0].allowed_oauth_flows == toset(["code"]) && aws_cognito_user_pool_client.app[0].allowed_oauth_flows_user_pool_client
    error_message = "The hosted sign-in hands out codes, which PKCE protects; never tokens in an address."
  }

  assert {
    condition     = length(setsubtract(flatten([for route in aws_apigatewayv2_route.guarded : tolist(route.authorization_scopes)]), aws_cognito_user_pool_client.app[0].allowed_oauth_scopes)) == 0
    error_message = "A route asks for a scope that no one can get."
  }

  assert {
    condition     = toset([for scope in aws_cognito_resource_server.api[0].scope : "${aws_cognito_resource_server.api[0].identifier}/${scope.scope_name}"]) == setsubtract(aws_cognito_user_pool_client.app[0].allowed_oauth_scopes, ["openid"])
    error_message = "The pool does not know the scopes that the app asks for."
  }

  assert {
    condition     = aws_cognito_user_pool_client.app[0].callback_urls == toset(["https://abc123.execute-api.eu-central-1.amazonaws.com/", "http://localhost:8400/signed-in"])
    error_message = "The sign-in returns elsewhere than to the page."
  }

  assert {
    condition     = output.sign_in_url == "https://async-chat-local-123456789012.auth.eu-central-1.amazoncognito.com"
    error_message = "The sign-in is not where the output says."
  }
}

run "an_issuer_of_your_own_replaces_the_pool" {
  command = plan

  variables {
    oidc_issuer    = "https://login.example.org/tenant"
    oidc_audiences = ["https://chat.example.org"]
    scope_prefix   = ""
  }

  assert {
    condition     = aws_apigatewayv2_authorizer.jwt.jwt_configuration[0].issuer == "https://login.example.org/tenant" && aws_apigatewayv2_authorizer.jwt.jwt_configuration[0].audience == toset(["https://chat.example.org"])
    error_message = "The API takes other tokens than the issuer's."
  }

  assert {
    condition     = length(aws_cognito_user_pool.users) + length(aws_cognito_user_pool_client.app) + length(aws_cognito_resource_server.api) + length(aws_cognito_user_pool_domain.sign_in) == 0
    error_message = "There is a pool that nobody uses."
  }

  assert {
    condition     = aws_apigatewayv2_route.guarded["POST /memories/chat"].authorization_scopes == toset(["chats.write"]) && aws_apigatewayv2_route.guarded["GET /memories"].authorization_scopes == toset(["memories.read"])
    error_message = "The routes do not ask for the issuer's scopes, or take Cognito's."
  }

  assert {
    condition     = output.user_pool_id == null && output.user_pool_client_id == null
    error_message = "The outputs name a pool that is not there."
  }
}
