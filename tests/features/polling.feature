Feature: Polling
  The app polls until the turn has ended. Every poll shows the chat's newest messages, how far the turn is, and when to
  ask again; a cursor spares it what it has already seen.

  Background:
    Given Alice remembers "Nora's vaccination is on 3 December at the practice in Bedminster."

  @wire
  Scenario: A poll in mid-turn shows what the agent is doing
    Given the agent takes 56 seconds
    And Alice has asked "When is Nora's vaccination?"
    When Alice polls until the worker has begun
    Then the turn is "running" and tells at least 1 step of the agent
    And the poll tells when to ask again

  # No worker over HTTP waits long enough to be caught queued.
  @in-process-only
  Scenario: Before a worker has begun the turn is queued
    Given Alice has asked "When is Nora's vaccination?"
    When Alice polls the chat
    Then the turn is "queued" and tells at least 0 steps of the agent
    And the poll tells when to ask again

  Scenario: When the turn has ended there is nothing to wait for
    Given Alice has the answer to "When is Nora's vaccination?"
    When Alice polls the chat
    Then the turn is "done" and tells at least 1 step of the agent
    And the poll tells that there is nothing to wait for

  @wire
  Scenario: A poll with a cursor shows only what is new
    Given Alice has the answer to "When is Nora's vaccination?"
    And Alice has polled the chat
    When Alice asks "And where is the practice?" in the chat
    And Alice polls as told until the turn has ended
    And Alice polls with the cursor of before
    Then the poll shows 2 messages, the first of which is "And where is the practice?"

  Scenario: When nothing is new the cursor stays where it was
    Given Alice has the answer to "When is Nora's vaccination?"
    And Alice has polled the chat
    When Alice polls with the cursor of before
    Then the poll shows 0 messages
    And its cursor is the one of before

  Scenario: The newest messages come first, older ones page by page
    Given Alice has the answer to "First question?"
    And Alice then got the answer to "Second question?" in the chat
    And Alice then got the answer to "Third question?" in the chat
    When Alice reads the chat back to its beginning in pages of 4
    Then the pages begin with "Second question?" and "First question?"
    And together they hold every message once, in the order in which it was said

  @wire
  Scenario: A poll that knows what it would see costs next to nothing
    Given Alice has the answer to "When is Nora's vaccination?"
    And Alice has polled the chat
    When Alice polls with the ETag of before
    Then she is answered with 304 and no body

  Scenario: A poll with an outdated ETag is answered in full
    Given Alice has the answer to "When is Nora's vaccination?"
    And Alice has polled the chat
    When Alice asks "And where?" in the chat
    And Alice polls as told until the turn has ended
    And Alice polls with the ETag of before
    Then the poll shows 4 messages

  @wire
  Scenario: Nothing on the way may keep what a poll shows
    Given Alice has the answer to "When is Nora's vaccination?"
    When Alice polls the chat
    Then caches are told to keep out

  @wire @code-chat_forbidden
  Scenario: Nobody polls another user's chat
    Given Alice has the answer to "When is Nora's vaccination?"
    When Bob polls the chat
    Then he is refused with 403 "chat_forbidden"

  @code-chat_not_found
  Scenario: Nobody polls a chat that does not exist
    When Alice calls "GET /chats/messages?chat_id=01KA0000000000000000000000"
    Then she is refused with 404 "chat_not_found"

  @code-invalid_request
  Scenario: A poll that cannot be read is refused
    When Alice calls "GET /chats/messages?chat_id=17"
    Then she is refused with 400 "invalid_request"
