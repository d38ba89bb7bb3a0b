"""How the world comes in: one handler per function, wire models, settings, and the composition root.

Python's cycle collector rests from here until a function is ready. What a start makes stays: looking through it again
and again took a tenth of the start (docs/speed.md). After that none of it is looked at any more.
"""

import gc

gc.disable()


def ready() -> None:
    """The end of a function's start: from here on cycles are collected, among what is new."""
    gc.freeze()
    gc.enable()
