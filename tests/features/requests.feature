Feature: What the service cannot use
  Whatever comes in, the caller gets a problem with a stable code, and nothing is stored or started.

  @code-invalid_request
  Scenario: An ask that cannot be read is refused
    Given what is stored and started is noted
    When Alice sends the ask {"question": "Where are my keys?"
    Then she is refused with 400 "invalid_request"
    And nothing more is stored or started

  @wire
  Scenario Outline: Any script and any sign is a question
    When Alice asks "<question>"
    Then Alice sees a chat whose question is "<question>"

    Examples:
      | question                        |
      | איפה המפתחות שלי?               |
      | 鍵はどこですか                      |
      | 👩‍👩‍👧 where? 🗝️                  |
      | <b>'; DROP TABLE keys; --</b>   |

  Scenario: Fields that nobody knows are ignored
    When Alice sends the ask {"question": "Where are my keys?", "user_id": "bob", "mood": "hurried"}
    Then Alice sees a chat whose question is "Where are my keys?"

  @wire @code-body_too_large
  Scenario: A body larger than any question is refused
    Given what is stored and started is noted
    When Alice sends an ask of 1000000 bytes
    Then she is refused with 413 "body_too_large"
    And nothing more is stored or started

  @wire @code-unsupported_media_type
  Scenario: Only JSON is read
    Given what is stored and started is noted
    When Alice sends the ask {"question": "Where are my keys?"} as "text/plain"
    Then she is refused with 415 "unsupported_media_type"
    And nothing more is stored or started

  @wire
  Scenario: JSON may name its encoding
    When Alice sends the ask {"question": "Where are my keys?"} as "Application/JSON; charset=utf-8"
    Then Alice sees a chat whose question is "Where are my keys?"

  @wire @code-route_not_found
  Scenario: What is nowhere is not found
    When Alice calls "POST /memories/chat/again"
    Then she is refused with 404 "route_not_found"

  @wire @code-method_not_allowed
  Scenario: A path takes only its own methods
    When Alice calls "DELETE /memories"
    Then she is refused with 405 "method_not_allowed"
    And she is told that the path takes "GET, POST"

  @code-invalid_request
  Scenario: An id that is none is refused
    When Alice calls "POST /chats/17/cancel"
    Then she is refused with 400 "invalid_request"

  # A defect cannot be had over HTTP.
  @in-process-only @code-internal_error
  Scenario: A defect shows nothing of itself
    Given a defect that says "KeyError: async-chat-prod-chats"
    When Alice asks "Where are my keys?"
    Then she is refused with 500 "internal_error"
    And she reads nothing of "async-chat-prod-chats" or "KeyError"
