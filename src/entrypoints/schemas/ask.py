"""Models of asking."""

from typing import Literal

from pydantic import Field, StrictStr

from domain.chat_service import QUESTION_LIMIT
from entrypoints.schemas.fields import ApiModel, Id


class AskRequest(ApiModel):
    """A question in a new chat, or in the chat `chat_id`."""

    question: StrictStr = Field(
        description="Trimmed; must contain a visible character.",
        json_schema_extra={"minLength": 1, "maxLength": QUESTION_LIMIT},
    )
    chat_id: Id | None = None


class AskResponse(ApiModel):
    """Accepted: poll the chat for the answer."""

    chat_id: str
    status: Literal["thinking"] = "thinking"
