provider "aws" {
  region = local.environment.region

  # Credentials of another account are refused before anything is read or written. Empty: any account.
  allowed_account_ids = local.environment.account_ids

  default_tags {
    tags = {
      project   = "async-chat"
      workspace = local.workspace
    }
  }
}
