"""Which version answers where."""

from typing import Literal

from entrypoints.schemas.fields import ApiModel


class Health(ApiModel):
    """Which version answers in which workspace."""

    status: Literal["ok"] = "ok"
    version: str
    workspace: str
