# The API's own domain. The record in DNS is the caller's: an alias to the output domain_target.
resource "aws_apigatewayv2_domain_name" "api" {
  count = var.domain == null ? 0 : 1

  domain_name = var.domain.name
  tags        = var.tags

  domain_name_configuration {
    certificate_arn = var.domain.certificate_arn
    endpoint_type   = "REGIONAL"
    security_policy = "TLS_1_2"
    ip_address_type = "dualstack"
  }
}

resource "aws_apigatewayv2_api_mapping" "api" {
  count = var.domain == null ? 0 : 1

  api_id      = aws_apigatewayv2_api.chat.id
  domain_name = aws_apigatewayv2_domain_name.api[0].id
  stage       = aws_apigatewayv2_stage.default.name
}

locals {
  # What clients, the chat page and Cognito's redirects use.
  api_url = var.domain == null ? aws_apigatewayv2_api.chat.api_endpoint : "https://${var.domain.name}"
}
