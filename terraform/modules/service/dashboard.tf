locals {
  # CloudWatch's form of a metric: [namespace, metric, dimension, value, ..., options].
  service_metric = { for key, metric in local.metrics : key => [local.metrics_namespace, metric, "Workspace", local.environment] }

  # `expression` is metric math over the ids of the metrics before it.
  graphs = [
    {
      title   = "Questions and finished turns"
      stat    = "Sum"
      metrics = [for key in ["asks", "rejected", "answered", "failed", "cancelled"] : local.service_metric[key]]
    },
    {
      title   = "Time to answer (ms)"
      metrics = [for stat in ["p50", "p95", "p99"] : concat(local.service_metric.answering, [{ stat = stat, label = stat }])]
    },
    {
      title   = "Queue wait (ms)"
      metrics = [for stat in ["p50", "p95", "p99"] : concat(local.service_metric.queued, [{ stat = stat, label = stat }])]
    },
    {
      title   = "Reasoning (ms)"
      metrics = [for stat in ["p50", "p95", "p99"] : concat(local.service_metric.reasoned, [{ stat = stat, label = stat }])]
    },
    {
      title = "Polls per answer"
      stat  = "Sum"
      metrics = [
        concat(local.service_metric.polls, [{ id = "polls", visible = false }]),
        concat(local.service_metric.answered, [{ id = "answered", visible = false }]),
        [{ expression = "polls / answered", label = "polls per answer" }],
      ]
    },
    {
      title   = "Concurrent executions"
      stat    = "Maximum"
      metrics = [for name in values(local.function_names) : ["AWS/Lambda", "ConcurrentExecutions", "FunctionName", name]]
    },
    {
      title = "Throttled, dropped, failed"
      stat  = "Sum"
      metrics = concat(
        [for name in values(local.function_names) : ["AWS/Lambda", "Throttles", "FunctionName", name]],
        [["AWS/Lambda", "AsyncEventsDropped", "FunctionName", local.worker_name]],
        [["AWS/ApiGateway", "4xx", "ApiId", aws_apigatewayv2_api.chat.id]],
        [["AWS/ApiGateway", "5xx", "ApiId", aws_apigatewayv2_api.chat.id]],
      )
    },
    {
      title   = "Billed: Lambda duration (ms)"
      stat    = "Sum"
      metrics = [for name in values(local.function_names) : ["AWS/Lambda", "Duration", "FunctionName", name]]
    },
    {
      title = "Billed: DynamoDB capacity (units)"
      stat  = "Sum"
      # DynamoDB counts an index apart from its table.
      metrics = concat(
        [
          for pair in setproduct(["ConsumedReadCapacityUnits", "ConsumedWriteCapacityUnits"], values(local.table_names)) :
          ["AWS/DynamoDB", pair[0], "TableName", pair[1]]
        ],
        [
          for metric in ["ConsumedReadCapacityUnits", "ConsumedWriteCapacityUnits"] :
          ["AWS/DynamoDB", metric, "TableName", local.table_names.chats, "GlobalSecondaryIndexName", local.chats_by_activity]
        ],
      )
    },
    {
      title   = "Billed: API requests"
      stat    = "Sum"
      metrics = [["AWS/ApiGateway", "Count", "ApiId", aws_apigatewayv2_api.chat.id]]
    },
  ]
}

resource "aws_cloudwatch_dashboard" "chat" {
  count = var.dashboard ? 1 : 0

  # With the region, since "all dashboards in your account are global, not region-specific" (CloudWatch API, PutDashboard):
  # one of the same name in another region would replace this one. A dashboard from before keeps its name.
  dashboard_name = "${var.name_prefix}-${local.region}"

  lifecycle {
    ignore_changes = [dashboard_name]
  }

  # Three graphs per row: a CloudWatch dashboard has 24 columns.
  dashboard_body = jsonencode({
    widgets = [for index, graph in local.graphs : {
      type   = "metric"
      x      = index % 3 * 8
      y      = floor(index / 3) * 6
      width  = 8
      height = 6
      properties = {
        title   = graph.title
        region  = local.region
        period  = 300
        stat    = try(graph.stat, "Average")
        metrics = graph.metrics
      }
    }]
  })
}
