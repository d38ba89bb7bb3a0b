Feature: Asking
  The gateway gives up after 29 seconds, the agent takes 56. So an ask only stores the question and starts a worker;
  the app gets its answer by polling.

  Background:
    Given Alice remembers "Parked the blue Volvo on level 3, bay 12, near the lift."

  @wire
  Scenario: The ask is answered long before the agent is done
    Given the agent takes 56 seconds
    And the service is warm
    When Alice asks "Where is the Volvo parked?"
    Then she is told her chat's id and "thinking", and nothing else
    And she is told where and when to poll
    And that took less than 2 seconds

  Scenario: The question is saved before the ask is answered
    Given the agent takes 56 seconds
    When Alice asks "Where is the Volvo parked?"
    Then Alice sees a chat that is "thinking"
      | user | Where is the Volvo parked? |

  @wire
  Scenario: A worker reasons for longer than the gateway waits, and its answer is there in time
    Given the agent takes 56 seconds
    And the service is warm
    When Alice asks "Where is the Volvo parked?"
    And Alice polls as told until the turn has ended
    Then Alice sees a chat that is "answered"
      | user      | Where is the Volvo parked? |
      | assistant | level 3, bay 12            |
    And the answer came more than 29 and at most 70 seconds after the question
    And she saw the answer within 3 seconds of its being saved
    And the answer cites the memory "Parked the blue Volvo on level 3, bay 12, near the lift."

  Scenario: One question follows another in the same chat
    Given Alice has the answer to "Where is the Volvo parked?"
    When Alice asks "And near what is the Volvo?" in the chat
    And Alice polls as told until the turn has ended
    Then Alice sees a chat that is "answered"
      | user      | Where is the Volvo parked?  |
      | assistant | level 3, bay 12             |
      | user      | And near what is the Volvo? |
      | assistant | near the lift               |

  Scenario: The same words twice are two questions
    Given Alice has the answer to "ok"
    When Alice asks "ok" in the chat
    And Alice polls as told until the turn has ended
    Then Alice sees a chat that is "answered"
      | user      | ok |
      | assistant |    |
      | user      | ok |
      | assistant |    |

  Scenario: The white space around a question is no part of it
    When Alice sends the ask {"question": "  Where is\nthe Volvo?\t\n"}
    Then Alice sees her question as "Where is\nthe Volvo?"

  @code-question_missing
  Scenario: Without a question there is nothing to ask
    Given what is stored and started is noted
    When Alice sends the ask {"question": " "}
    Then she is refused with 400 "question_missing"
    And nothing more is stored or started

  @wire @code-question_too_long
  Scenario Outline: A question has at most 8,000 characters
    Given what is stored and started is noted
    When Alice asks a question of 8001 times "<character>"
    Then she is refused with 413 "question_too_long"
    And nothing more is stored or started

    Examples:
      | character |
      | w         |
      | 🚗        |

  @wire
  Scenario: A question of 8,000 characters is taken
    When Alice asks a question of 8000 times "🚗"
    Then Alice sees all 8000 characters of it

  @wire @code-chat_forbidden
  Scenario: Nobody asks in another user's chat
    Given Alice has the answer to "Where is the Volvo parked?"
    And what is stored and started is noted
    When Bob asks "And what else does she keep there?" in the chat
    Then he is refused with 403 "chat_forbidden"
    And nothing more is stored or started

  @code-chat_not_found
  Scenario: Nobody asks in a chat that does not exist
    Given what is stored and started is noted
    When Alice asks "Is anybody there?" in the chat "01KA0000000000000000000000"
    Then she is refused with 404 "chat_not_found"
    And nothing more is stored or started

  @wire @code-try_again
  Scenario: When no worker can be started the ask fails cleanly, and its turn does not hang
    Given no worker can be started
    When Alice asks "Where is the Volvo parked?"
    Then she is refused with 503 "try_again"
    When Alice finds the chat "Where is the Volvo parked?" in the list
    Then Alice sees that the turn failed as "not_started"

  @wire @code-try_again
  Scenario: When the store cannot be reached nothing is half done
    Given what is stored and started is noted
    And an ask cannot reach the store
    When Alice asks "Where is the Volvo parked?"
    Then she is refused with 503 "try_again"
    And nothing more is stored or started
