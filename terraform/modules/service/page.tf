# How users sign in on the chat page. The page is public, and so are these settings: identifiers, no secrets.
locals {
  cognito_sign_in_url = "https://${var.name_prefix}-${local.account_id}.auth.${local.region}.amazoncognito.com"

  # Questions that the demo users' sample memories answer (local/sample_memories): the page offers them to these users only.
  demo_examples = {
    alice = ["Where did I park the car?", "When is my check-up with Dr Lindqvist?", "On which day does our rubbish go out?"]
    bob   = ["When is the Christmas dance?", "When is my crown at the dentist?", "Which room is Dad in at Birchwood?"]
  }

  page_sign_in = (
    var.page_sign_in != null ? jsonencode(merge(var.page_sign_in, { kind = "hosted" })) :
    local.hosted_sign_in ? jsonencode({
      kind          = "hosted"
      authorize_url = "${local.cognito_sign_in_url}/oauth2/authorize"
      token_url     = "${local.cognito_sign_in_url}/oauth2/token"
      client_id     = one(aws_cognito_user_pool_client.app[*].id)
      scope         = join(" ", concat(["openid"], sort(values(local.full_scopes))))
    }) :
    local.password_sign_in ? jsonencode({
      kind      = "password"
      url       = "/" # the embedded AWS serves all services at its root, which is also the page's origin
      client_id = one(aws_cognito_user_pool_client.app[*].id)
      demo      = var.demo_password == null ? null : { users = keys(local.demo_examples), password = var.demo_password, examples = local.demo_examples }
    }) :
    "" # users paste a token: the page does not know the issuer
  )

  reads_settings = { ASYNC_CHAT_SIGN_IN = local.page_sign_in }
}
