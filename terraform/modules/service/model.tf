# The worker's settings and permissions for a model on Bedrock.
locals {
  model_settings = merge([for model in [var.model] : {
    ASYNC_CHAT_MODEL_ID                = model.id
    ASYNC_CHAT_MODEL_INFERENCE_PROFILE = model.inference_profile
    ASYNC_CHAT_MODEL_REGION            = model.region
    ASYNC_CHAT_MODEL_TEMPERATURE       = model.temperature == null ? "" : tostring(model.temperature)
    ASYNC_CHAT_MODEL_ROUNDS            = tostring(model.rounds)
    ASYNC_CHAT_MODEL_MAX_TOKENS        = tostring(model.max_tokens)
    ASYNC_CHAT_MODEL_SECONDS           = tostring(model.seconds)
    ASYNC_CHAT_MODEL_HISTORY_TOKENS    = tostring(model.history_tokens)
  } if model != null]...)

  model_region = try(coalesce(var.model.region, local.region), local.region)

  # IAM checks a call of an inference profile against the profile and each model behind it, in every region of theirs.
  # Bedrock says which these are; the embedded AWS does not know.
  model_profile = try(coalesce(var.model.inference_profile, can(regex(local.profile_ids, var.model.id)) ? var.model.id : ""), "")
  profile_ids   = "^(us|us-gov|eu|apac|jp|au|ca|global)\\.|profile/"
  read_profiles = toset([for profile in [local.model_profile] : profile if profile != "" && length(try(var.model.arns, [])) == 0 && !local.embedded])

  model_arns = var.model == null ? [] : (
    length(var.model.arns) > 0 ? var.model.arns : length(local.read_profiles) == 0 ? [local.model_arn] : distinct(flatten([
      for profile in data.aws_bedrock_inference_profile.model : concat([profile.inference_profile_arn], profile.models[*].model_arn, [
        # A call of a global profile is checked against its model's ARN without a region, too.
        for model in profile.models : replace(model.model_arn, "/:bedrock:[a-z0-9-]*:/", ":bedrock::") if local.global_profile
      ])
    ]))
  )

  global_profile = can(regex("(^|/)global\\.", try(var.model.id, "")))

  # A model's ARN follows from its id.
  model_arn = try(startswith(var.model.id, "arn:") ? var.model.id : "arn:${local.partition}:bedrock:${local.model_region}::foundation-model/${var.model.id}", "")

  # AWS authorizes Converse by the actions of InvokeModel; the embedded AWS by actions named after Converse.
  model_actions = local.embedded ? ["bedrock:Converse", "bedrock:ConverseStream"] : ["bedrock:InvokeModel", "bedrock:InvokeModelWithResponseStream"]
}

data "aws_bedrock_inference_profile" "model" {
  for_each = local.read_profiles

  inference_profile_id = each.key

  lifecycle {
    precondition {
      condition     = local.model_region == local.region
      error_message = "Bedrock lists the models of a profile in the profile's region only: for model.region ${local.model_region}, give model.arns: the profile's own ARN, and those of all its models."
    }
  }
}
