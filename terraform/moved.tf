# Until version 0.1 the resources were in this folder: an upgrade moves them in the state, and nothing is created anew.
moved {
  from = aws_cloudwatch_metric_alarm.alarm
  to   = module.service.aws_cloudwatch_metric_alarm.alarm
}

moved {
  from = aws_sns_topic.alarms
  to   = module.service.aws_sns_topic.alarms
}

moved {
  from = aws_sns_topic_subscription.mail
  to   = module.service.aws_sns_topic_subscription.mail
}

moved {
  from = aws_sns_topic_policy.alarms
  to   = module.service.aws_sns_topic_policy.alarms
}

moved {
  from = aws_lambda_alias.live
  to   = module.service.aws_lambda_alias.live
}

moved {
  from = aws_apigatewayv2_api.chat
  to   = module.service.aws_apigatewayv2_api.chat
}

moved {
  from = aws_apigatewayv2_authorizer.jwt
  to   = module.service.aws_apigatewayv2_authorizer.jwt
}

moved {
  from = aws_apigatewayv2_stage.default
  to   = module.service.aws_apigatewayv2_stage.default
}

moved {
  from = aws_cloudwatch_dashboard.chat
  to   = module.service.aws_cloudwatch_dashboard.chat
}

moved {
  from = aws_sqs_queue.failures
  to   = module.service.aws_sqs_queue.failures
}

moved {
  from = aws_sqs_queue.undelivered
  to   = module.service.aws_sqs_queue.undelivered
}

moved {
  from = aws_lambda_event_source_mapping.failures
  to   = module.service.aws_lambda_event_source_mapping.failures
}

moved {
  from = aws_lambda_function.function
  to   = module.service.aws_lambda_function.function
}

moved {
  from = aws_iam_role.function
  to   = module.service.aws_iam_role.function
}

moved {
  from = aws_iam_role_policy.function
  to   = module.service.aws_iam_role_policy.function
}

moved {
  from = aws_cognito_user_pool.users
  to   = module.service.aws_cognito_user_pool.users
}

moved {
  from = aws_cognito_resource_server.api
  to   = module.service.aws_cognito_resource_server.api
}

moved {
  from = aws_kms_key.data
  to   = module.service.aws_kms_key.data
}

moved {
  from = aws_kms_alias.data
  to   = module.service.aws_kms_alias.data
}

moved {
  from = aws_cloudwatch_log_group.function
  to   = module.service.aws_cloudwatch_log_group.function
}

moved {
  from = aws_cloudwatch_log_group.api
  to   = module.service.aws_cloudwatch_log_group.api
}

moved {
  from = aws_apigatewayv2_route.guarded
  to   = module.service.aws_apigatewayv2_route.guarded
}

moved {
  from = aws_apigatewayv2_route.public
  to   = module.service.aws_apigatewayv2_route.public
}

moved {
  from = aws_apigatewayv2_integration.function
  to   = module.service.aws_apigatewayv2_integration.function
}

moved {
  from = aws_lambda_permission.api
  to   = module.service.aws_lambda_permission.api
}

moved {
  from = aws_cognito_user_pool_client.app
  to   = module.service.aws_cognito_user_pool_client.app
}

moved {
  from = aws_cognito_user_pool_domain.sign_in
  to   = module.service.aws_cognito_user_pool_domain.sign_in
}

moved {
  from = aws_dynamodb_table.chats
  to   = module.service.aws_dynamodb_table.chats
}

moved {
  from = aws_dynamodb_table.memories
  to   = module.service.aws_dynamodb_table.memories
}

moved {
  from = aws_lambda_function_event_invoke_config.worker
  to   = module.service.aws_lambda_function_event_invoke_config.worker
}

moved {
  from = aws_lambda_function_recursion_config.worker
  to   = module.service.aws_lambda_function_recursion_config.worker
}
