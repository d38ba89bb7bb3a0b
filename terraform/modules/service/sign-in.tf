# How users get tokens from the user pool.
locals {
  hosted_sign_in = local.own_pool && var.hosted_sign_in

  # The chat page is served by the API itself.
  page_url      = "${local.api_url}/"
  callback_urls = concat([local.page_url], var.callback_urls)
}

resource "aws_cognito_user_pool_client" "app" {
  count = local.own_pool ? 1 : 0

  name         = "${var.name_prefix}-app"
  user_pool_id = aws_cognito_user_pool.users[0].id

  # A public client: browsers and terminals cannot keep a secret, so it uses PKCE.
  generate_secret = false

  # Users sign in on the hosted pages, which need none of these flows. An empty list would mean Cognito's defaults, SRP among
  # them; custom authentication needs Lambda triggers, which this pool does not have, so it signs in nobody.
  explicit_auth_flows = local.password_sign_in ? ["ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"] : ["ALLOW_CUSTOM_AUTH"]

  # Each refresh gives a new refresh token and ends the old one; within the grace period a client may repeat a refresh whose
  # response it lost. It excludes ALLOW_REFRESH_TOKEN_AUTH.
  dynamic "refresh_token_rotation" {
    for_each = local.password_sign_in ? [] : [60]

    content {
      feature                    = "ENABLED"
      retry_grace_period_seconds = refresh_token_rotation.value
    }
  }

  allowed_oauth_flows_user_pool_client = local.hosted_sign_in
  allowed_oauth_flows                  = local.hosted_sign_in ? ["code"] : null
  allowed_oauth_scopes                 = local.hosted_sign_in ? concat(["openid"], values(local.full_scopes)) : null
  callback_urls                        = local.hosted_sign_in ? local.callback_urls : null
  logout_urls                          = local.hosted_sign_in ? local.callback_urls : null
  supported_identity_providers         = local.hosted_sign_in ? ["COGNITO"] : null

  # API Gateway does not check revocation, so tokens are short-lived, except for demonstrations.
  access_token_validity  = local.password_sign_in ? 24 : 1
  id_token_validity      = local.password_sign_in ? 24 : 1
  refresh_token_validity = 30

  token_validity_units {
    access_token  = "hours"
    id_token      = "hours"
    refresh_token = "days"
  }

  enable_token_revocation       = true
  prevent_user_existence_errors = "ENABLED"

  # The scopes must exist before the client names them.
  depends_on = [aws_cognito_resource_server.api]
}

resource "aws_cognito_user_pool_domain" "sign_in" {
  count = local.hosted_sign_in ? 1 : 0

  # Must be unique among all AWS accounts in the region.
  domain       = "${var.name_prefix}-${local.account_id}"
  user_pool_id = aws_cognito_user_pool.users[0].id
}
