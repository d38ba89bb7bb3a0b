"""What operators ask about turns: the story of one, those that hold a slot now, and stopping one.

`python -m scripts.turns --help`; docs/operations.md says what the commands need. They read logs, and of the table only
the workspace's slots. With the right to read chats, `show` adds what the table holds of the turn.
"""
