variable "region" {
  description = "The AWS region."
  type        = string
}

variable "package_path" {
  description = "The Lambda zip with the agent in it."
  type        = string
  default     = "../../build/lambda.zip"
}

variable "app_version" {
  description = "The version that GET /health reports."
  type        = string
  default     = "1.0.0"
}

variable "architecture" {
  description = "The processor architecture of the package."
  type        = string
  default     = "arm64"
}
