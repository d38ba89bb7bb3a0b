# The names under which the functions embed their figures in their logs, all with the dimension Workspace.
# Times are milliseconds.
locals {
  metrics_namespace = "AsyncChat"

  metrics = {
    asks      = "Asks"           # questions accepted
    away      = "TurnedAway"     # asks and retries refused, as every worker was busy
    polls     = "Polls"          # polls answered, unchanged ones included
    answered  = "TurnsAnswered"  # turns by end
    failed    = "TurnsFailed"    #
    cancelled = "TurnsCancelled" #
    queued    = "QueueWait"      # from the question to its worker's claim
    reasoned  = "ReasoningTime"  # from the claim to the end
    answering = "TimeToAnswer"   # from the question to its answer, as the person waits for it
  }
}
