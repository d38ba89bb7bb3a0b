terraform {
  # 1.11 is the first version that fully supports the S3 backend's lock file (use_lockfile).
  required_version = "~> 1.11"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "5.100.0"
    }
  }
}
