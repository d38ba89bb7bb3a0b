"""The model of cancelling."""

from entrypoints.schemas.fields import ApiModel, Status


class TurnStatus(ApiModel):
    """The status of a chat's latest turn."""

    chat_id: str
    status: Status
