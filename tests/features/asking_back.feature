Feature: Asking back
  An agent that cannot go on without the user asks, in place of an answer. The turn ends, so that nothing waits and
  nothing is paid meanwhile. The user's answer starts another turn, whose agent gets back what it has kept.

  Background:
    Given the agent asks which Anna is meant, and waits 600 seconds for the answer

  Scenario: What the agent asks ends the turn and is shown with its choices
    When Alice asks "When is the birthday of Anna?"
    And Alice polls until the turn has ended
    Then Alice sees that the agent asks "Which Anna?" with the choices "Anna B.|Anna K."
    And Alice sees a chat that is "needs_input"
      | user      | When is the birthday of Anna? |
      | assistant | Which Anna?                   |

  @wire
  Scenario: The user's answer resumes the agent where it stopped
    Given the agent has asked Alice back about "When is the birthday of Anna?"
    When Alice answers "Anna K."
    Then the response holds only the chat's id and the status "thinking"
    When Alice polls until the turn has ended
    Then Alice sees a chat that is "answered"
      | user      | When is the birthday of Anna?                                    |
      | assistant | Which Anna?                                                      |
      | user      | Anna K.                                                          |
      | assistant | When is the birthday of Anna? Anna K.: 9 May, as note 2 says. |
    And Alice sees nothing that the agent asks

  Scenario: The list shows what the agent asks as the chat's last message
    Given the agent has asked Alice back about "When is the birthday of Anna?"
    Then Alice's list shows "Which Anna?" as unread

  @code-input_not_found
  Scenario: Another question takes the place of what the agent asked
    Given the agent has asked Alice back about "When is the birthday of Anna?"
    When Alice asks "Where are my keys?" in the chat
    And Alice polls until the turn has ended
    Then Alice sees nothing that the agent asks
    When Alice answers "Anna K."
    Then she is refused with 404 "input_not_found"

  @code-input_not_found
  Scenario: An answer to what no agent has asked is refused
    Given the agent has asked Alice back about "When is the birthday of Anna?"
    And the stored data and started workers are recorded
    When Alice answers "Anna K." to "01KA0000000000000000000000"
    Then she is refused with 404 "input_not_found"
    And nothing more is stored or started

  @wire @code-already_answered
  Scenario: Of two answers one resumes the agent
    Given the agent takes 3 seconds
    And the agent has asked Alice back about "When is the birthday of Anna?"
    When Alice answers "Anna K."
    And Alice answers "Anna B." on another device
    Then she is refused with 409 "already_answered"
    When Alice polls until the turn has ended
    And Alice answers "Anna B." on another device
    Then she is refused with 409 "already_answered"
    And Alice sees a chat that is "answered"
      | user      | When is the birthday of Anna?              |
      | assistant | Which Anna?                                |
      | user      | Anna K.                                    |
      | assistant | When is the birthday of Anna? Anna K.: 9 May |

  Scenario: An answer that is repeated with its key is one answer
    Given the agent has asked Alice back about "When is the birthday of Anna?"
    When Alice answers "Anna K." with the key "tap-1"
    And Alice answers "Anna K." with the key "tap-1" again
    Then the response is marked as a replay
    When Alice polls until the turn has ended
    Then Alice sees a chat that is "answered"
      | user      | When is the birthday of Anna?              |
      | assistant | Which Anna?                                |
      | user      | Anna K.                                    |
      | assistant | When is the birthday of Anna? Anna K.: 9 May |

  @code-idempotency_key_reused
  Scenario: The key of an answer cannot be used for a question of the same words
    Given the agent has asked Alice back about "When is the birthday of Anna?"
    And Alice answers "Anna K." with the key "tap-1"
    When Alice asks "Anna K." in the chat with the key "tap-1" of her answer
    Then she is refused with 422 "idempotency_key_reused"

  @code-input_expired
  Scenario: What the agent asked expires
    Given the agent asks which Anna is meant, and waits 3 seconds for the answer
    And the agent has asked Alice back about "When is the birthday of Anna?"
    And 4 seconds pass
    When Alice answers "Anna K."
    Then she is refused with 409 "input_expired"
    And Alice sees that the turn failed with "input_expired"
    And Alice sees nothing that the agent asks
    When Alice answers "Anna K."
    Then she is refused with 409 "input_expired"

  Scenario: After it has expired the question can be asked again by a retry
    Given the agent asks which Anna is meant, and waits 3 seconds for the answer
    And the agent has asked Alice back about "When is the birthday of Anna?"
    And 4 seconds pass
    When Alice retries
    And Alice polls until the turn has ended
    Then Alice sees that the agent asks "Which Anna?" with the choices "Anna B.|Anna K."
    When Alice answers "Anna B."
    And Alice polls until the turn has ended
    Then Alice sees a chat that is "answered"
      | user      | When is the birthday of Anna?              |
      | assistant | Which Anna?                                |
      | assistant | Which Anna?                                |
      | user      | Anna B.                                    |
      | assistant | When is the birthday of Anna? Anna B.: 9 May |

  Scenario: A retry resumes the agent again after its worker has died
    Given the agent has asked Alice back about "When is the birthday of Anna?"
    And the agent takes 20 seconds
    When Alice answers "Anna K."
    And Alice polls until a worker has started
    And the worker is killed
    And Alice polls until the turn has ended
    Then Alice sees that the turn failed with "worker_died"
    Given the agent takes 0 seconds
    When Alice retries
    And Alice polls until the turn has ended
    Then Alice sees a chat that is "answered"
      | user      | When is the birthday of Anna?              |
      | assistant | Which Anna?                                |
      | user      | Anna K.                                    |
      | assistant | When is the birthday of Anna? Anna K.: 9 May |

  # On a stack it would take minutes.
  @in-process-only
  Scenario: No retry resumes the agent after what it asked has expired
    Given the agent has asked Alice back about "When is the birthday of Anna?"
    And no worker can be started
    And Alice answers "Anna K."
    And she is refused with 503 "try_again"
    And 600 seconds pass
    And workers can be started again
    When Alice retries
    And Alice polls until the turn has ended
    Then Alice sees that the turn failed with "input_expired"

  @code-nothing_to_retry
  Scenario: There is nothing to retry while the agent waits
    Given the agent has asked Alice back about "When is the birthday of Anna?"
    When Alice retries
    Then she is refused with 409 "nothing_to_retry"

  Scenario: There is nothing to cancel while the agent waits
    Given the agent has asked Alice back about "When is the birthday of Anna?"
    When Alice cancels the turn
    Then the response says that the turn is "needs_input"
    And Alice sees that the agent asks "Which Anna?" with the choices "Anna B.|Anna K."

  @code-chat_forbidden
  Scenario: Another user's agent cannot be answered
    Given the agent has asked Alice back about "When is the birthday of Anna?"
    And the stored data and started workers are recorded
    When Bob answers "Anna K."
    Then he is refused with 403 "chat_forbidden"
    And nothing more is stored or started

  @code-invalid_request
  Scenario: An answer needs its chat
    When Alice sends the ask {"question": "Anna K.", "answers": "01KA0000000000000000000000"}
    Then she is refused with 400 "invalid_request"
