Feature: Limits: one thinking turn per chat, five per user, as many in all as there are workers
  Agents cost money, and a second answer could overtake the first: a thinking chat accepts no question, and a user may
  have five thinking turns. Without a free worker a question would wait past its deadline, so it is refused at once.
  What is limited is work: a turn that is stopped keeps its slot while its worker is still at it. Budgets bound how often
  a user may ask in a minute and in a day, and all users in a day.

  Background:
    Given the agent takes 56 seconds

  @wire @code-chat_busy
  Scenario: A thinking chat accepts no other question
    Given Alice has asked "Which bulbs does the hall take?"
    And the stored data and started workers are recorded
    When Alice asks "And the kitchen?" in the chat
    Then she is refused with 409 "chat_busy"
    And nothing more is stored or started
    And Alice sees a chat that is "thinking"
      | user | Which bulbs does the hall take? |

  Scenario: A chat accepts a question after its turn's deadline
    Given a turn may think for 5 seconds
    And Alice has asked "Which bulbs does the hall take?"
    And 6 seconds pass
    When Alice asks "And the kitchen?" in the chat
    Then Alice sees a chat that is "thinking"
      | user | Which bulbs does the hall take? |
      | user | And the kitchen?                |

  @wire @code-too_many_turns
  Scenario: A sixth thinking turn of a user is refused
    Given Alice has 5 chats thinking
    And the stored data and started workers are recorded
    When Alice asks "And a sixth?"
    Then she is refused with 429 "too_many_turns"
    And nothing more is stored or started

  Scenario: The limit of a user does not affect other users
    Given Alice has 5 chats thinking
    When Bob asks "Am I held up?"
    Then Bob sees a chat that is "thinking"
      | user | Am I held up? |

  Scenario: An ended turn frees its slot
    Given Alice has 5 chats thinking
    And Alice cancels the turn in one of them
    And 3 seconds pass
    When Alice asks "And a sixth?"
    Then Alice sees a chat that is "thinking"
      | user | And a sixth? |

  @code-too_many_turns
  Scenario: A retry counts as one of the five turns
    Given Alice has asked "Which bulbs does the hall take?", and it failed
    And Alice has 5 chats thinking
    When Alice retries
    Then she is refused with 429 "too_many_turns"

  @wire @code-at_capacity
  Scenario: A question without a free worker is refused at once
    Given there are workers for 2 turns
    And Alice has 1 chat thinking
    And Bob has 1 chat thinking
    And the stored data and started workers are recorded
    When Carol asks "Where is my bike?"
    Then she is refused with 429 "at_capacity"
    And nothing more is stored or started

  @wire
  Scenario: A question is accepted when a worker becomes free
    Given there are workers for 1 turn
    And the agent takes 2 seconds
    And Alice has the answer to "Which bulbs does the hall take?"
    When Carol asks "Where is my bike?"
    Then the question is accepted

  @code-at_capacity
  Scenario: A retry without a free worker is refused
    Given Alice has asked "Which bulbs does the hall take?", and it failed
    And there are workers for 1 turn
    And Bob has 1 chat thinking
    When Alice retries
    Then she is refused with 429 "at_capacity"

  Scenario Outline: A stopped turn whose agent does not notice keeps its place among the user's five
    Given the agent takes 40 seconds and does not notice that its turn has ended
    And Alice has 5 chats thinking
    And workers have started on all of them
    And Alice <stops> one of them
    When Alice asks "And a sixth?"
    Then she is refused with 429 "too_many_turns"
    When 42 seconds pass
    And Alice asks "And a sixth?"
    Then the question is accepted

    Examples:
      | stops               |
      | cancels the turn in |
      | deletes             |

  @wire
  Scenario Outline: A stopped turn whose agent does not notice keeps its worker's place in the workspace
    Given there are workers for 1 turn
    And the agent takes 15 seconds and does not notice that its turn has ended
    And Alice has 1 chat thinking
    And workers have started on all of them
    And Alice <stops> one of them
    When Bob asks "Is there room?"
    Then he is refused with 429 "at_capacity"
    When 16 seconds pass
    And Bob asks "Is there room?"
    Then the question is accepted

    Examples:
      | stops               |
      | cancels the turn in |
      | deletes             |

  # On a stack, Lambda's failures cannot be made for a worker that goes on.
  @in-process-only
  Scenario: A turn that Lambda reports as failed keeps its place while another delivery of its event is at work
    Given there are workers for 1 turn
    And the agent takes 40 seconds and does not notice that its turn has ended
    And Alice has 1 chat thinking
    And workers have started on all of them
    And Lambda reports the event as failed
    When Bob asks "Is there room?"
    Then he is refused with 429 "at_capacity"
    When 42 seconds pass
    And Bob asks "Is there room?"
    Then the question is accepted

  # On a stack, Lambda's delivery cannot be held back.
  @in-process-only
  Scenario Outline: A turn that is stopped before a worker has claimed it frees its places at once
    Given there are workers for 1 turn
    And events to workers are held back
    And Alice has 1 chat thinking
    And Alice <stops> one of them
    When Bob asks "Is there room?"
    Then the question is accepted

    Examples:
      | stops               |
      | cancels the turn in |
      | deletes             |

  Scenario: The turn of a dead worker keeps its place until its deadline
    Given there are workers for 1 turn
    And a turn may think for 30 seconds
    And Alice has 1 chat thinking
    And workers have started on all of them
    And the worker is killed
    When Bob asks "Is there room?"
    Then he is refused with 429 "at_capacity"
    When 31 seconds pass
    And Bob asks "Is there room?"
    Then the question is accepted

  @code-too_many_turns
  Scenario: A retry counts beside the stopped run that is still at work
    Given the agent takes 40 seconds and does not notice that its turn has ended
    And Alice has 5 chats thinking
    And workers have started on all of them
    And Alice cancels the turn in one of them
    When Alice retries it
    Then she is refused with 429 "too_many_turns"

  @code-too_many_asks
  Scenario: One ask more than a minute's is refused until the next minute
    Given a user may ask 3 times a minute
    And a minute has begun
    And Alice has 3 chats thinking
    And the stored data and started workers are recorded
    When Alice asks "And a fourth?"
    Then she is refused with 429 "too_many_asks"
    And she may ask again within 60 seconds
    And nothing more is stored or started
    When she waits as long as she was told
    And Alice asks "And a fourth?"
    Then the question is accepted

  @wire @code-budget_used_up
  Scenario: One question more than a day's is refused until the next day
    Given a user may have 3 answers a day
    And Alice has 3 chats thinking
    And the stored data and started workers are recorded
    When Alice asks "And a fourth?"
    Then she is refused with 429 "budget_used_up"
    And she may ask again within 86400 seconds
    And nothing more is stored or started
    When Bob asks "Am I held up?"
    Then the question is accepted

  # On a stack, no day passes.
  @in-process-only
  Scenario: The next day has its own budget
    Given a user may have 3 answers a day
    And Alice has 3 chats thinking
    When Alice asks "And a fourth?"
    Then she is refused with 429 "budget_used_up"
    When she waits as long as she was told
    And Alice asks "And a fourth?"
    Then the question is accepted

  @code-budget_used_up
  Scenario: Retries count in the budget
    Given a user may have 3 answers a day
    And Alice has asked "Which bulbs does the hall take?", and it failed
    And Alice has 2 chats thinking
    When Alice retries
    Then she is refused with 429 "budget_used_up"

  @code-budget_used_up
  Scenario: Stopping a turn gives nothing of the budget back
    Given a user may have 3 answers a day
    And Alice has 3 chats thinking
    And Alice cancels the turn in one of them
    When Alice asks "And a fourth?"
    Then she is refused with 429 "budget_used_up"

  @code-budget_used_up
  Scenario: All users together have a day's budget
    Given there are workers for 5 turns
    And the workspace may have 3 answers a day
    And Alice has 2 chats thinking
    And Bob has 1 chat thinking
    When Carol asks "Where is my bike?"
    Then she is refused with 429 "budget_used_up"
    And she may ask again within 86400 seconds
