Feature: Deleting a chat
  The chat and all its messages are deleted permanently; a running turn is cancelled first.

  Background:
    Given Alice remembers "The gas meter read 4127 when we moved in."

  @wire @code-chat_not_found
  Scenario: A deleted chat is gone
    Given Alice has the answer to "What did the gas meter read?"
    When Alice deletes the chat
    Then the response is 204 without a body
    When Alice polls the chat
    Then she is refused with 404 "chat_not_found"
    And Alice's list of chats is empty

  @code-chat_not_found
  Scenario: A deleted chat cannot be deleted again
    Given Alice has the answer to "What did the gas meter read?"
    And Alice deletes the chat
    When Alice deletes the chat
    Then she is refused with 404 "chat_not_found"

  @wire @code-chat_not_found
  Scenario: A worker that ends after the deletion does not restore the chat
    Given the agent takes 8 seconds
    And Alice has asked "What did the gas meter read?"
    And 2 seconds pass
    When Alice deletes the chat
    Then the response is 204 without a body
    When 7 seconds pass
    And Alice polls the chat
    Then she is refused with 404 "chat_not_found"

  Scenario: Deleting a thinking chat frees its turn slot
    Given the agent takes 56 seconds
    And Alice has asked "What did the gas meter read?"
    And Alice has asked 4 more questions in new chats
    And Alice deletes the chat
    And 3 seconds pass
    When Alice asks "And a fifth?"
    Then the question is accepted

  @code-chat_not_found
  Scenario: A question in a deleted chat is refused
    Given Alice has the answer to "What did the gas meter read?"
    And Alice deletes the chat
    When Alice asks "And now?" in the chat
    Then she is refused with 404 "chat_not_found"

  @code-chat_forbidden
  Scenario: Deleting another user's chat is refused
    Given Alice has the answer to "What did the gas meter read?"
    When Bob deletes the chat
    Then he is refused with 403 "chat_forbidden"
    And Alice sees a chat that is "answered"
      | user      | What did the gas meter read? |
      | assistant | 4127                         |

  @code-chat_not_found
  Scenario: Deleting an unknown chat is refused
    When Alice calls "DELETE /chats/01KA0000000000000000000000"
    Then she is refused with 404 "chat_not_found"
