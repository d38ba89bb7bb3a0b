locals {
  # What each graph shows: [namespace, metric, dimension, value, ..., options], as CloudWatch wants it.
  own_metric = { for key, metric in local.metrics : key => [local.metrics_namespace, metric, "Workspace", local.workspace] }

  # Metric math writes one line per graph from the metrics before it.
  graphs = [
    {
      title   = "Asks and ends of turns"
      stat    = "Sum"
      metrics = [for key in ["asks", "away", "answered", "failed", "cancelled"] : local.own_metric[key]]
    },
    {
      title   = "Time to answer (ms)"
      metrics = [for stat in ["p50", "p95", "p99"] : concat(local.own_metric.answering, [{ stat = stat, label = stat }])]
    },
    {
      title   = "Queue wait (ms)"
      metrics = [for stat in ["p50", "p95", "p99"] : concat(local.own_metric.queued, [{ stat = stat, label = stat }])]
    },
    {
      title   = "Reasoning (ms)"
      metrics = [for stat in ["p50", "p95", "p99"] : concat(local.own_metric.reasoned, [{ stat = stat, label = stat }])]
    },
    {
      title = "Polls per answer"
      stat  = "Sum"
      metrics = [
        concat(local.own_metric.polls, [{ id = "polls", visible = false }]),
        concat(local.own_metric.answered, [{ id = "answered", visible = false }]),
        [{ expression = "polls / answered", label = "polls per answer" }],
      ]
    },
    {
      title   = "Functions at work at once"
      stat    = "Maximum"
      metrics = [for name in values(local.function_names) : ["AWS/Lambda", "ConcurrentExecutions", "FunctionName", name]]
    },
    {
      title = "Refused, dropped, failed"
      stat  = "Sum"
      metrics = concat(
        [for name in values(local.function_names) : ["AWS/Lambda", "Throttles", "FunctionName", name]],
        [["AWS/Lambda", "AsyncEventsDropped", "FunctionName", local.worker_name]],
        [["AWS/ApiGateway", "4xx", "ApiId", aws_apigatewayv2_api.chat.id]],
        [["AWS/ApiGateway", "5xx", "ApiId", aws_apigatewayv2_api.chat.id]],
      )
    },
    {
      title   = "What is paid for: Lambda (ms)"
      stat    = "Sum"
      metrics = [for name in values(local.function_names) : ["AWS/Lambda", "Duration", "FunctionName", name]]
    },
    {
      title = "What is paid for: DynamoDB (units)"
      stat  = "Sum"
      metrics = [
        for pair in setproduct(["ConsumedReadCapacityUnits", "ConsumedWriteCapacityUnits"], values(local.table_names)) :
        ["AWS/DynamoDB", pair[0], "TableName", pair[1]]
      ]
    },
    {
      title   = "What is paid for: API calls"
      stat    = "Sum"
      metrics = [["AWS/ApiGateway", "Count", "ApiId", aws_apigatewayv2_api.chat.id]]
    },
  ]
}

resource "aws_cloudwatch_dashboard" "chat" {
  count = local.environment.dashboard ? 1 : 0

  dashboard_name = local.name_prefix

  # Three graphs in a row of CloudWatch's 24 columns.
  dashboard_body = jsonencode({
    widgets = [for place, graph in local.graphs : {
      type   = "metric"
      x      = place % 3 * 8
      y      = floor(place / 3) * 6
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
