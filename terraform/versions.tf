terraform {
  # 1.11 is the first with the S3 backend's own lock file (use_lockfile) as a supported setting.
  required_version = "~> 1.11"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "5.100.0"
    }
  }
}
