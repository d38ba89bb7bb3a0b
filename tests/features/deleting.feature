Feature: Deleting a chat
  The chat and all its messages go for good; a turn that is running is cancelled first.

  Background:
    Given Alice remembers "The gas meter read 4127 when we moved in."

  @wire @code-chat_not_found
  Scenario: A deleted chat is gone
    Given Alice has the answer to "What did the gas meter read?"
    When Alice deletes the chat
    Then she is answered with 204 and no body
    When Alice polls the chat
    Then she is refused with 404 "chat_not_found"
    And Alice's list of chats comes to be empty

  @code-chat_not_found
  Scenario: What is deleted cannot be deleted again
    Given Alice has the answer to "What did the gas meter read?"
    And Alice deletes the chat
    When Alice deletes the chat
    Then she is refused with 404 "chat_not_found"

  @wire @code-chat_not_found
  Scenario: The worker of a deleted chat brings nothing back
    Given the agent takes 8 seconds
    And Alice has asked "What did the gas meter read?"
    And 2 seconds pass
    When Alice deletes the chat
    Then she is answered with 204 and no body
    When 7 seconds pass
    And Alice polls the chat
    Then she is refused with 404 "chat_not_found"

  Scenario: Deleting a chat that is thinking makes room for another turn
    Given the agent takes 56 seconds
    And Alice has asked "What did the gas meter read?"
    And Alice has asked 4 more questions in chats of their own
    And Alice deletes the chat
    When Alice asks "And a fifth?"
    Then she is told that her question is being thought about

  @code-chat_not_found
  Scenario: Nobody asks in a deleted chat
    Given Alice has the answer to "What did the gas meter read?"
    And Alice deletes the chat
    When Alice asks "And now?" in the chat
    Then she is refused with 404 "chat_not_found"

  @code-chat_forbidden
  Scenario: Nobody deletes another user's chat
    Given Alice has the answer to "What did the gas meter read?"
    When Bob deletes the chat
    Then he is refused with 403 "chat_forbidden"
    And Alice sees a chat that is "answered"
      | user      | What did the gas meter read? |
      | assistant | 4127                         |

  @code-chat_not_found
  Scenario: Nobody deletes a chat that does not exist
    When Alice calls "DELETE /chats/01KA0000000000000000000000"
    Then she is refused with 404 "chat_not_found"
