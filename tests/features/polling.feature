Feature: Polling
  The app polls until the turn has ended. A poll shows the chat's newest messages, the turn's progress, and when to poll
  next; with a cursor it shows only new messages. A poll that is held is answered when there is news.

  Background:
    Given Alice remembers "Nora's vaccination is on 3 December at the practice in Bedminster."

  @wire
  Scenario: A poll of a running turn shows the agent's steps
    Given the agent takes 56 seconds
    And Alice has asked "When is Nora's vaccination?"
    When Alice polls until a worker has started
    Then the turn is "running" and shows at least 1 step of the agent
    And the poll says when to poll next

  # On a stack, a worker starts before a poll could see the queued turn.
  @in-process-only
  Scenario: A turn is queued until a worker starts
    Given Alice has asked "When is Nora's vaccination?"
    When Alice polls the chat
    Then the turn is "queued" and shows at least 0 steps of the agent
    And the poll says when to poll next

  Scenario: A poll of an ended turn says that polling can stop
    Given Alice has the answer to "When is Nora's vaccination?"
    When Alice polls the chat
    Then the turn is "done" and shows at least 1 step of the agent
    And the poll says that polling can stop

  @wire
  Scenario: A poll with a cursor shows only what is new
    Given Alice has the answer to "When is Nora's vaccination?"
    And Alice has polled the chat
    When Alice asks "And where is the practice?" in the chat
    And Alice polls until the turn has ended
    And Alice polls with the earlier cursor
    Then the poll shows 2 messages, the first of which is "And where is the practice?"

  Scenario: Without new messages the cursor does not change
    Given Alice has the answer to "When is Nora's vaccination?"
    And Alice has polled the chat
    When Alice polls with the earlier cursor
    Then the poll shows 0 messages
    And the cursor has not changed

  Scenario: The first page shows the newest messages, further pages older ones
    Given Alice has the answer to "First question?"
    And Alice then got the answer to "Second question?" in the chat
    And Alice then got the answer to "Third question?" in the chat
    When Alice reads the chat back to its beginning in pages of 4
    Then the pages begin with "Second question?" and "First question?"
    And together they hold every message once, oldest first

  @wire
  Scenario: A poll with a current ETag is answered without a body
    Given Alice has the answer to "When is Nora's vaccination?"
    And Alice has polled the chat
    When Alice polls with the earlier ETag
    Then the response is 304 without a body

  Scenario: A poll with an outdated ETag is answered in full
    Given Alice has the answer to "When is Nora's vaccination?"
    And Alice has polled the chat
    When Alice asks "And where?" in the chat
    And Alice polls until the turn has ended
    And Alice polls with the earlier ETag
    Then the poll shows 4 messages

  @wire
  Scenario: A held poll is answered when the answer is there
    Given the agent takes 4 seconds
    And Alice has asked "When is Nora's vaccination?"
    When Alice polls the chat, and can hold
    Then the poll says to hold the next one
    When Alice holds polls until the turn has ended
    Then the last of them shows the answer, and says that polling can stop
    And they were at most 5

  Scenario: Holding a poll of another user's chat is refused
    Given Alice has the answer to "When is Nora's vaccination?"
    When Bob holds a poll of the chat
    Then he is refused with 403 "chat_forbidden"

  @wire
  Scenario: A poll's response may not be cached
    Given Alice has the answer to "When is Nora's vaccination?"
    When Alice polls the chat
    Then the response may not be cached

  @wire @code-chat_forbidden
  Scenario: Polling another user's chat is refused
    Given Alice has the answer to "When is Nora's vaccination?"
    When Bob polls the chat
    Then he is refused with 403 "chat_forbidden"

  @code-chat_not_found
  Scenario: Polling an unknown chat is refused
    When Alice calls "GET /chats/messages?chat_id=01KA0000000000000000000000"
    Then she is refused with 404 "chat_not_found"

  @code-invalid_request
  Scenario: A poll with a malformed chat id is refused
    When Alice calls "GET /chats/messages?chat_id=17"
    Then she is refused with 400 "invalid_request"
