# The role of the workflows that plan pull requests and releases (.github/workflows). Everybody who can push a branch can run code
# with it, so it is a list of what a plan reads, and reads no data: `python -m tests permissions` proves both. AWS's
# ReadOnlyAccess would also read tables, logs, queues, users and traces.
locals {
  account   = var.account_id
  partition = data.aws_partition.current.partition

  # What reads a resource by its name, of any workspace in any region.
  plan_statements = [
    {
      Sid      = "State"
      Action   = ["s3:GetObject"]
      Resource = ["${local.bucket_arn}/async-chat/*"]
    },
    {
      Sid      = "ListStates"
      Action   = ["s3:ListBucket"]
      Resource = [local.bucket_arn]
    },
    {
      Sid      = "Api"
      Action   = ["apigateway:GET"]
      Resource = [for path in ["apis", "domainnames", "tags"] : "arn:${local.partition}:apigateway:*::/${path}/*"]
    },
    {
      # GetFunction also returns the code.
      Sid = "Functions"
      Action = [
        "lambda:GetAlias", "lambda:GetFunction", "lambda:GetFunctionCodeSigningConfig", "lambda:GetFunctionEventInvokeConfig",
        "lambda:GetFunctionRecursionConfig", "lambda:GetPolicy", "lambda:GetRuntimeManagementConfig", "lambda:ListAliases",
        "lambda:ListVersionsByFunction",
      ]
      Resource = ["arn:${local.partition}:lambda:*:${local.account}:function:async-chat-*"]
    },
    {
      Sid      = "EventSources"
      Action   = ["lambda:GetEventSourceMapping", "lambda:ListTags"]
      Resource = ["arn:${local.partition}:lambda:*:${local.account}:event-source-mapping:*"]
    },
    {
      Sid      = "EventBuses"
      Action   = ["events:DescribeEventBus", "events:ListTagsForResource"]
      Resource = ["arn:${local.partition}:events:*:${local.account}:event-bus/async-chat-*"]
    },
    {
      # Which models are behind a workspace's inference profile.
      Sid    = "InferenceProfiles"
      Action = ["bedrock:GetInferenceProfile"]
      Resource = [for kind in ["inference-profile", "application-inference-profile"] :
        "arn:${local.partition}:bedrock:*:${local.account}:${kind}/*"
      ]
    },
    {
      Sid      = "Roles"
      Action   = ["iam:GetRole", "iam:GetRolePolicy", "iam:ListAttachedRolePolicies", "iam:ListRolePolicies"]
      Resource = ["arn:${local.partition}:iam::${local.account}:role/async-chat-*"]
    },
    {
      Sid      = "Tables"
      Action   = ["dynamodb:DescribeContinuousBackups", "dynamodb:DescribeTable", "dynamodb:DescribeTimeToLive"]
      Resource = ["arn:${local.partition}:dynamodb:*:${local.account}:table/async-chat-*"]
    },
    {
      Sid      = "Queues"
      Action   = ["sqs:GetQueueAttributes", "sqs:ListQueueTags"]
      Resource = ["arn:${local.partition}:sqs:*:${local.account}:async-chat-*"]
    },
    {
      Sid      = "Topics"
      Action   = ["sns:GetTopicAttributes"]
      Resource = ["arn:${local.partition}:sns:*:${local.account}:async-chat-*"]
    },
    {
      # The pool and its clients, not its users.
      Sid      = "UserPools"
      Action   = ["cognito-idp:DescribeResourceServer", "cognito-idp:DescribeUserPool", "cognito-idp:DescribeUserPoolClient", "cognito-idp:GetUserPoolMfaConfig"]
      Resource = ["arn:${local.partition}:cognito-idp:*:${local.account}:userpool/*"]
    },
    {
      Sid      = "Keys"
      Action   = ["kms:DescribeKey", "kms:GetKeyPolicy", "kms:GetKeyRotationStatus", "kms:ListResourceTags"]
      Resource = ["arn:${local.partition}:kms:*:${local.account}:key/*"]
    },
    {
      # Which models an inference profile stands for.
      Sid      = "InferenceProfiles"
      Action   = ["bedrock:GetInferenceProfile"]
      Resource = [for kind in ["inference-profile", "application-inference-profile"] : "arn:${local.partition}:bedrock:*:${local.account}:${kind}/*"]
    },
    {
      Sid      = "Budgets"
      Action   = ["budgets:ListTagsForResource", "budgets:ViewBudget"]
      Resource = ["arn:${local.partition}:budgets::${local.account}:budget/async-chat-*"]
    },
    {
      # Some have no resource-level permissions. The others tell names, tags and retention of any log group, topic or alarm, subscribers, and
      # what a dashboard shows; what is logged needs other actions.
      Sid = "AnyResource"
      Action = [
        "cloudwatch:DescribeAlarms", "cloudwatch:DescribeInsightRules", "cloudwatch:GetDashboard", "cloudwatch:ListTagsForResource", "cognito-idp:DescribeUserPoolDomain",
        "dynamodb:ListTagsOfResource", "kms:ListAliases", "lambda:ListEventSourceMappings", "logs:DescribeLogGroups",
        "logs:ListTagsForResource", "servicequotas:GetAWSDefaultServiceQuota", "servicequotas:GetServiceQuota",
        "sns:GetSubscriptionAttributes", "sns:ListTagsForResource",
      ]
      Resource = ["*"]
    },
  ]
}

resource "aws_iam_role" "plan" {
  #checkov:skip=CKV_AWS_393:The rule looks for the slash of owner/name, which is in the variable; its validation takes nothing else
  count = var.repository == null ? 0 : 1

  name        = "async-chat-plan"
  description = "Plans pull requests and releases of ${var.repository}"

  # A release's plan runs on its tag. An environment, a branch or another tag of the repository has another subject. The provider is one for each account.
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Federated = "arn:${local.partition}:iam::${local.account}:oidc-provider/token.actions.githubusercontent.com" }
      Action    = "sts:AssumeRoleWithWebIdentity"
      Condition = {
        StringEquals = { "token.actions.githubusercontent.com:aud" = "sts.amazonaws.com" }
        StringLike   = { "token.actions.githubusercontent.com:sub" = ["repo:${var.repository}:pull_request", "repo:${var.repository}:ref:refs/tags/v*"] }
      }
    }]
  })
}

resource "aws_iam_role_policy" "plan" {
  count = var.repository == null ? 0 : 1

  name = "reads-no-data"
  role = aws_iam_role.plan[0].name
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = concat(
      [for statement in local.plan_statements : merge({ Effect = "Allow" }, statement)],
      [{
        # Lambda decrypts a function's variables with the caller's permissions; without them a plan would change all of them.
        Sid       = "FunctionsVariables"
        Effect    = "Allow"
        Action    = ["kms:Decrypt"]
        Resource  = ["arn:${local.partition}:kms:*:${local.account}:key/*"]
        Condition = { StringLike = { "kms:ViaService" = "lambda.*.amazonaws.com" } }
      }],
    )
  })
}
