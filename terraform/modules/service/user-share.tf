# How large the share of one user is. A metric with a dimension for each user would cost as much as it has users; Contributor
# Insights counts the log lines of accepted questions by the hash of their user. Rule syntax and metrics:
# https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/ContributorInsights-RuleSyntax.html
resource "aws_cloudwatch_contributor_insight_rule" "asks_by_user" {
  # The embedded AWS has no Contributor Insights.
  count = var.alarms && !local.embedded ? 1 : 0

  rule_name  = local.share_rule
  rule_state = "ENABLED"
  tags       = var.tags
  rule_definition = jsonencode({
    Schema        = { Name = "CloudWatchLogRule", Version = 1 }
    LogGroupNames = [aws_cloudwatch_log_group.function["chat"].name]
    LogFormat     = "JSON"
    Contribution  = { Keys = ["$.user"], Filters = [{ Match = "$.state", In = ["queued"] }] }
    AggregateOn   = "Count"
  })
}

locals {
  share_rule = "${var.name_prefix}-asks-by-user"
  share_alarms = {
    "user-share" = "More than half of an hour's questions, and of at least a hundred, come from one user."
  }
}

resource "aws_cloudwatch_metric_alarm" "share" {
  for_each = { for name, description in local.share_alarms : name => description if var.alarms }

  alarm_name        = "${var.name_prefix}-${each.key}"
  alarm_description = "${each.value} Runbook: docs/operations.md#${each.key}"

  metric_query {
    id          = "top"
    expression  = "INSIGHT_RULE_METRIC('${local.share_rule}', 'MaxContributorValue')"
    period      = 3600
    return_data = false
  }
  metric_query {
    id          = "all"
    expression  = "INSIGHT_RULE_METRIC('${local.share_rule}', 'Sum')"
    period      = 3600
    return_data = false
  }
  metric_query {
    id          = "share"
    label       = "One user's share of the questions, %"
    expression  = "IF(all >= 100, 100 * top / all, 0)"
    period      = 3600
    return_data = true
  }

  comparison_operator = "GreaterThanThreshold"
  threshold           = 50
  evaluation_periods  = 1
  treat_missing_data  = "notBreaching"
  tags                = var.tags

  alarm_actions = [aws_sns_topic.alarms["ticket"].arn]
  ok_actions    = [aws_sns_topic.alarms["ticket"].arn]

  depends_on = [aws_cloudwatch_contributor_insight_rule.asks_by_user]
}
