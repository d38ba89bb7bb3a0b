# Tells what the account costs; it stops nothing. Of the account, not of this deployment: a filter by tags needs them to be
# activated as cost allocation tags first, and shows only what can be tagged.
resource "aws_budgets_budget" "account" {
  count = var.monthly_budget == null ? 0 : 1

  name         = "${var.name_prefix}-account"
  budget_type  = "COST"
  limit_amount = format("%.2f", var.monthly_budget)
  limit_unit   = "USD"
  time_unit    = "MONTHLY"
  tags         = var.tags

  dynamic "notification" {
    for_each = [["ACTUAL", 80], ["ACTUAL", 100], ["FORECASTED", 100]]

    content {
      notification_type         = notification.value[0]
      threshold                 = notification.value[1]
      threshold_type            = "PERCENTAGE"
      comparison_operator       = "GREATER_THAN"
      subscriber_sns_topic_arns = ["arn:${local.partition}:sns:${local.region_account}:${local.topic_names.ticket}"]
    }
  }

  depends_on = [aws_sns_topic.alarms]
}
