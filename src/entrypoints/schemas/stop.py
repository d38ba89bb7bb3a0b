"""The event with which an operator stops a turn."""

from typing import Annotated, Final

from pydantic import AfterValidator, StringConstraints

from domain.text import is_storable, is_visible
from entrypoints.schemas.fields import ApiModel, Id

#: The event's only key.
STOP: Final = "stop_turn"
#: In characters: one line below the question.
REASON_LENGTH: Final = 200


def _showable(reason: str) -> str:
    if not (is_visible(reason) and is_storable(reason)):
        raise ValueError("a reason is words that the app can show")
    return reason


class StopTurn(ApiModel):
    """Which turn, and why: the app shows `reason` to the user."""

    chat_id: Id
    turn_id: Id
    reason: Annotated[
        str, StringConstraints(strip_whitespace=True, max_length=REASON_LENGTH), AfterValidator(_showable)
    ]
