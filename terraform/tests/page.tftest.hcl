# What the chat page is told about signing in: all of it public. In workspace `local`.
mock_provider "aws" {
  source          = "./tests/mocks"
  override_during = plan
}

variables {
  package_path = "tests/mocks/package.txt"
}

run "on_the_embedded_aws_it_takes_a_password" {
  command = plan

  override_data {
    target          = data.aws_caller_identity.current
    override_during = plan
    values          = { account_id = "000000000000" }
  }

  assert {
    condition     = jsondecode(aws_lambda_function.function["reads"].environment[0].variables["ASYNC_CHAT_SIGN_IN"]) == { kind = "password", url = "/", client_id = "client123", demo = null }
    error_message = "The page cannot sign in on the embedded AWS, or gives a password away that nobody asked it to."
  }
}

run "demo_users_sign_in_at_one_click_where_a_password_is_given" {
  command = plan

  override_data {
    target          = data.aws_caller_identity.current
    override_during = plan
    values          = { account_id = "000000000000" }
  }

  variables {
    demo_password = "open to everyone 1A"
  }

  assert {
    condition     = jsondecode(aws_lambda_function.function["reads"].environment[0].variables["ASYNC_CHAT_SIGN_IN"]).demo == { users = ["alice", "bob"], password = "open to everyone 1A" }
    error_message = "The page does not know the demo users."
  }
}

run "in_a_real_account_it_goes_to_the_hosted_sign_in" {
  command = plan

  variables {
    overrides = { hosted_sign_in = true }
  }

  assert {
    condition = jsondecode(aws_lambda_function.function["reads"].environment[0].variables["ASYNC_CHAT_SIGN_IN"]) == {
      kind          = "hosted"
      authorize_url = "https://async-chat-local-123456789012.auth.eu-central-1.amazoncognito.com/oauth2/authorize"
      token_url     = "https://async-chat-local-123456789012.auth.eu-central-1.amazoncognito.com/oauth2/token"
      client_id     = "client123"
      scope         = "openid async-chat/chats.read async-chat/chats.write async-chat/memories.read async-chat/memories.write"
    }
    error_message = "The page signs in elsewhere, or asks for other scopes than the routes do."
  }
}

run "without_a_hosted_sign_in_no_password_leaves_the_page" {
  command = plan

  assert {
    condition     = aws_lambda_function.function["reads"].environment[0].variables["ASYNC_CHAT_SIGN_IN"] == ""
    error_message = "The page takes a password in a real account."
  }
}

run "an_issuer_of_your_own_is_signed_in_at_by_its_own_addresses" {
  command = plan

  variables {
    oidc_issuer    = "https://login.example.org"
    oidc_audiences = ["https://chat.example.org"]
    page_sign_in = {
      authorize_url = "https://login.example.org/authorize"
      token_url     = "https://login.example.org/token"
      client_id     = "page"
      scope         = "chats.read chats.write"
    }
  }

  assert {
    condition = jsondecode(aws_lambda_function.function["reads"].environment[0].variables["ASYNC_CHAT_SIGN_IN"]) == {
      kind          = "hosted"
      authorize_url = "https://login.example.org/authorize"
      token_url     = "https://login.example.org/token"
      client_id     = "page"
      scope         = "chats.read chats.write"
    }
    error_message = "The page does not sign in at the issuer."
  }
}

run "a_page_that_sends_codes_in_the_clear_is_refused" {
  command = plan

  variables {
    oidc_issuer    = "https://login.example.org"
    oidc_audiences = ["https://chat.example.org"]
    page_sign_in = {
      authorize_url = "https://login.example.org/authorize"
      token_url     = "http://login.example.org/token"
      client_id     = "page"
      scope         = "chats.read"
    }
  }

  expect_failures = [var.page_sign_in]
}
