Feature: One question at a time in a chat, five for a user, and as many as there are workers
  An agent costs money and a second answer would overtake the first: a busy chat takes no question, and a user with five
  turns thinking waits for one of them. Beyond the workers that there are, a question would wait in a queue until it is
  too late: whoever asks then is told so at once.

  Background:
    Given the agent takes 56 seconds

  @wire @code-chat_busy
  Scenario: A chat that is thinking takes no other question
    Given Alice has asked "Which bulbs does the hall take?"
    And what is stored and started is noted
    When Alice asks "And the kitchen?" in the chat
    Then she is refused with 409 "chat_busy"
    And nothing more is stored or started
    And Alice sees a chat that is "thinking"
      | user | Which bulbs does the hall take? |

  Scenario: A turn past its deadline keeps no chat busy
    Given a turn may think for 5 seconds
    And Alice has asked "Which bulbs does the hall take?"
    And 6 seconds pass
    When Alice asks "And the kitchen?" in the chat
    Then Alice sees a chat that is "thinking"
      | user | Which bulbs does the hall take? |
      | user | And the kitchen?                |

  @wire @code-too_many_turns
  Scenario: A user has at most five turns thinking
    Given Alice has 5 chats thinking
    And what is stored and started is noted
    When Alice asks "And a sixth?"
    Then she is refused with 429 "too_many_turns"
    And nothing more is stored or started

  Scenario: Another user is not held up
    Given Alice has 5 chats thinking
    When Bob asks "Am I held up?"
    Then Bob sees a chat that is "thinking"
      | user | Am I held up? |

  Scenario: A turn that has ended makes room for another
    Given Alice has 5 chats thinking
    And Alice cancels the turn in one of them
    When Alice asks "And a sixth?"
    Then Alice sees a chat that is "thinking"
      | user | And a sixth? |

  @code-too_many_turns
  Scenario: A retry takes a place as well
    Given Alice has asked "Which bulbs does the hall take?", and it failed
    And Alice has 5 chats thinking
    When Alice retries
    Then she is refused with 429 "too_many_turns"

  @wire @code-at_capacity
  Scenario: A question for which there is no worker is refused at once
    Given there are workers for 2 turns
    And Alice has 1 chat thinking
    And Bob has 1 chat thinking
    And what is stored and started is noted
    When Carol asks "Is anybody free?"
    Then she is refused with 429 "at_capacity"
    And nothing more is stored or started

  @wire
  Scenario: A worker that becomes free takes the next question
    Given there are workers for 1 turn
    And the agent takes 2 seconds
    And Alice has the answer to "Which bulbs does the hall take?"
    When Carol asks "Is anybody free?"
    Then the question is taken

  @code-at_capacity
  Scenario: A retry needs a worker as well
    Given Alice has asked "Which bulbs does the hall take?", and it failed
    And there are workers for 1 turn
    And Bob has 1 chat thinking
    When Alice retries
    Then she is refused with 429 "at_capacity"
