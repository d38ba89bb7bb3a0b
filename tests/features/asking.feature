Feature: Asking
  API Gateway cuts a request at 29 seconds, and the agent takes 56. So an ask only stores the question and starts a
  worker; the app polls for the answer.

  Background:
    Given Alice remembers "Parked the blue Volvo on level 3, bay 12, near the lift."

  @wire
  Scenario: An ask responds at once, long before the answer is ready
    Given the agent takes 56 seconds
    And the service is warm
    When Alice asks "Where is the Volvo parked?"
    Then the response holds only the chat's id and the status "thinking"
    And the response says where and when to poll
    And the response took less than 2 seconds

  Scenario: The question is saved before the ask responds
    Given the agent takes 56 seconds
    When Alice asks "Where is the Volvo parked?"
    Then Alice sees a chat that is "thinking"
      | user | Where is the Volvo parked? |

  @wire
  Scenario: An answer that takes longer than API Gateway allows arrives by polling
    Given the agent takes 56 seconds
    And the service is warm
    When Alice asks "Where is the Volvo parked?"
    And Alice polls until the turn has ended
    Then Alice sees a chat that is "answered"
      | user      | Where is the Volvo parked? |
      | assistant | level 3, bay 12            |
    And the answer was saved more than 29 and at most 70 seconds after the question
    And the poll showed the answer within 3 seconds after it was saved
    And the answer cites the memory "Parked the blue Volvo on level 3, bay 12, near the lift."

  Scenario: A second question continues the chat
    Given Alice has the answer to "Where is the Volvo parked?"
    When Alice asks "And near what is the Volvo?" in the chat
    And Alice polls until the turn has ended
    Then Alice sees a chat that is "answered"
      | user      | Where is the Volvo parked?  |
      | assistant | level 3, bay 12             |
      | user      | And near what is the Volvo? |
      | assistant | near the lift               |

  Scenario: The same text asked twice is two questions
    Given Alice has the answer to "ok"
    When Alice asks "ok" in the chat
    And Alice polls until the turn has ended
    Then Alice sees a chat that is "answered"
      | user      | ok |
      | assistant |    |
      | user      | ok |
      | assistant |    |

  Scenario: White space around a question is removed
    When Alice sends the ask {"question": "  Where is\nthe Volvo?\t\n"}
    Then Alice sees her question as "Where is\nthe Volvo?"

  @code-question_missing
  Scenario: An empty question is refused
    Given the stored data and started workers are recorded
    When Alice sends the ask {"question": " "}
    Then she is refused with 400 "question_missing"
    And nothing more is stored or started

  @wire @code-question_too_long
  Scenario Outline: A question of more than 8,000 characters is refused
    Given the stored data and started workers are recorded
    When Alice asks a question of 8001 times "<character>"
    Then she is refused with 413 "question_too_long"
    And nothing more is stored or started

    Examples:
      | character |
      | w         |
      | 🚗        |

  @wire
  Scenario: A question of 8,000 characters is accepted
    When Alice asks a question of 8000 times "🚗"
    Then Alice sees all 8000 characters of her question

  @wire @code-chat_forbidden
  Scenario: A question in another user's chat is refused
    Given Alice has the answer to "Where is the Volvo parked?"
    And the stored data and started workers are recorded
    When Bob asks "And what else does she keep there?" in the chat
    Then he is refused with 403 "chat_forbidden"
    And nothing more is stored or started

  @code-chat_not_found
  Scenario: A question in an unknown chat is refused
    Given the stored data and started workers are recorded
    When Alice asks "Are you there?" in the chat "01KA0000000000000000000000"
    Then she is refused with 404 "chat_not_found"
    And nothing more is stored or started

  @wire @code-try_again
  Scenario: When no worker can be started, the ask is refused and its turn fails at once
    Given no worker can be started
    When Alice asks "Where is the Volvo parked?"
    Then she is refused with 503 "try_again"
    When Alice finds the chat "Where is the Volvo parked?" in the list
    Then Alice sees that the turn failed with "not_started"

  @wire @code-try_again
  Scenario: When the store cannot be reached, the ask is refused and nothing is saved
    Given the stored data and started workers are recorded
    And an ask cannot reach the store
    When Alice asks "Where is the Volvo parked?"
    Then she is refused with 503 "try_again"
    And nothing more is stored or started
