output "desks" {
  description = "Where each desk's API is, and its user pool."
  value       = { for key, desk in module.desk : key => { api_url = desk.api_url, api_id = desk.api_id, user_pool_id = desk.user_pool_id, client_id = desk.user_pool_client_id } }
}
