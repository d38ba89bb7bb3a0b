"""The model of feedback on an answer."""

from typing import Annotated, Final, Literal

from pydantic import BeforeValidator, Field, StrictStr
from pydantic_core import PydanticCustomError

from domain.chat import Feedback
from entrypoints.schemas.fields import ApiModel

#: In characters.
REASON_LIMIT: Final = 1_000


def _no_truth_value(value: object) -> object:
    """Rejects true, which in Python is 1."""
    if isinstance(value, bool):
        raise PydanticCustomError("rating", "A rating is 1 or -1")
    return value


class FeedbackRequest(ApiModel):
    """What a user says of an answer: 1 for good, -1 for bad."""

    rating: Annotated[Literal[1, -1], BeforeValidator(_no_truth_value)]
    reason: StrictStr | None = Field(default=None, max_length=REASON_LIMIT, description="Why, in the user's words.")

    def to_domain(self) -> Feedback:
        """As a record of the domain; a reason without any word is none."""
        return Feedback(self.rating, (self.reason or "").strip() or None)
