Feature: Who is who
  The user is the subject of the token, whatever else a call says. Nobody gets to another user's chat, and nobody but the
  service itself starts its worker.

  @wire @code-chat_forbidden
  Scenario Outline: What a call says about its user is ignored
    Given Alice has the answer to "Who is my dentist?"
    When Bob polls the chat, claiming to be Alice in <place>
    Then he is refused with 403 "chat_forbidden"

    Examples:
      | place                |
      | the query            |
      | the header X-User-Id |
      | the header Sub       |

  @wire
  Scenario: The worker's flag in an ask is ordinary, ignored input
    When Alice sends the ask {"_async_worker": true, "version": 1, "turn_id": "t", "token": "t", "question": "Who is my dentist?"}
    And Alice polls as told until the turn has ended
    Then Alice sees a chat that is "answered"
      | user      | Who is my dentist? |
      | assistant |                    |

  @code-question_missing
  Scenario: The worker's flag does not stand in for a question
    Given what is stored and started is noted
    When Alice sends the ask {"_async_worker": true, "version": 1, "turn_id": "t", "token": "t"}
    Then she is refused with 400 "question_missing"
    And nothing more is stored or started

  @wire
  Scenario: The worker's flag in query and header is ignored too
    When Alice asks "Who is my dentist?" with the worker's flag in query and header
    And Alice polls as told until the turn has ended
    Then Alice sees a chat that is "answered"
      | user      | Who is my dentist? |
      | assistant |                    |

  @wire
  Scenario: Without a token one may ask how the service is
    When somebody without a token calls "GET /health"
    Then the version and the workspace are told, and nothing else

  @wire
  Scenario Outline: Without a token one may have what is no user's
    When somebody without a token calls "GET <path>"
    Then it is there as "<media type>"

    Examples:
      | path          | media type               |
      | /             | text/html; charset=utf-8 |
      | /openapi.json | application/json         |

  # API Gateway's authorizer answers before any of our code.
  @http-only
  Scenario Outline: Without a token there is nothing else to be had
    When somebody without a token calls "<call>"
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
