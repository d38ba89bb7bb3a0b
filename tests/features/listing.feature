Feature: The list of chats
  A user finds back what was asked, newest activity first, and sees where an answer waits to be read.
  The list may lag behind by about a second.

  Background:
    Given Alice remembers "The tent pegs are in the biscuit tin under the stairs."

  @wire
  Scenario: The list shows what a chat is about and how it stands
    Given Alice has the answer to "Where are the tent pegs?"
    Then the first of Alice's chats comes to be
      | title          | status   | role      | content         | unread |
      | the tent pegs? | answered | assistant | the biscuit tin | yes    |

  Scenario: A chat that is thinking shows its question
    Given the agent takes 56 seconds
    And Alice has asked "Where are the tent pegs?"
    Then the first of Alice's chats comes to be
      | title          | status   | role | content        | unread |
      | the tent pegs? | thinking | user | the tent pegs? | no     |

  Scenario: A turn past its deadline has failed, although nobody polled it
    Given a turn may think for 5 seconds
    And the agent takes 56 seconds
    And Alice has asked "Where are the tent pegs?"
    When 6 seconds pass
    Then the first of Alice's chats comes to be
      | title          | status | role | content        | unread |
      | the tent pegs? | failed | user | the tent pegs? | no     |

  @wire
  Scenario: An answer that has been read is not unread
    Given Alice has the answer to "Where are the tent pegs?"
    When Alice marks the chat as read
    Then she is answered with 204 and no body
    And the first of Alice's chats comes to be
      | title          | status   | role      | content         | unread |
      | the tent pegs? | answered | assistant | the biscuit tin | no     |

  Scenario: The next answer is unread again
    Given Alice has the answer to "Where are the tent pegs?"
    And Alice marks the chat as read
    When Alice asks "And the tent?" in the chat
    And Alice polls as told until the turn has ended
    Then the first of Alice's chats comes to be
      | title          | status   | role      | content | unread |
      | the tent pegs? | answered | assistant |         | yes    |

  Scenario: The chat with the newest message comes first
    Given Alice has the answer to "Where are the tent pegs?"
    And Alice has another chat titled "Who has the cool box?"
    When Alice asks "And the tent?" in the chat
    Then the titles of Alice's chats come to be "Where are the tent pegs?" and "Who has the cool box?"

  @wire
  Scenario: Nobody sees another user's chats
    Given Alice has the answer to "Where are the tent pegs?"
    And Bob has another chat titled "Is the ferry running?"
    Then the titles of Bob's chats come to be "Is the ferry running?"

  @wire
  Scenario: A long list comes page by page
    Given Alice has asked and cancelled 7 questions in chats of their own
    Then Alice finds each of the 7 once in pages of 3

  @code-invalid_request
  Scenario: A list that cannot be had is refused
    When Alice calls "GET /chats?cursor=backwards"
    Then she is refused with 400 "invalid_request"

  @code-chat_forbidden
  Scenario: Nobody reads for another user
    Given Alice has the answer to "Where are the tent pegs?"
    When Bob marks the chat as read
    Then he is refused with 403 "chat_forbidden"
    And the first of Alice's chats comes to be
      | title          | status   | role      | content         | unread |
      | the tent pegs? | answered | assistant | the biscuit tin | yes    |

  @code-chat_not_found
  Scenario: A chat that does not exist is not marked
    When Alice calls "POST /chats/01KA0000000000000000000000/read"
    Then she is refused with 404 "chat_not_found"
