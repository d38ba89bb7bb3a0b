resource "aws_cloudwatch_log_group" "function" {
  for_each = local.log_group_names

  name              = each.value
  retention_in_days = var.log_retention
  kms_key_id        = local.key_arn
  tags              = var.tags
}

# Keys the hashes of user ids in logs: 122 random bits, made once. Replacing it (-replace) breaks the link to older lines.
resource "terraform_data" "log_key" {
  input = uuid()

  lifecycle {
    ignore_changes = [input]
  }
}

resource "aws_cloudwatch_log_group" "api" {
  #checkov:skip=CKV_AWS_338:It holds addresses of users' devices, personal data that nobody needs for a year
  name              = local.api_log_group_name
  retention_in_days = min(var.access_log_retention, var.log_retention)
  kms_key_id        = local.key_arn
  tags              = var.tags
}
