Feature: Repeating an ask with the same Idempotency-Key
  A connection may break after the service has received the question. The app then repeats the ask with the same key and
  gets the same turn, however often it repeats it.

  Background:
    Given Alice remembers "Emil's swimming lessons are on Tuesdays at half past four."

  @wire
  Scenario: A repeated ask gets the first response again
    When Alice asks with the key "tap-1": "When does Emil swim?"
    And Alice asks again with the key "tap-1": "When does Emil swim?"
    And Alice polls until the turn has ended
    Then both responses are the same and the second is marked as a replay
    And Alice sees a chat that is "answered"
      | user      | When does Emil swim?       |
      | assistant | Tuesdays at half past four |
    And Alice has 1 chat

  Scenario: An ask repeated after the answer starts no worker
    Given Alice asks with the key "tap-1": "When does Emil swim?"
    And Alice polls until the turn has ended
    And the stored data and started workers are recorded
    When Alice asks again with the key "tap-1": "When does Emil swim?"
    Then both responses are the same and the second is marked as a replay
    And nothing more is stored or started

  Scenario: An ask repeated in an existing chat asks once
    Given Alice has the answer to "When does Emil swim?"
    When Alice asks in the chat with the key "tap-2": "And at what time?"
    And Alice asks again in the chat with the key "tap-2": "And at what time?"
    And Alice polls until the turn has ended
    Then Alice sees a chat that is "answered"
      | user      | When does Emil swim?       |
      | assistant | Tuesdays at half past four |
      | user      | And at what time?          |
      | assistant |                            |

  @wire
  Scenario: A repeated ask starts the worker that the first attempt could not start
    Given no worker can be started
    And Alice asks with the key "tap-1": "When does Emil swim?"
    And she is refused with 503 "try_again"
    When workers can be started again
    And Alice asks again with the key "tap-1": "When does Emil swim?"
    Then the response is marked as a replay
    When Alice finds the chat "When does Emil swim?" in the list
    And Alice polls until the turn has ended
    Then Alice sees a chat that is "answered"
      | user      | When does Emil swim?       |
      | assistant | Tuesdays at half past four |

  # On a stack, Lambda's delivery cannot be held back.
  @in-process-only
  Scenario: A repeated ask sends a new event when the first was lost
    Given events to workers are held back
    And Alice asks with the key "tap-1": "When does Emil swim?"
    And the event is lost
    When Alice asks again with the key "tap-1": "When does Emil swim?"
    And the event is delivered
    And Alice polls until the turn has ended
    Then Alice sees a chat that is "answered"
      | user      | When does Emil swim?       |
      | assistant | Tuesdays at half past four |

  Scenario: A repeated ask does not restart a cancelled turn
    Given the agent takes 56 seconds
    And Alice asks with the key "tap-1": "When does Emil swim?"
    And Alice cancels the turn
    When Alice asks again with the key "tap-1": "When does Emil swim?"
    Then the response is marked as a replay
    And Alice sees a chat that is "cancelled"
      | user | When does Emil swim? |

  @wire @code-idempotency_key_reused
  Scenario: A key cannot be reused for another question
    Given Alice asks with the key "tap-1": "When does Emil swim?"
    And Alice polls until the turn has ended
    And the stored data and started workers are recorded
    When Alice asks with the key "tap-1": "When does Nora swim?"
    Then she is refused with 422 "idempotency_key_reused"
    And nothing more is stored or started

  @code-idempotency_key_reused
  Scenario: A key cannot be reused for another chat
    Given Alice asks with the key "tap-1": "When does Emil swim?"
    And Alice polls until the turn has ended
    And the stored data and started workers are recorded
    When Alice asks in the chat with the key "tap-1": "When does Emil swim?"
    Then she is refused with 422 "idempotency_key_reused"
    And nothing more is stored or started

  Scenario: Two users may use the same key
    Given Alice asks with the key "tap-1": "When does Emil swim?"
    When Bob asks with the key "tap-1": "When does Emil swim?"
    Then the response is not marked as a replay

  # On a stack, the test would take a day.
  @in-process-only
  Scenario: A key expires after a day
    Given Alice asks with the key "tap-1": "When does Emil swim?"
    And 86400 seconds pass
    When Alice asks with the key "tap-1": "When does Nora swim?"
    Then the response is not marked as a replay

  @wire @code-invalid_request
  Scenario: A key of more than 255 characters is refused
    Given the stored data and started workers are recorded
    When Alice asks with a key of 256 characters
    Then she is refused with 400 "invalid_request"
    And nothing more is stored or started
