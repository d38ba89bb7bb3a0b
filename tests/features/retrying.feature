Feature: Retrying
  A question that failed or was cancelled is run again without being typed, or saved, a second time.

  Background:
    Given Alice remembers "Priya's birthday is on 9 May, she is fond of figs."

  @wire
  Scenario: A failed turn is retried
    Given Alice has asked "When is Priya's birthday?", and it failed
    When Alice retries
    Then she is told that the turn is "thinking"
    When Alice polls as told until the turn has ended
    Then Alice sees a chat that is "answered"
      | user      | When is Priya's birthday? |
      | assistant | on 9 May                  |

  Scenario: A cancelled turn is retried
    Given the agent takes 8 seconds
    And Alice has asked "When is Priya's birthday?"
    And Alice cancels the turn
    When Alice retries
    And Alice polls as told until the turn has ended
    Then Alice sees a chat that is "answered"
      | user      | When is Priya's birthday? |
      | assistant | on 9 May                  |

  Scenario: A turn that timed out is retried
    Given a turn may think for 5 seconds
    And the agent takes 56 seconds
    And Alice has asked "When is Priya's birthday?"
    And 6 seconds pass
    When Alice retries
    Then Alice sees a chat that is "thinking"
      | user | When is Priya's birthday? |

  # Over HTTP nobody can keep Lambda from delivering.
  @in-process-only
  Scenario: The event of the turn before has no part in the retry
    Given no event reaches a worker
    And Alice has asked "When is Priya's birthday?"
    And Alice cancels the turn
    When the event arrives
    And Alice retries
    And 5 seconds pass
    Then Alice sees a chat that is "thinking"
      | user | When is Priya's birthday? |

  Scenario: A retry that cannot start its worker can be retried
    Given Alice has asked "When is Priya's birthday?", and it failed
    And no worker can be started
    And Alice retries
    And she is refused with 503 "try_again"
    And Alice sees that the turn failed as "not_started"
    When workers can be started again
    And Alice retries
    And Alice polls as told until the turn has ended
    Then Alice sees a chat that is "answered"
      | user      | When is Priya's birthday? |
      | assistant | on 9 May                  |

  @code-nothing_to_retry
  Scenario: There is nothing to retry about an answer
    Given Alice has the answer to "When is Priya's birthday?"
    And what is stored and started is noted
    When Alice retries
    Then she is refused with 409 "nothing_to_retry"
    And nothing more is stored or started

  @code-chat_busy
  Scenario: A turn that is thinking is not retried
    Given the agent takes 56 seconds
    And Alice has asked "When is Priya's birthday?"
    When Alice retries
    Then she is refused with 409 "chat_busy"

  @code-chat_forbidden
  Scenario: Nobody retries another user's turn
    Given Alice has asked "When is Priya's birthday?", and it failed
    And what is stored and started is noted
    When Bob retries
    Then he is refused with 403 "chat_forbidden"
    And nothing more is stored or started

  @code-chat_not_found
  Scenario: Nobody retries in a chat that does not exist
    When Alice calls "POST /chats/01KA0000000000000000000000/retry"
    Then she is refused with 404 "chat_not_found"
