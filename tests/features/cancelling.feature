Feature: Cancelling a turn
  The service, not the app, ends the turn: no worker can undo it, whether it has started or not.

  Background:
    Given Alice remembers "The spare key is with Mrs Okafor at number 14."

  @wire
  Scenario: A cancelled running turn never shows an answer
    Given the agent takes 8 seconds
    And Alice has asked "Who has the spare key?"
    And 2 seconds pass
    When Alice cancels the turn
    Then the response says that the turn is "cancelled"
    When 7 seconds pass
    Then Alice sees a chat that is "cancelled"
      | user | Who has the spare key? |

  # On a stack, Lambda's delivery cannot be held back.
  @in-process-only
  Scenario: A turn cancelled before its worker starts is never processed
    Given events to workers are held back
    And Alice has asked "Who has the spare key?"
    When Alice cancels the turn
    And the event is delivered
    And 8 seconds pass
    Then Alice sees a chat that is "cancelled"
      | user | Who has the spare key? |

  Scenario: Cancelling a cancelled turn changes nothing
    Given the agent takes 56 seconds
    And Alice has asked "Who has the spare key?"
    And Alice cancels the turn
    When Alice cancels the turn
    Then the response says that the turn is "cancelled"

  Scenario: Cancelling an answered turn changes nothing
    Given Alice has the answer to "Who has the spare key?"
    When Alice cancels the turn
    Then the response says that the turn is "answered"
    And Alice sees a chat that is "answered"
      | user      | Who has the spare key? |
      | assistant | Mrs Okafor             |

  Scenario: Cancelling a failed turn changes nothing
    Given Alice has asked "Who has the spare key?", and it failed
    When Alice cancels the turn
    Then the response says that the turn is "failed"
    And Alice sees that the turn failed with "not_started"

  Scenario: A turn past its deadline has failed and cannot be cancelled
    Given a turn may think for 5 seconds
    And the agent takes 56 seconds
    And Alice has asked "Who has the spare key?"
    And 6 seconds pass
    When Alice cancels the turn
    Then the response says that the turn is "failed"

  Scenario: A chat accepts a question after a cancelled turn
    Given the agent takes 56 seconds
    And Alice has asked "Who has the spare key?"
    And Alice cancels the turn
    When Alice asks "Who has my bike?" in the chat
    Then Alice sees a chat that is "thinking"
      | user | Who has the spare key? |
      | user | Who has my bike?       |

  @code-chat_forbidden
  Scenario: Cancelling another user's turn is refused
    Given the agent takes 56 seconds
    And Alice has asked "Who has the spare key?"
    When Bob cancels the turn
    Then he is refused with 403 "chat_forbidden"
    And Alice sees a chat that is "thinking"
      | user | Who has the spare key? |

  @code-chat_not_found
  Scenario: Cancelling in an unknown chat is refused
    When Alice calls "POST /chats/01KA0000000000000000000000/cancel"
    Then she is refused with 404 "chat_not_found"
