Feature: Authentication and authorization
  The user is the subject of the token, whatever else a request says. No user reaches another user's chat, and only the
  service can start its worker.

  @wire @code-chat_forbidden
  Scenario Outline: A user id in query or headers is ignored
    Given Alice has the answer to "Who is my dentist?"
    When Bob polls the chat, claiming to be Alice in <location>
    Then he is refused with 403 "chat_forbidden"

    Examples:
      | location             |
      | the query            |
      | the header X-User-Id |
      | the header Sub       |

  @wire
  Scenario: The worker's flag in the body of an ask is ignored
    When Alice sends the ask {"_async_worker": true, "version": 1, "turn_id": "t", "token": "t", "question": "Who is my dentist?"}
    And Alice polls until the turn has ended
    Then Alice sees a chat that is "answered"
      | user      | Who is my dentist? |
      | assistant |                    |

  @code-question_missing
  Scenario: The worker's flag does not replace a question
    Given the stored data and started workers are recorded
    When Alice sends the ask {"_async_worker": true, "version": 1, "turn_id": "t", "token": "t"}
    Then she is refused with 400 "question_missing"
    And nothing more is stored or started

  @wire
  Scenario: The worker's flag in query and header is ignored
    When Alice asks "Who is my dentist?" with the worker's flag in query and header
    And Alice polls until the turn has ended
    Then Alice sees a chat that is "answered"
      | user      | Who is my dentist? |
      | assistant |                    |

  @wire
  Scenario: The health check needs no token
    When a caller without a token calls "GET /health"
    Then the response holds only status, version and workspace

  @wire
  Scenario Outline: The chat page and the OpenAPI document need no token
    When a caller without a token calls "GET <path>"
    Then the response has the type "<media type>"

    Examples:
      | path          | media type               |
      | /             | text/html; charset=utf-8 |
      | /openapi.json | application/json         |

  # API Gateway's authorizer answers, not this code.
  @http-only
  Scenario Outline: Every other route needs a token
    When a caller without a token calls "<call>"
    Then the call is refused with 401

    Examples:
      | call                                           |
      | POST /memories/chat                            |
      | GET /chats/messages                            |
      | GET /chats                                     |
      | POST /chats/01KA0000000000000000000000/cancel  |
      | POST /chats/01KA0000000000000000000000/retry   |
      | POST /chats/01KA0000000000000000000000/read    |
      | DELETE /chats/01KA0000000000000000000000       |
      | POST /memories                                 |
      | GET /memories                                  |
      | DELETE /memories/01KA0000000000000000000000    |
      | GET /nowhere                                   |
