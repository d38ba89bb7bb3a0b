# The metrics that the functions write in CloudWatch's embedded metric format, with the dimension Workspace.
# Times are in milliseconds.
locals {
  metrics_namespace = "AsyncChat"

  metrics = {
    asks      = "Asks"             # questions accepted
    rejected  = "TurnedAway"       # questions and retries rejected: all workers were busy
    polls     = "Polls"            # polls, unchanged ones included
    answered  = "TurnsAnswered"    # turns by their end
    failed    = "TurnsFailed"      #
    cancelled = "TurnsCancelled"   #
    rated     = "AnswersRatedGood" # ratings of answers: 1 for a good one, 0 for a bad one, so that the average is the share of good ones
    queued    = "QueueWait"        # from the question to its worker's claim
    reasoned  = "ReasoningTime"    # from the claim to the turn's end
    answering = "TimeToAnswer"     # from the question to its answer: the time that the user waits

    user_over_budget      = "UserOverBudget"      # questions and retries rejected: their user's budget of a minute or a day is used up
    workspace_over_budget = "WorkspaceOverBudget" # the same for the workspace's budget of a day
  }
}
