Feature: Feedback on answers
  A user says of an own answer whether it was good. It is kept with the answer.

  Background:
    Given Alice remembers "The tent pegs are in the biscuit tin under the stairs."
    And Alice has the answer to "Where are the tent pegs?"

  @wire
  Scenario: An answer is rated, and the rating is shown with it
    When Alice rates the answer with -1 because "That was last summer."
    Then the response is 204 without a body
    And the answer shows the rating -1 because "That was last summer."

  Scenario: An answer that nobody rated shows no feedback
    Then the answer shows no rating

  Scenario: A rating replaces the one before
    Given Alice rates the answer with -1 because "That was last summer."
    When Alice rates the answer with 1
    Then the response is 204 without a body
    And the answer shows the rating 1

  @code-chat_forbidden
  Scenario: Another user's answer cannot be rated
    When Bob rates the answer with -1
    Then he is refused with 403 "chat_forbidden"
    And the answer shows no rating

  @code-answer_not_found
  Scenario: A question cannot be rated
    When Alice rates the question with 1
    Then she is refused with 404 "answer_not_found"

  @code-invalid_request
  Scenario: A rating is 1 or -1
    When Alice rates the answer with 5
    Then she is refused with 400 "invalid_request"
