"""Which version answers where."""

from typing import Literal

from entrypoints.wire.body import Body


class Health(Body):
    """Which version answers in which workspace."""

    status: Literal["ok"] = "ok"
    version: str
    workspace: str
