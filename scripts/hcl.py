"""As much of Terraform's language as one needs to look up what a file says."""

from __future__ import annotations


def block(text: str, start: str) -> str:
    """The text between the braces that follow `start`. Raises ValueError where there are none."""
    depth, begins = 0, text.index("{", text.index(start))
    for place in range(begins, len(text)):
        depth += {"{": 1, "}": -1}.get(text[place], 0)
        if depth == 0:
            return text[begins + 1 : place]
    raise ValueError(f"{start} does not end")
