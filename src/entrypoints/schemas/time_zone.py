"""The field `time_zone`."""

from typing import Annotated, Final

from pydantic import AfterValidator, StrictStr
from pydantic_core import PydanticCustomError

from adapters.time_zones import zone_named

#: In characters; the longest name has 32. https://data.iana.org/time-zones/theory.html
LONGEST: Final = 64


def _known(name: str) -> str:
    if len(name) > LONGEST or zone_named(name) is None:
        raise PydanticCustomError("time_zone", "A time zone is an IANA name such as Europe/Berlin")
    return name


TimeZone = Annotated[StrictStr, AfterValidator(_known)]
