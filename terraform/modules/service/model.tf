# The worker's settings and permissions for a model on Bedrock.
locals {
  model_settings = merge([for model in [var.model] : {
    ASYNC_CHAT_MODEL_ID             = model.id
    ASYNC_CHAT_MODEL_REGION         = model.region
    ASYNC_CHAT_MODEL_TEMPERATURE    = tostring(model.temperature)
    ASYNC_CHAT_MODEL_ROUNDS         = tostring(model.rounds)
    ASYNC_CHAT_MODEL_MAX_TOKENS     = tostring(model.max_tokens)
    ASYNC_CHAT_MODEL_SECONDS        = tostring(model.seconds)
    ASYNC_CHAT_MODEL_HISTORY_TOKENS = tostring(model.history_tokens)
  } if model != null]...)

  model_region = try(coalesce(var.model.region, local.region), local.region)

  # A model's ARN follows from its id. An inference profile's models must be listed: IAM checks a call against each of them.
  model_arns = var.model == null ? [] : (
    length(var.model.arns) > 0 ? var.model.arns :
    [startswith(var.model.id, "arn:") ? var.model.id : "arn:${local.partition}:bedrock:${local.model_region}::foundation-model/${var.model.id}"]
  )

  # AWS authorizes Converse by the actions of InvokeModel; the embedded AWS by actions named after Converse.
  model_actions = local.embedded ? ["bedrock:Converse", "bedrock:ConverseStream"] : ["bedrock:InvokeModel", "bedrock:InvokeModelWithResponseStream"]
}
