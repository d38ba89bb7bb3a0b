Feature: A turn always ends, once, in the poller's sight
  Whatever happens to the worker, at its deadline a turn has been answered, has failed or was cancelled; nothing that
  comes later changes what was shown.

  Background:
    Given Alice remembers "The stopcock is behind the washing machine."

  @wire
  Scenario: A turn that still thinks at its deadline has failed
    Given a turn may think for 5 seconds
    And the agent takes 56 seconds
    And Alice has asked "Where is the stopcock?"
    When 5 seconds pass
    Then Alice sees that the turn failed as "timed_out"

  # On Lambda an alarm ends the agent before the deadline: nothing can be late. Here no alarm rings.
  @in-process-only
  Scenario: An answer that is late never shows, although nobody polled at the deadline
    Given the agent takes 80 seconds
    And Alice has asked "Where is the stopcock?"
    When 85 seconds pass
    Then Alice sees that the turn failed as "timed_out"
    And Alice sees a chat that is "failed"
      | user | Where is the stopcock? |

  # As above.
  @in-process-only
  Scenario: An answer that is late changes nothing of what a poll has shown
    Given the agent takes 80 seconds
    And Alice has asked "Where is the stopcock?"
    And 70 seconds pass
    And Alice sees that the turn failed as "timed_out"
    When 15 seconds pass
    Then Alice sees a chat that is "failed"
      | user | Where is the stopcock? |

  @wire
  Scenario: A worker that is killed leaves a turn that fails within seconds
    Given the agent takes 56 seconds
    And Alice has asked "Where is the stopcock?"
    And Alice polls until the worker has begun
    When the worker is killed
    And Alice polls as told until the turn has ended
    Then Alice sees that the turn failed as "worker_died"

  Scenario: After a failed turn the chat goes on
    Given Alice has asked "Where is the stopcock?", and it failed
    When Alice asks "Where is that stopcock?" in the chat
    And Alice polls as told until the turn has ended
    Then Alice sees a chat that is "answered"
      | user      | Where is the stopcock?     |
      | user      | Where is that stopcock?    |
      | assistant | behind the washing machine |

  # The agent of the local stack does not break.
  @in-process-only
  Scenario: An agent that breaks tells the user nothing of how
    Given the agent breaks with "AccessDenied: table prod-memories"
    And Alice has asked "Where is the stopcock?"
    When 3 seconds pass
    Then Alice sees that the turn failed as "agent_failed"
    And nowhere in the chat she reads "AccessDenied"

  # Over HTTP nobody can keep Lambda from delivering.
  @in-process-only
  Scenario: An event that is lost leaves a turn that fails at its deadline
    Given no event reaches a worker
    And Alice has asked "Where is the stopcock?"
    When 70 seconds pass
    Then Alice sees that the turn failed as "timed_out"

  # As above.
  @in-process-only
  Scenario: An event that comes after the deadline starts nothing
    Given no event reaches a worker
    And Alice has asked "Where is the stopcock?"
    And 70 seconds pass
    When the event arrives
    And 5 seconds pass
    Then Alice sees a chat that is "failed"
      | user | Where is the stopcock? |
    And the agent did not reason

  # Over HTTP nobody can make Lambda deliver twice, and the event's token is the service's secret.
  @in-process-only
  Scenario Outline: An event that comes twice is worked on once
    Given the agent takes 20 seconds
    And Alice has asked "Where is the stopcock?"
    When <first> seconds pass
    And the event arrives once more
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
