# The worker's settings and permissions for a model on Bedrock.
locals {
  model_settings = merge([for model in [var.model] : {
    ASYNC_CHAT_MODEL_ID                         = model.id
    ASYNC_CHAT_MODEL_INFERENCE_PROFILE          = model.inference_profile
    ASYNC_CHAT_MODEL_FALLBACK_ID                = try(model.fallback.id, "")
    ASYNC_CHAT_MODEL_FALLBACK_INFERENCE_PROFILE = try(model.fallback.inference_profile, "")
    ASYNC_CHAT_MODEL_REGION                     = model.region
    ASYNC_CHAT_MODEL_TEMPERATURE                = model.temperature == null ? "" : tostring(model.temperature)
    ASYNC_CHAT_MODEL_ROUNDS                     = tostring(model.rounds)
    ASYNC_CHAT_MODEL_MAX_TOKENS                 = tostring(model.max_tokens)
    ASYNC_CHAT_MODEL_SECONDS                    = tostring(model.seconds)
    ASYNC_CHAT_MODEL_HISTORY_TOKENS             = tostring(model.history_tokens)
  } if model != null]...)

  model_region = try(coalesce(var.model.region, local.region), local.region)

  # The model, and the one that takes over when it is busy. A model's ARN follows from its id.
  profile_ids = "^(us|us-gov|eu|apac|jp|au|ca|global)\\.|profile/"
  models = [for model in [var.model, try(var.model.fallback, null)] : {
    arn     = startswith(model.id, "arn:") ? model.id : "arn:${local.partition}:bedrock:${local.model_region}::foundation-model/${model.id}"
    arns    = model.arns
    global  = can(regex("(^|/)global\\.", model.id))
    profile = model.inference_profile != "" ? model.inference_profile : can(regex(local.profile_ids, model.id)) ? model.id : ""
  } if model != null]

  # IAM checks a call of an inference profile against the profile and each model behind it, in every region of theirs.
  # Bedrock says which these are; the embedded AWS does not know.
  read_profiles = toset([for model in local.models : model.profile if model.profile != "" && length(model.arns) == 0 && !local.embedded])

  model_arns = distinct(flatten([for model in local.models :
    length(model.arns) > 0 ? model.arns : !contains(local.read_profiles, model.profile) ? [model.arn] : flatten([
      for profile in [data.aws_bedrock_inference_profile.model[model.profile]] : concat([profile.inference_profile_arn], profile.models[*].model_arn, [
        # A call of a global profile is checked against its model's ARN without a region, too.
        for one in profile.models : replace(one.model_arn, "/:bedrock:[a-z0-9-]*:/", ":bedrock::") if model.global
      ])
    ])
  ]))

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
