"""Cancelling: what became of the turn."""

from entrypoints.schemas.fields import Body, Status


class TurnStatus(Body):
    """Where a chat's latest turn stands."""

    chat_id: str
    status: Status
