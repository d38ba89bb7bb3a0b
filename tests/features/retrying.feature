Feature: Retrying
  A failed or cancelled question is run again without being typed or saved a second time.

  Background:
    Given Alice remembers "Priya's birthday is on 9 May, she is fond of figs."

  @wire
  Scenario: A failed turn is retried
    Given Alice has asked "When is Priya's birthday?", and it failed
    When Alice retries
    Then the response says that the turn is "thinking"
    When Alice polls until the turn has ended
    Then Alice sees a chat that is "answered"
      | user      | When is Priya's birthday? |
      | assistant | on 9 May                  |

  Scenario: A cancelled turn is retried
    Given the agent takes 8 seconds
    And Alice has asked "When is Priya's birthday?"
    And Alice cancels the turn
    When Alice retries
    And Alice polls until the turn has ended
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

  # On a stack, Lambda's delivery cannot be held back.
  @in-process-only
  Scenario: The event of the earlier turn does not start the retry
    Given events to workers are held back
    And Alice has asked "When is Priya's birthday?"
    And Alice cancels the turn
    When the event is delivered
    And Alice retries
    And 5 seconds pass
    Then Alice sees a chat that is "thinking"
      | user | When is Priya's birthday? |

  Scenario: A retry that could not start a worker can be retried
    Given Alice has asked "When is Priya's birthday?", and it failed
    And no worker can be started
    And Alice retries
    And she is refused with 503 "try_again"
    And Alice sees that the turn failed with "not_started"
    When workers can be started again
    And Alice retries
    And Alice polls until the turn has ended
    Then Alice sees a chat that is "answered"
      | user      | When is Priya's birthday? |
      | assistant | on 9 May                  |

  @code-nothing_to_retry
  Scenario: Retrying an answered turn is refused
    Given Alice has the answer to "When is Priya's birthday?"
    And the stored data and started workers are recorded
    When Alice retries
    Then she is refused with 409 "nothing_to_retry"
    And nothing more is stored or started

  @code-chat_busy
  Scenario: Retrying a thinking turn is refused
    Given the agent takes 56 seconds
    And Alice has asked "When is Priya's birthday?"
    When Alice retries
    Then she is refused with 409 "chat_busy"

  @code-chat_forbidden
  Scenario: Retrying another user's turn is refused
    Given Alice has asked "When is Priya's birthday?", and it failed
    And the stored data and started workers are recorded
    When Bob retries
    Then he is refused with 403 "chat_forbidden"
    And nothing more is stored or started

  @code-chat_not_found
  Scenario: Retrying in an unknown chat is refused
    When Alice calls "POST /chats/01KA0000000000000000000000/retry"
    Then she is refused with 404 "chat_not_found"
