"""Cancelling: what became of the turn."""

from entrypoints.schemas.fields import ApiModel, Status


class TurnStatus(ApiModel):
    """Where a chat's latest turn stands."""

    chat_id: str
    status: Status
