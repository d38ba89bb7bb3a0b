"""What a person can mend, said in one sentence."""


class StackFailure(Exception):
    """Its text is all that the person reads: what is wrong and what to do about it."""
