# Who may call, and from where.
variable "cors_origins" {
  description = "Web origins besides the API's own that may call it from a browser, as https://host. None by default: the chat page has the API's origin."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for origin in var.cors_origins : can(regex("^https://[^/*]+$|^http://localhost(:[0-9]+)?$", origin))])
    error_message = "Each origin is https://host or http://localhost:port, without a path and without a wildcard."
  }
}

variable "oidc_issuer" {
  description = "An OpenID Connect issuer of your own, as its tokens name it, instead of a Cognito user pool. It signs with RSA; others are refused by API Gateway."
  type        = string
  default     = null

  validation {
    condition     = var.oidc_issuer == null || can(regex("^https://[^/?#*]+[^?#*]*$", var.oidc_issuer))
    error_message = "oidc_issuer is an https:// address without query and fragment."
  }
}

variable "oidc_audiences" {
  description = "Whom the issuer's access tokens are for: the identifier that it has for this API. Never a client's id: id tokens are for that."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition     = (var.oidc_issuer == null) == (length(var.oidc_audiences) == 0)
    error_message = "oidc_issuer and oidc_audiences go together: set both or neither."
  }
}

variable "scope_prefix" {
  description = "What stands before chats.read, chats.write, memories.read and memories.write in the scopes of the tokens. An issuer of your own may name them otherwise."
  type        = string
  default     = "async-chat/"
  nullable    = false

  validation {
    condition     = can(regex("^[!#-\\[\\]-~]*$", var.scope_prefix)) && (var.oidc_issuer != null || var.scope_prefix == "async-chat/")
    error_message = "scope_prefix has no spaces, quotes or backslashes; the pool that comes with the project names its scopes async-chat/..."
  }
}

variable "callback_urls" {
  description = "Where the hosted sign-in may return to, besides the API's own page: https:// addresses, or http://localhost for tools on a desk."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for url in var.callback_urls : can(regex("^(https://|http://localhost[:/])[^*#]*$", url))])
    error_message = "Each callback URL begins with https:// or http://localhost and holds neither wildcard nor fragment."
  }
}

variable "page_sign_in" {
  description = "Where the chat page signs in at an issuer of your own: an OAuth client without a secret that allows the authorization code with PKCE and returns to the API's own page."
  type = object({
    authorize_url = string
    token_url     = string
    client_id     = string
    scope         = string
  })
  default = null

  validation {
    condition     = var.page_sign_in == null || (var.oidc_issuer != null && alltrue([for url in try([var.page_sign_in.authorize_url, var.page_sign_in.token_url], []) : can(regex("^https://[^?#*]+$", url))]))
    error_message = "page_sign_in goes with oidc_issuer, and its addresses begin with https://."
  }
}

variable "demo_password" {
  description = "The password of alice and bob, with which the chat page signs them in at one click. No secret: the page hands it to everyone. Only in workspace local."
  type        = string
  default     = null

  validation {
    condition     = var.demo_password == null || terraform.workspace == "local"
    error_message = "demo_password opens the demo users' accounts to everyone: only workspace local takes it."
  }
}
