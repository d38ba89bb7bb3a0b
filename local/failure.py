"""Errors that the user can fix."""


class StackFailure(Exception):
    """The text says in one sentence what is wrong and what to do about it."""
