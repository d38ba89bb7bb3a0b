"""The model of the health check."""

from typing import Literal

from entrypoints.schemas.fields import ApiModel


class Health(ApiModel):
    """Version and workspace."""

    status: Literal["ok"] = "ok"
    version: str
    workspace: str
