Feature: Invalid requests
  An invalid request gets a problem with a stable code; nothing is stored and no worker is started.

  @code-invalid_request
  Scenario: An ask that is not valid JSON is refused
    Given the stored data and started workers are recorded
    When Alice sends the ask {"question": "Where are my keys?"
    Then she is refused with 400 "invalid_request"
    And nothing more is stored or started

  @wire
  Scenario Outline: A question may hold any characters
    When Alice asks "<question>"
    Then Alice sees a chat whose question is "<question>"

    Examples:
      | question                        |
      | איפה המפתחות שלי?               |
      | 鍵はどこですか                      |
      | 👩‍👩‍👧 where? 🗝️                  |
      | <b>'; DROP TABLE keys; --</b>   |

  Scenario: Unknown fields are ignored
    When Alice sends the ask {"question": "Where are my keys?", "user_id": "bob", "mood": "hurried"}
    Then Alice sees a chat whose question is "Where are my keys?"

  @wire @code-body_too_large
  Scenario: A body that is too large is refused
    Given the stored data and started workers are recorded
    When Alice sends an ask of 1000000 bytes
    Then she is refused with 413 "body_too_large"
    And nothing more is stored or started

  @wire @code-unsupported_media_type
  Scenario: A body of another type than JSON is refused
    Given the stored data and started workers are recorded
    When Alice sends the ask {"question": "Where are my keys?"} as "text/plain"
    Then she is refused with 415 "unsupported_media_type"
    And nothing more is stored or started

  @wire
  Scenario: A JSON media type may name its charset
    When Alice sends the ask {"question": "Where are my keys?"} as "Application/JSON; charset=utf-8"
    Then Alice sees a chat whose question is "Where are my keys?"

  @wire @code-route_not_found
  Scenario: An unknown path is not found
    When Alice calls "POST /memories/chat/again"
    Then she is refused with 404 "route_not_found"

  @wire @code-method_not_allowed
  Scenario: A method that a path does not support is refused
    When Alice calls "DELETE /memories"
    Then she is refused with 405 "method_not_allowed"
    And the response allows "GET, POST"

  @code-invalid_request
  Scenario: A malformed id is refused
    When Alice calls "POST /chats/17/cancel"
    Then she is refused with 400 "invalid_request"

  # A test cannot cause an unexpected error on a stack.
  @in-process-only @code-internal_error
  Scenario: The response to an unexpected error does not show the error
    Given an unexpected error with the text "KeyError: async-chat-prod-chats"
    When Alice asks "Where are my keys?"
    Then she is refused with 500 "internal_error"
    And the response contains neither "async-chat-prod-chats" nor "KeyError"
