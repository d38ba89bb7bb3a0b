"""How much fits into one reply: Lambda returns 6 MB at most, and the body is a JSON string inside of its JSON."""

import json
from collections.abc import Iterable
from typing import Final

#: In bytes. Lambda refuses more than 6,291,556 ("Response payload size exceeded maximum allowed payload size"); the
#: difference is left to the headers. https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
LARGEST_REPLY: Final = 6_000_000
#: The most that a character may take, a pair of escaped surrogates: "\\ud83d\\ude97", and the backslashes doubled.
_WORST: Final = 14


def size_in_reply(body: str) -> int:
    """The bytes of `body`, or of a part of it, in Lambda's reply: an upper bound for a small one.

    Counted with escapes for everything but ASCII, as Lambda's Python writes it in all versions but the newest.
    """
    return len(body) * _WORST if len(body) * _WORST < LARGEST_REPLY else len(json.dumps(body))


def how_many_fit(parts: Iterable[str], envelope: str) -> int:
    """How many of the JSON `parts` fit into a body that is `envelope` without them: one at least."""
    room, count = LARGEST_REPLY - size_in_reply(envelope), 0
    for part in parts:
        room -= len(json.dumps(part)) + 1
        if room < 0 and count:
            break
        count += 1
    return count
