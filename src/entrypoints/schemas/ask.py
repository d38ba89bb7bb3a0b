"""Models of asking."""

from typing import Literal

from pydantic import Field, StrictStr

from domain.chat_service import QUESTION_LIMIT
from entrypoints.schemas.fields import ApiModel, Id
from entrypoints.schemas.time_zone import TimeZone


class AskRequest(ApiModel):
    """A question in a new chat, or in the chat `chat_id`."""

    question: StrictStr = Field(
        description="Trimmed; must contain a visible character.",
        json_schema_extra={"minLength": 1, "maxLength": QUESTION_LIMIT},
    )
    chat_id: Id | None = None
    time_zone: TimeZone | None = Field(
        default=None,
        description="The IANA name of the zone in which the user asks: `today` is a day of it. UTC if absent.",
    )

    answers: Id | None = Field(
        default=None,
        description="The id of the agent's question (`turn.input.id`) that this answers; needs `chat_id`.",
    )


class AskResponse(ApiModel):
    """Accepted: poll the chat for the answer."""

    chat_id: str
    status: Literal["thinking"] = "thinking"
