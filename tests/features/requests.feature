Feature: What the service cannot use
  Whatever comes in, the caller gets a problem with a stable code, and nothing is stored or started.

  @code-invalid_request
  Scenario Outline: An ask that cannot be read is refused
    Given what is stored and started is noted
    When Alice sends the ask <ask>
    Then she is refused with 400 "invalid_request"
    And nothing more is stored or started

    Examples:
      | ask                                                            |
      | Where are my keys?                                             |
      | {"question": "Where are my keys?"                              |
      | "Where are my keys?"                                           |
      | ["Where are my keys?"]                                         |
      | null                                                           |
      | {"question": "Where are my keys?", "chat_id": 17}              |
      | {"question": "Where are my keys?", "chat_id": ""}              |
      | {"question": "Where are my keys?", "chat_id": "../users/bob"}  |
      | {"question": "Where are my keys?", "chat_id": ["a", "b"]}      |
      | {"question": "Where are my \ud83d keys?"}                      |
      | {"question": "Where are my \u0000 keys?"}                      |

  @code-question_missing
  Scenario: An ask without a body has no question
    When Alice sends the ask {"chat_id": null}
    Then she is refused with 400 "question_missing"

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
  Scenario Outline: Only JSON is read
    Given what is stored and started is noted
    When Alice sends the ask {"question": "Where are my keys?"} as "<media type>"
    Then she is refused with 415 "unsupported_media_type"
    And nothing more is stored or started

    Examples:
      | media type                        |
      | text/plain                        |
      | application/x-www-form-urlencoded |
      | application/jsonp                 |

  @wire
  Scenario: JSON may name its encoding
    When Alice sends the ask {"question": "Where are my keys?"} as "Application/JSON; charset=utf-8"
    Then Alice sees a chat whose question is "Where are my keys?"

  @wire @code-route_not_found
  Scenario Outline: What is nowhere is not found
    When Alice calls "<call>"
    Then she is refused with 404 "route_not_found"

    Examples:
      | call                                              |
      | GET /nowhere                                      |
      | GET /chats/01KA0000000000000000000000/secrets     |
      | POST /memories/chat/again                         |

  @wire @code-method_not_allowed
  Scenario Outline: A path takes only its own methods
    When Alice calls "<call>"
    Then she is refused with 405 "method_not_allowed"
    And she is told that the path takes "<methods>"

    Examples:
      | call                                           | methods   |
      | PUT /chats/01KA0000000000000000000000/retry   | POST      |
      | PUT /chats                                     | GET       |
      | DELETE /memories                               | GET, POST |
      | GET /chats/01KA0000000000000000000000          | DELETE    |
      | PATCH /chats/01KA0000000000000000000000/cancel | POST      |

  @code-invalid_request
  Scenario Outline: An id that is none is refused
    When Alice calls "<call>"
    Then she is refused with 400 "invalid_request"

    Examples:
      | call                   |
      | POST /chats/17/cancel  |
      | POST /chats/17/retry   |
      | POST /chats/17/read    |
      | DELETE /chats/17       |
      | DELETE /memories/17    |
      | GET /memories?cursor=x |
      | GET /memories?limit=-1 |

  # A defect cannot be had over HTTP.
  @in-process-only @code-internal_error
  Scenario: A defect shows nothing of itself
    Given a defect that says "KeyError: async-chat-prod-chats"
    When Alice asks "Where are my keys?"
    Then she is refused with 500 "internal_error"
    And she reads nothing of "async-chat-prod-chats" or "KeyError"
