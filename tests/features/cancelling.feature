Feature: Cancelling a turn
  Stopping is a fact of the service, not of the phone: no worker can undo it, whether it has begun or not.

  Background:
    Given Alice remembers "The spare key is with Mrs Okafor at number 14."

  @wire
  Scenario: A running turn is cancelled, and its answer never shows
    Given the agent takes 8 seconds
    And Alice has asked "Who has the spare key?"
    And 2 seconds pass
    When Alice cancels the turn
    Then she is told that the turn is "cancelled"
    When 7 seconds pass
    Then Alice sees a chat that is "cancelled"
      | user | Who has the spare key? |

  # Over HTTP nobody can keep Lambda from delivering.
  @in-process-only
  Scenario: A turn that is cancelled before its worker starts is never worked on
    Given no event reaches a worker
    And Alice has asked "Who has the spare key?"
    When Alice cancels the turn
    And the event arrives
    And 8 seconds pass
    Then Alice sees a chat that is "cancelled"
      | user | Who has the spare key? |

  Scenario: Cancelling what is cancelled changes nothing
    Given the agent takes 56 seconds
    And Alice has asked "Who has the spare key?"
    And Alice cancels the turn
    When Alice cancels the turn
    Then she is told that the turn is "cancelled"

  Scenario: Cancelling what is answered changes nothing
    Given Alice has the answer to "Who has the spare key?"
    When Alice cancels the turn
    Then she is told that the turn is "answered"
    And Alice sees a chat that is "answered"
      | user      | Who has the spare key? |
      | assistant | Mrs Okafor             |

  Scenario: Cancelling what has failed changes nothing
    Given Alice has asked "Who has the spare key?", and it failed
    When Alice cancels the turn
    Then she is told that the turn is "failed"
    And Alice sees that the turn failed as "not_started"

  Scenario: A turn past its deadline has failed, and cannot be cancelled any more
    Given a turn may think for 5 seconds
    And the agent takes 56 seconds
    And Alice has asked "Who has the spare key?"
    And 6 seconds pass
    When Alice cancels the turn
    Then she is told that the turn is "failed"

  Scenario: After a cancelled turn the chat goes on
    Given the agent takes 56 seconds
    And Alice has asked "Who has the spare key?"
    And Alice cancels the turn
    When Alice asks "Who has my bike?" in the chat
    Then Alice sees a chat that is "thinking"
      | user | Who has the spare key? |
      | user | Who has my bike?       |

  @code-chat_forbidden
  Scenario: Nobody cancels another user's turn
    Given the agent takes 56 seconds
    And Alice has asked "Who has the spare key?"
    When Bob cancels the turn
    Then he is refused with 403 "chat_forbidden"
    And Alice sees a chat that is "thinking"
      | user | Who has the spare key? |

  @code-chat_not_found
  Scenario: Nobody cancels in a chat that does not exist
    When Alice calls "POST /chats/01KA0000000000000000000000/cancel"
    Then she is refused with 404 "chat_not_found"
