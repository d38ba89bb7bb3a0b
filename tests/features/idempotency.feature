Feature: An ask that is repeated with its Idempotency-Key is one ask
  Connections break after the question has left the phone. The app then sends the same ask again, with the same key, and
  gets one turn for it, however often it does.

  Background:
    Given Alice remembers "Emil's swimming lessons are on Tuesdays at half past four."

  @wire
  Scenario: The repetition gets the first answer again
    When Alice asks, with the key "tap-1", "When does Emil swim?"
    And Alice asks again, with the key "tap-1", "When does Emil swim?"
    And Alice polls as told until the turn has ended
    Then she was told the same twice, the second time as a replay
    And Alice sees a chat that is "answered"
      | user      | When does Emil swim?       |
      | assistant | Tuesdays at half past four |
    And Alice has 1 chat

  Scenario: A repetition after the answer starts nothing
    Given Alice asks, with the key "tap-1", "When does Emil swim?"
    And Alice polls as told until the turn has ended
    And what is stored and started is noted
    When Alice asks again, with the key "tap-1", "When does Emil swim?"
    Then she was told the same twice, the second time as a replay
    And nothing more is stored or started

  Scenario: A repetition in a chat that goes on asks once
    Given Alice has the answer to "When does Emil swim?"
    When Alice asks in the chat, with the key "tap-2", "And at what time?"
    And Alice asks again in the chat, with the key "tap-2", "And at what time?"
    And Alice polls as told until the turn has ended
    Then Alice sees a chat that is "answered"
      | user      | When does Emil swim?       |
      | assistant | Tuesdays at half past four |
      | user      | And at what time?          |
      | assistant |                            |

  @wire
  Scenario: When the first attempt could not start a worker, the repetition starts it
    Given no worker can be started
    And Alice asks, with the key "tap-1", "When does Emil swim?"
    And she is refused with 503 "try_again"
    When workers can be started again
    And Alice asks again, with the key "tap-1", "When does Emil swim?"
    Then she was answered by a replay
    When Alice finds the chat "When does Emil swim?" in the list
    And Alice polls as told until the turn has ended
    Then Alice sees a chat that is "answered"
      | user      | When does Emil swim?       |
      | assistant | Tuesdays at half past four |

  # Over HTTP nobody can keep Lambda from delivering.
  @in-process-only
  Scenario: When the worker's event was lost, the repetition sends another
    Given no event reaches a worker
    And Alice asks, with the key "tap-1", "When does Emil swim?"
    And the event is lost
    When Alice asks again, with the key "tap-1", "When does Emil swim?"
    And the event arrives
    And Alice polls as told until the turn has ended
    Then Alice sees a chat that is "answered"
      | user      | When does Emil swim?       |
      | assistant | Tuesdays at half past four |

  Scenario: What was cancelled is not started again by a repetition
    Given the agent takes 56 seconds
    And Alice asks, with the key "tap-1", "When does Emil swim?"
    And Alice cancels the turn
    When Alice asks again, with the key "tap-1", "When does Emil swim?"
    Then she was answered by a replay
    And Alice sees a chat that is "cancelled"
      | user | When does Emil swim? |

  @wire @code-idempotency_key_reused
  Scenario: A key stands for one question
    Given Alice asks, with the key "tap-1", "When does Emil swim?"
    And Alice polls as told until the turn has ended
    And what is stored and started is noted
    When Alice asks, with the key "tap-1", "When does Nora swim?"
    Then she is refused with 422 "idempotency_key_reused"
    And nothing more is stored or started

  @code-idempotency_key_reused
  Scenario: A key stands for one chat
    Given Alice asks, with the key "tap-1", "When does Emil swim?"
    And Alice polls as told until the turn has ended
    And what is stored and started is noted
    When Alice asks in the chat, with the key "tap-1", "When does Emil swim?"
    Then she is refused with 422 "idempotency_key_reused"
    And nothing more is stored or started

  Scenario: A key is its user's own
    Given Alice asks, with the key "tap-1", "When does Emil swim?"
    When Bob asks, with the key "tap-1", "When does Emil swim?"
    Then he was not answered by a replay

  # Over HTTP nobody waits for a day.
  @in-process-only
  Scenario: A key is forgotten after a day
    Given Alice asks, with the key "tap-1", "When does Emil swim?"
    And 86400 seconds pass
    When Alice asks, with the key "tap-1", "When does Nora swim?"
    Then she was not answered by a replay

  @wire @code-invalid_request
  Scenario: A key has at most 255 characters
    Given what is stored and started is noted
    When Alice asks with a key of 256 times "k"
    Then she is refused with 400 "invalid_request"
    And nothing more is stored or started
