output "bucket" {
  description = "The bucket's name, for terraform init -backend-config=bucket=..."
  value       = aws_s3_bucket.state.id
}

output "region" {
  description = "The bucket's region, for terraform init -backend-config=region=..."
  value       = var.region
}

output "plan_role_arn" {
  description = "The role that plans pull requests, for the repository variable AWS_PLAN_ROLE; null without one."
  value       = one(aws_iam_role.plan[*].arn)
}
