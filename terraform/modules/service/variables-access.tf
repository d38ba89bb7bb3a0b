# Who may call the API, and from where.
variable "cors_origins" {
  description = "Web origins that may call the API from a browser (CORS), as https://host. None by default: the chat page is served from the API's own origin."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for origin in var.cors_origins : can(regex("^https://[^/*]+$|^http://localhost(:[0-9]+)?$", origin))])
    error_message = "Each origin must be https://host or http://localhost:port, without a path or a wildcard."
  }
}

variable "operators" {
  description = "Makes a role for those who run the service: it reads logs and slots, and stops turns. `trusted`: the ARNs of IAM principals that may assume it; `read_chats`: it may also read what people wrote. null: no role."
  type        = object({ trusted = list(string), read_chats = optional(bool, false) })
  default     = null

  validation {
    condition     = var.operators == null || try(length(var.operators.trusted) > 0 && alltrue([for arn in var.operators.trusted : can(regex("^arn:[a-z-]+:(iam|sts)::[0-9]{12}:(root|(user|role|assumed-role)/[A-Za-z0-9+=,.@_/-]+)$", arn))]), false)
    error_message = "operators.trusted must name IAM principals by their ARNs, and no wildcard."
  }
}

variable "domain" {
  description = "The API's own domain name, and the ARN of its certificate in ACM in the same region. The default address of API Gateway is switched off, so that the API has one address, also when it is made anew. null: the default address."
  type        = object({ name = string, certificate_arn = string })
  default     = null

  validation {
    condition     = var.domain == null || try(can(regex("^([a-z0-9]([a-z0-9-]*[a-z0-9])?\\.)+[a-z]{2,}$", var.domain.name)) && can(regex("^arn:[a-z-]+:acm:[a-z0-9-]+:[0-9]{12}:certificate/[0-9a-f-]+$", var.domain.certificate_arn)), false)
    error_message = "domain must have a name in lower case, such as chat.example.org, and the ARN of a certificate in ACM."
  }
}

variable "oidc_issuer" {
  description = "Your own OpenID Connect issuer instead of a Cognito user pool: the `iss` claim of its tokens. It must sign with RSA; API Gateway rejects other algorithms."
  type        = string
  default     = null

  validation {
    condition     = var.oidc_issuer == null || can(regex("^https://[^/?#*]+[^?#*]*$", var.oidc_issuer))
    error_message = "oidc_issuer must be an https:// URL without query and fragment."
  }
}

variable "user_pool" {
  description = "An existing Cognito user pool of the same region instead of an own one, and the app clients whose tokens are accepted. It must define the scopes."
  type        = object({ id = string, client_ids = list(string) })
  default     = null

  validation {
    condition     = var.user_pool == null || (var.oidc_issuer == null && try(length(var.user_pool.client_ids), 0) > 0 && can(regex("^[a-z0-9-]+_[0-9A-Za-z]+$", var.user_pool.id)))
    error_message = "user_pool requires an id such as eu-west-1_AbCdEfGhI and at least one of client_ids, and excludes oidc_issuer."
  }
}

variable "oidc_audiences" {
  description = "The audience (`aud`) of your issuer's access tokens: its identifier for this API. Never a client id: that is the audience of id tokens."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition     = (var.oidc_issuer == null) == (length(var.oidc_audiences) == 0)
    error_message = "Set both oidc_issuer and oidc_audiences, or neither."
  }
}

variable "scope_prefix" {
  description = "Prefix of the OAuth scopes chats.read, chats.write, memories.read and memories.write, for your own issuer or an existing user pool."
  type        = string
  default     = "async-chat/"
  nullable    = false

  validation {
    condition     = can(regex("^[!#-\\[\\]-~]*$", var.scope_prefix)) && (var.oidc_issuer != null || var.user_pool != null || var.scope_prefix == "async-chat/")
    error_message = "scope_prefix must not contain spaces, quotes or backslashes. With the own Cognito user pool it must be async-chat/."
  }
}

variable "callback_urls" {
  description = "OAuth redirect URLs of the hosted sign-in in addition to the chat page: https://, or http://localhost for tools on a developer's machine."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for url in var.callback_urls : can(regex("^(https://|http://localhost[:/])[^*#]*$", url))])
    error_message = "Each callback URL must begin with https:// or http://localhost and contain no wildcard and no fragment."
  }
}

variable "page_sign_in" {
  description = "How the chat page signs in with your own issuer or an existing user pool: a public OAuth client that allows the authorization code flow with PKCE, with the chat page as its redirect URL."
  type = object({
    authorize_url = string
    token_url     = string
    client_id     = string
    scope         = string
  })
  default = null

  validation {
    condition     = var.page_sign_in == null || ((var.oidc_issuer != null || var.user_pool != null) && alltrue([for url in try([var.page_sign_in.authorize_url, var.page_sign_in.token_url], []) : can(regex("^https://[^?#*]+$", url))]))
    error_message = "page_sign_in requires oidc_issuer or user_pool, and its URLs must begin with https://."
  }
}

variable "demo_password" {
  description = "Password of the demo users alice and bob, whom the chat page signs in with one click. Not a secret: the page contains it. On the embedded AWS only."
  type        = string
  default     = null

  validation {
    condition     = var.demo_password == null || local.embedded
    error_message = "demo_password is allowed on the embedded AWS only: the chat page shows it to everyone."
  }
}
