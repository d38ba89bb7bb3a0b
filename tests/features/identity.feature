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

  # In process only: an issuer of one's own signs such tokens, Cognito does not.
  @in-process-only @code-subject_missing
  Scenario Outline: A token that names no user is refused
    Given the stored data and started workers are recorded
    When a caller whose token has <subject> sends the ask "Who is my dentist?"
    Then he is refused with 403 "subject_missing"
    And nothing more is stored or started

    Examples:
      | subject                     |
      | no subject                  |
      | an empty subject            |
      | a subject of white space    |
      | a subject that is no text   |
      | a subject of 256 characters |

  @in-process-only
  Scenario: Public routes do not look at the token
    When a caller whose token has no subject calls "GET /health"
    Then the response holds only status, version and workspace

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
