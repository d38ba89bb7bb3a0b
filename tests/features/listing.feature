Feature: The list of chats
  A user's chats, newest activity first, with a mark for unread answers. The list may lag by about a second.

  Background:
    Given Alice remembers "The tent pegs are in the biscuit tin under the stairs."

  @wire
  Scenario: The list shows a chat's title, status and last message
    Given Alice has the answer to "Where are the tent pegs?"
    Then the first chat in Alice's list is
      | title          | status   | role      | content         | unread |
      | the tent pegs? | answered | assistant | the biscuit tin | yes    |

  Scenario: A chat that is thinking shows its question
    Given the agent takes 56 seconds
    And Alice has asked "Where are the tent pegs?"
    Then the first chat in Alice's list is
      | title          | status   | role | content        | unread |
      | the tent pegs? | thinking | user | the tent pegs? | no     |

  Scenario: A turn past its deadline is listed as failed, even without a poll
    Given a turn may think for 5 seconds
    And the agent takes 56 seconds
    And Alice has asked "Where are the tent pegs?"
    When 6 seconds pass
    Then the first chat in Alice's list is
      | title          | status | role | content        | unread |
      | the tent pegs? | failed | user | the tent pegs? | no     |

  @wire
  Scenario: A chat marked as read is not unread
    Given Alice has the answer to "Where are the tent pegs?"
    When Alice marks the chat as read
    Then the response is 204 without a body
    And the first chat in Alice's list is
      | title          | status   | role      | content         | unread |
      | the tent pegs? | answered | assistant | the biscuit tin | no     |

  Scenario: The next answer is unread again
    Given Alice has the answer to "Where are the tent pegs?"
    And Alice marks the chat as read
    When Alice asks "And the tent?" in the chat
    And Alice polls until the turn has ended
    Then the first chat in Alice's list is
      | title          | status   | role      | content | unread |
      | the tent pegs? | answered | assistant |         | yes    |

  Scenario: The chat with the newest message comes first
    Given Alice has the answer to "Where are the tent pegs?"
    And Alice has another chat titled "Who has the cool box?"
    When Alice asks "And the tent?" in the chat
    Then the titles in Alice's list are "Where are the tent pegs?" and "Who has the cool box?"

  @wire
  Scenario: The list shows only the user's own chats
    Given Alice has the answer to "Where are the tent pegs?"
    And Bob has another chat titled "Is the ferry running?"
    Then the titles in Bob's list are "Is the ferry running?"

  @wire
  Scenario: A long list is paged
    Given Alice has asked and cancelled 7 questions in new chats
    Then Alice finds each of the 7 once in pages of 3

  @code-invalid_request
  Scenario: An invalid cursor is refused
    When Alice calls "GET /chats?cursor=backwards"
    Then she is refused with 400 "invalid_request"

  @code-chat_forbidden
  Scenario: Marking another user's chat as read is refused
    Given Alice has the answer to "Where are the tent pegs?"
    When Bob marks the chat as read
    Then he is refused with 403 "chat_forbidden"
    And the first chat in Alice's list is
      | title          | status   | role      | content         | unread |
      | the tent pegs? | answered | assistant | the biscuit tin | yes    |

  @code-chat_not_found
  Scenario: Marking an unknown chat as read is refused
    When Alice calls "POST /chats/01KA0000000000000000000000/read"
    Then she is refused with 404 "chat_not_found"
