Feature: Memories
  Answers are based on the user's stored memories. No other user can see them.

  @wire
  Scenario: An answer cites a stored memory
    Given Alice remembers "The plumber's name is Hanneke, she takes cash only."
    When Alice asks "What is the plumber's name?"
    And Alice polls until the turn has ended
    Then Alice sees a chat that is "answered"
      | user      | What is the plumber's name? |
      | assistant | Hanneke                     |
    And the answer cites the memory "The plumber's name is Hanneke, she takes cash only."

  @wire
  Scenario: A memory is stored with its time and tags
    When Alice calls "POST /memories" with {"text": " Bled the radiators. ", "occurred_at": "2026-10-04T11:30:00+02:00", "tags": ["home", "heating"]}
    Then the response holds the ids of 1 memory
    And the newest of Alice's memories is "Bled the radiators.", of "2026-10-04T09:30:00.000Z", tagged "home, heating"

  Scenario: A memory without a time gets the current time
    When Alice calls "POST /memories" with {"text": "Changed the bulb in the hall."}
    Then the newest of Alice's memories is of the last minute

  @wire
  Scenario: Up to a hundred memories can be stored in one request
    When Alice stores 100 memories in one request
    Then the response holds the ids of 100 memories
    And Alice finds each of the 100 once, newest first, in pages of 40

  @wire
  Scenario: A search finds the matching memory
    Given Alice remembers "Left the green umbrella at Kofi's."
    And Alice remembers "The boiler was serviced in May."
    When Alice calls "GET /memories?q=umbrella"
    Then the only memory found is "Left the green umbrella at Kofi's."

  Scenario: A search without a match finds nothing
    Given Alice remembers "The boiler was serviced in May."
    When Alice calls "GET /memories?q=zeppelin"
    Then no memory is found

  Scenario: Without memories the answer says that nothing was found
    When Alice asks "Where is the zeppelin?"
    And Alice polls until the turn has ended
    Then Alice sees a chat that is "answered"
      | user      | Where is the zeppelin? |
      | assistant | I found nothing        |
    And the answer cites nothing

  @wire
  Scenario: A deleted memory is not used in later answers
    Given Alice remembers "The plumber's name is Hanneke, she takes cash only."
    And Alice deletes the memory
    When Alice asks "What is the plumber's name?"
    And Alice polls until the turn has ended
    Then the answer cites nothing
    And the chat does not contain "Hanneke"

  @code-memory_not_found
  Scenario: A deleted memory cannot be deleted again
    Given Alice remembers "The plumber's name is Hanneke, she takes cash only."
    And Alice deletes the memory
    When Alice deletes the memory
    Then she is refused with 404 "memory_not_found"

  @code-memory_not_found
  Scenario: Deleting another user's memory is refused
    Given Alice remembers "The plumber's name is Hanneke, she takes cash only."
    When Bob deletes the memory
    Then he is refused with 404 "memory_not_found"
    When Alice calls "GET /memories?q=plumber"
    Then the only memory found is "The plumber's name is Hanneke, she takes cash only."

  @wire
  Scenario: Lists and searches show only the user's own memories
    Given Alice remembers "The plumber's name is Hanneke, she takes cash only."
    When Bob calls "GET /memories?q=plumber"
    Then no memory is found
    When Bob calls "GET /memories"
    Then no memory is found

  Scenario: Answers do not use another user's memories
    Given Alice remembers "The plumber's name is Hanneke, she takes cash only."
    When Bob asks "What is the name of Alice's plumber?"
    And Bob polls until the turn has ended
    Then the answer cites nothing

  @code-memory_too_long
  Scenario: A memory of more than 4,000 characters is refused
    When Alice stores a memory of 4001 characters
    Then she is refused with 413 "memory_too_long"
    When Alice stores a memory of 4000 characters
    Then the response holds the ids of 1 memory

  @code-memory_too_long
  Scenario: A batch is stored whole or not at all
    When Alice calls "POST /memories" with a batch whose second memory is too long
    Then she is refused with 413 "memory_too_long"
    When Alice calls "GET /memories"
    Then no memory is found

  @code-invalid_request
  Scenario: A memory with an invalid time is refused
    When Alice calls "POST /memories" with {"text": "Tea.", "occurred_at": "yesterday"}
    Then she is refused with 400 "invalid_request"

  @code-invalid_request
  Scenario: More than a hundred memories in one request are refused
    When Alice stores 101 memories in one request
    Then she is refused with 400 "invalid_request"

  @wire
  Scenario: A repeated request with the same key stores nothing twice
    Given Alice stores 40 memories with the key "import-1"
    When Alice stores 40 memories again with the key "import-1"
    Then both responses hold the same ids and the second is marked as a replay
    And Alice has 40 memories

  @wire @code-idempotency_key_reused
  Scenario: A key cannot be used for other memories
    Given Alice stores 2 memories with the key "import-1"
    When Alice stores 3 memories with the key "import-1"
    Then she is refused with 422 "idempotency_key_reused"
    And Alice has 2 memories

  Scenario: The same key of another user is another request
    Given Alice stores 2 memories with the key "import-1"
    When Bob stores 3 memories with the key "import-1"
    Then the response holds the ids of 3 memories

  # In process only: over HTTP the limit is the stack's own, 20,000 memories.
  @in-process-only @code-memories_full
  Scenario: A user's memories are bounded, and a batch that does not fit is refused whole
    Given a user may have 3 memories
    And Alice stores 2 memories in one request
    When Alice stores 2 memories in one request
    Then she is refused with 409 "memories_full"
    And Alice has 2 memories
    When Bob stores 2 memories in one request
    Then the response holds the ids of 2 memories

  # In process only: over HTTP the limit is the stack's own, 20,000 memories.
  @in-process-only @code-memories_full
  Scenario: A deleted memory makes room for another
    Given a user may have 1 memories
    And Alice remembers "The plumber's name is Hanneke, she takes cash only."
    When Alice stores 1 memories in one request
    Then she is refused with 409 "memories_full"
    When Alice deletes the memory
    And Alice stores 1 memories in one request
    Then the response holds the ids of 1 memory

  @wire
  Scenario Outline: A day without a time is that day in every time zone
    Given Alice calls "POST /memories" with {"text": "Visited the glass museum.", "occurred_at": "2026-08-05"}
    When Alice, in the time zone "<zone>", asks "What happened on 5 August 2026?"
    And Alice polls until the turn has ended
    Then Alice sees a chat that is "answered"
      | user      | What happened on 5 August 2026?           |
      | assistant | 05 August 2026: Visited the glass museum. |

    Examples:
      | zone                |
      | Pacific/Kiritimati  |
      | America/Los_Angeles |

  @wire
  Scenario Outline: The days of a question are those of its time zone
    Given Alice calls "POST /memories" with {"text": "Saw an owl.", "occurred_at": "2026-08-04T22:30:00Z"}
    When Alice, in the time zone "<zone>", asks "What happened on <day>?"
    And Alice polls until the turn has ended
    Then Alice sees a chat that is "answered"
      | user      | What happened on <day>? |
      | assistant | <answer>                |

    Examples:
      | zone             | day           | answer                      |
      | Europe/Berlin    | 5 August 2026 | 05 August 2026: Saw an owl. |
      | Europe/Berlin    | 4 August 2026 | I found nothing             |
      | America/New_York | 4 August 2026 | 04 August 2026: Saw an owl. |

  Scenario: A memory's own time zone decides its day, wherever the question is asked
    Given Alice calls "POST /memories" with {"text": "Saw an owl.", "occurred_at": "2026-08-04T22:30:00Z", "time_zone": "Europe/Berlin"}
    When Alice, in the time zone "America/New_York", asks "What happened on 5 August 2026?"
    And Alice polls until the turn has ended
    Then Alice sees a chat that is "answered"
      | user      | What happened on 5 August 2026? |
      | assistant | 05 August 2026: Saw an owl.     |

  @code-invalid_request
  Scenario: An unknown time zone is refused
    When Alice, in the time zone "Mars/Olympus", asks "Where did I park?"
    Then she is refused with 400 "invalid_request"
    When Alice calls "POST /memories" with {"text": "Tea.", "time_zone": "Mars/Olympus"}
    Then she is refused with 400 "invalid_request"
    When Alice calls "GET /memories?q=yesterday&time_zone=Mars/Olympus"
    Then she is refused with 400 "invalid_request"
