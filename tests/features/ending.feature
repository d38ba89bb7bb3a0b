Feature: Every turn ends exactly once
  Whatever happens to the worker, by its deadline a turn is answered, failed or cancelled; nothing later changes what
  polls have shown.

  Background:
    Given Alice remembers "The stopcock is behind the washing machine."

  @wire
  Scenario: A turn without an answer fails at its deadline
    Given a turn may think for 5 seconds
    And the agent takes 56 seconds
    And Alice has asked "Where is the stopcock?"
    When 5 seconds pass
    Then Alice sees that the turn failed with "timed_out"

  # On Lambda the agent's time limit prevents a late answer; in process there is no time limit.
  @in-process-only
  Scenario: A late answer is never shown, even if no poll came at the deadline
    Given the agent takes 80 seconds
    And Alice has asked "Where is the stopcock?"
    When 85 seconds pass
    Then Alice sees that the turn failed with "timed_out"
    And Alice sees a chat that is "failed"
      | user | Where is the stopcock? |

  # As above.
  @in-process-only
  Scenario: A late answer does not change a failure that a poll has shown
    Given the agent takes 80 seconds
    And Alice has asked "Where is the stopcock?"
    And 70 seconds pass
    And Alice sees that the turn failed with "timed_out"
    When 15 seconds pass
    Then Alice sees a chat that is "failed"
      | user | Where is the stopcock? |

  @wire
  Scenario: The turn of a killed worker fails within seconds
    Given the agent takes 56 seconds
    And Alice has asked "Where is the stopcock?"
    And Alice polls until a worker has started
    When the worker is killed
    And Alice polls until the turn has ended
    Then Alice sees that the turn failed with "worker_died"

  Scenario: A chat accepts a question after a failed turn
    Given Alice has asked "Where is the stopcock?", and it failed
    When Alice asks "Where is that stopcock?" in the chat
    And Alice polls until the turn has ended
    Then Alice sees a chat that is "answered"
      | user      | Where is the stopcock?     |
      | user      | Where is that stopcock?    |
      | assistant | behind the washing machine |

  # The local stack's agent never raises.
  @in-process-only
  Scenario: The user is not shown the error of an agent
    Given the agent raises an error with the text "AccessDenied: table prod-memories"
    And Alice has asked "Where is the stopcock?"
    When 3 seconds pass
    Then Alice sees that the turn failed with "agent_failed"
    And the chat does not contain "AccessDenied"

  # On a stack, Lambda's delivery cannot be held back.
  @in-process-only
  Scenario: A turn whose event is lost fails at its deadline
    Given events to workers are held back
    And Alice has asked "Where is the stopcock?"
    When 70 seconds pass
    Then Alice sees that the turn failed with "timed_out"

  # As above.
  @in-process-only
  Scenario: An event delivered after the deadline does not run the agent
    Given events to workers are held back
    And Alice has asked "Where is the stopcock?"
    And 70 seconds pass
    When the event is delivered
    And 5 seconds pass
    Then Alice sees a chat that is "failed"
      | user | Where is the stopcock? |
    And the agent did not reason

  # On a stack, a test cannot make Lambda deliver twice, and does not know the event's token.
  @in-process-only
  Scenario Outline: An event delivered twice is processed once
    Given the agent takes 20 seconds
    And Alice has asked "Where is the stopcock?"
    When <first> seconds pass
    And the event is delivered again
    And 60 seconds pass
    Then Alice sees a chat that is "answered"
      | user      | Where is the stopcock?     |
      | assistant | behind the washing machine |
    And the agent reasoned once

    Examples:
      | first |
      | 0     |
      | 5     |
      | 30    |

  # On a stack, no test can write a newer dispatcher's events; tests/e2e/test_releases.py replaces the package in mid-turn.
  @in-process-only
  Scenario: The turn of an event that is too new for its worker fails within seconds
    Given the dispatcher is a release ahead of the worker
    And Alice has asked "Where is the stopcock?"
    When 5 seconds pass
    Then Alice sees that the turn failed with "worker_died"
    And the agent did not reason
