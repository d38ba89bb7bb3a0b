Feature: Memories
  What a user has had remembered is what answers are made of. Nobody else ever sees it.

  @wire
  Scenario: A memory is remembered, and an answer rests on it
    Given Alice remembers "The plumber's name is Hanneke, she takes cash only."
    When Alice asks "What is the plumber's name?"
    And Alice polls as told until the turn has ended
    Then Alice sees a chat that is "answered"
      | user      | What is the plumber's name? |
      | assistant | Hanneke                     |
    And the answer cites the memory "The plumber's name is Hanneke, she takes cash only."

  @wire
  Scenario: A memory keeps its time and its tags
    When Alice calls "POST /memories" with {"text": " Bled the radiators. ", "occurred_at": "2026-10-04T11:30:00+02:00", "tags": ["home", "heating"]}
    Then she is told the ids of 1 memory
    And the newest of Alice's memories is "Bled the radiators.", of "2026-10-04T09:30:00.000Z", tagged "home, heating"

  Scenario: A memory without a time is of now
    When Alice calls "POST /memories" with {"text": "Changed the bulb in the hall."}
    Then the newest of Alice's memories is of the last minute

  @wire
  Scenario: Up to a hundred are remembered at once
    When Alice has 100 memories remembered at once
    Then she is told the ids of 100 memories
    And Alice finds each of the 100 once, newest first, in pages of 40

  @wire
  Scenario: A search finds what the agent would find
    Given Alice remembers "Left the green umbrella at Kofi's."
    And Alice remembers "The boiler was serviced in May."
    When Alice calls "GET /memories?q=umbrella"
    Then the only memory found is "Left the green umbrella at Kofi's."

  Scenario: A search for what is not there finds nothing
    Given Alice remembers "The boiler was serviced in May."
    When Alice calls "GET /memories?q=zeppelin"
    Then no memory is found

  Scenario: Whoever has no memories is told so
    When Alice asks "Where is the zeppelin?"
    And Alice polls as told until the turn has ended
    Then Alice sees a chat that is "answered"
      | user      | Where is the zeppelin? |
      | assistant | I found nothing        |
    And the answer cites nothing

  @wire
  Scenario: What is forgotten is in no later answer
    Given Alice remembers "The plumber's name is Hanneke, she takes cash only."
    And Alice forgets it
    When Alice asks "What is the plumber's name?"
    And Alice polls as told until the turn has ended
    Then the answer cites nothing
    And nowhere in the chat she reads "Hanneke"

  @code-memory_not_found
  Scenario: What is forgotten cannot be forgotten again
    Given Alice remembers "The plumber's name is Hanneke, she takes cash only."
    And Alice forgets it
    When Alice forgets it
    Then she is refused with 404 "memory_not_found"

  @code-memory_not_found
  Scenario: Nobody forgets for another user
    Given Alice remembers "The plumber's name is Hanneke, she takes cash only."
    When Bob forgets it
    Then he is refused with 404 "memory_not_found"
    When Alice calls "GET /memories?q=plumber"
    Then the only memory found is "The plumber's name is Hanneke, she takes cash only."

  @wire
  Scenario: Nobody sees another user's memories
    Given Alice remembers "The plumber's name is Hanneke, she takes cash only."
    When Bob calls "GET /memories?q=plumber"
    Then no memory is found
    When Bob calls "GET /memories"
    Then no memory is found

  Scenario: Nobody is answered out of another user's memories
    Given Alice remembers "The plumber's name is Hanneke, she takes cash only."
    When Bob asks "What is the name of Alice's plumber?"
    And Bob polls as told until the turn has ended
    Then the answer cites nothing

  @code-memory_too_long
  Scenario: A memory has at most 4,000 characters
    When Alice has a memory of 4001 characters remembered
    Then she is refused with 413 "memory_too_long"
    When Alice has a memory of 4000 characters remembered
    Then she is told the ids of 1 memory

  @code-memory_too_long
  Scenario: Of a batch all are remembered, or none
    When Alice calls "POST /memories" with a batch of which the second is too long
    Then she is refused with 413 "memory_too_long"
    When Alice calls "GET /memories"
    Then no memory is found

  @code-invalid_request
  Scenario: What cannot be remembered is refused
    When Alice calls "POST /memories" with {"text": "Tea.", "occurred_at": "yesterday"}
    Then she is refused with 400 "invalid_request"

  @code-invalid_request
  Scenario: More than a hundred at once are refused
    When Alice has 101 memories remembered at once
    Then she is refused with 400 "invalid_request"
