# Which access tokens the API accepts: those of its own Cognito user pool, of an existing one, or of an OpenID Connect issuer.
locals {
  own_pool = var.oidc_issuer == null && var.user_pool == null

  issuer = (
    local.own_pool ? "https://${aws_cognito_user_pool.users[0].endpoint}" :
    var.user_pool != null ? "https://cognito-idp.${local.region}.amazonaws.com/${var.user_pool.id}" :
    var.oidc_issuer
  )

  # Cognito's access tokens have no audience: API Gateway then compares the client's id.
  audiences = local.own_pool ? aws_cognito_user_pool_client.app[*].id : concat(var.oidc_audiences, try(var.user_pool.client_ids, []))

  # The OAuth scopes.
  scopes = {
    "chats.read"     = "Read your chats"
    "chats.write"    = "Ask, cancel, retry and delete in your chats"
    "memories.read"  = "Read and search your memories"
    "memories.write" = "Remember and forget"
  }

  # Sign-in by user name and password is for demonstrations and tests: only on the embedded AWS, never in a real account.
  # Cognito issues these tokens with this scope only.
  password_sign_in = local.own_pool && local.embedded
  password_scopes  = [for scope in ["aws.cognito.signin.user.admin"] : scope if local.password_sign_in]

  full_scopes = { for scope in keys(local.scopes) : scope => "${var.scope_prefix}${scope}" }

  accepted_scopes = {
    for key, route in local.routes : key => concat([for scope in route.scopes : local.full_scopes[scope]], local.password_scopes)
  }
}

resource "aws_cognito_user_pool" "users" {
  count = local.own_pool ? 1 : 0

  name                = "${var.name_prefix}-users"
  deletion_protection = var.deletion_protection ? "ACTIVE" : "INACTIVE"
  tags                = var.tags

  # No self-registration: answers cost money.
  admin_create_user_config {
    allow_admin_create_user_only = true
  }

  password_policy {
    minimum_length                   = 12
    require_lowercase                = true
    require_numbers                  = true
    require_symbols                  = false
    require_uppercase                = true
    temporary_password_validity_days = 7
  }

  # By mail only, never by a text message, which can be intercepted.
  account_recovery_setting {
    recovery_mechanism {
      name     = "verified_email"
      priority = 1
    }
  }

  mfa_configuration = "OPTIONAL"

  software_token_mfa_configuration {
    enabled = true
  }
}

resource "aws_cognito_resource_server" "api" {
  count = local.own_pool ? 1 : 0

  identifier   = "async-chat"
  name         = "Async Chat"
  user_pool_id = aws_cognito_user_pool.users[0].id

  dynamic "scope" {
    for_each = local.scopes

    content {
      scope_name        = scope.key
      scope_description = scope.value
    }
  }
}
