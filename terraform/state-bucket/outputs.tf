output "bucket" {
  description = "The bucket's name, for terraform init -backend-config=bucket=..."
  value       = aws_s3_bucket.state.id
}

output "region" {
  description = "The bucket's region, for terraform init -backend-config=region=..."
  value       = var.region
}
