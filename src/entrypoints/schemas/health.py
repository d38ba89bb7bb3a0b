"""Which version answers where."""

from typing import Literal

from entrypoints.schemas.fields import Body


class Health(Body):
    """Which version answers in which workspace."""

    status: Literal["ok"] = "ok"
    version: str
    workspace: str
