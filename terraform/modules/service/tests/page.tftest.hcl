# The chat page's sign-in settings, all of them public.
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

run "page_signs_in_by_password_on_the_embedded_aws" {
  command = plan

  override_data {
    target          = data.aws_caller_identity.current
    override_during = plan
    values          = { account_id = "000000000000" }
  }

  assert {
    condition     = jsondecode(aws_lambda_function.function["reads"].environment[0].variables["ASYNC_CHAT_SIGN_IN"]) == { kind = "password", url = "/", client_id = "client123", demo = null }
    error_message = "On the embedded AWS the page must use password sign-in, without demo users."
  }
}

run "page_offers_the_demo_users_when_demo_password_is_set" {
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
    condition = (
      jsondecode(aws_lambda_function.function["reads"].environment[0].variables["ASYNC_CHAT_SIGN_IN"]).demo.users == ["alice", "bob"] &&
      jsondecode(aws_lambda_function.function["reads"].environment[0].variables["ASYNC_CHAT_SIGN_IN"]).demo.password == "open to everyone 1A"
    )
    error_message = "The page must get the demo users and their password."
  }

  assert {
    condition     = alltrue([for user in ["alice", "bob"] : length(jsondecode(aws_lambda_function.function["reads"].environment[0].variables["ASYNC_CHAT_SIGN_IN"]).demo.examples[user]) == 3])
    error_message = "The page must get three example questions for each demo user."
  }
}

run "page_uses_the_hosted_sign_in_in_a_real_account" {
  command = plan

  variables {
    hosted_sign_in = true
  }

  assert {
    condition = jsondecode(aws_lambda_function.function["reads"].environment[0].variables["ASYNC_CHAT_SIGN_IN"]) == {
      kind          = "hosted"
      authorize_url = "https://async-chat-local-123456789012.auth.eu-central-1.amazoncognito.com/oauth2/authorize"
      token_url     = "https://async-chat-local-123456789012.auth.eu-central-1.amazoncognito.com/oauth2/token"
      client_id     = "client123"
      scope         = "openid async-chat/chats.read async-chat/chats.write async-chat/memories.read async-chat/memories.write"
    }
    error_message = "The page must use the hosted sign-in with the routes' scopes."
  }
}

run "page_has_no_password_sign_in_in_a_real_account" {
  command = plan

  assert {
    condition     = aws_lambda_function.function["reads"].environment[0].variables["ASYNC_CHAT_SIGN_IN"] == ""
    error_message = "In a real account the page must have no password sign-in."
  }
}

run "page_uses_the_urls_of_your_own_issuer" {
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
    error_message = "The page must use the URLs of page_sign_in."
  }
}

run "page_sign_in_with_an_http_url_is_rejected" {
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

run "demo_password_is_rejected_in_a_real_account" {
  command = plan

  variables {
    demo_password = "open to everyone 1A"
  }

  expect_failures = [var.demo_password]
}
