"""Time zones by their IANA names: of the machine's own data, or else of the package `tzdata`, which is in the zip.

Images of Amazon Linux 2023 have come without the data: https://github.com/aws/aws-lambda-dotnet/issues/1620
"""

from datetime import UTC, datetime, tzinfo
from zoneinfo import ZoneInfo

from domain.memory import Memory
from domain.records import Assignment


def zone_named(name: str) -> tzinfo | None:
    """The zone of that IANA name; None for any other text."""
    try:
        return ZoneInfo(name)
    # ZoneInfoNotFoundError is a KeyError. A folder's name, such as "Europe", is an OSError.
    except (KeyError, ValueError, OSError):
        return None


def zone_or_utc(name: str | None) -> tzinfo:
    """The zone of that name; UTC without one, and for a stored name that is no longer known."""
    return (zone_named(name) if name else None) or UTC


def local_time(moment: datetime, zone: tzinfo) -> datetime:
    """The moment in that zone, or in UTC where the zone's time would be beyond the calendar."""
    try:
        return moment.astimezone(zone)
    except OverflowError:
        return moment.astimezone(UTC)


def asked_at(assignment: Assignment) -> datetime:
    """When the question was asked, by the person's clock: its day is their "today"."""
    return local_time(assignment.asked_at, zone_or_utc(assignment.time_zone))


def local_time_of(memory: Memory, zone: tzinfo | None) -> datetime:
    """When the memory happened, by the clocks where it was noted; by those of `zone` if that is not known.

    Of a day without a time it is noon of that day, in every zone.
    """
    if memory.day is not None:
        return memory.occurred_at
    return local_time(memory.occurred_at, zone_or_utc(memory.time_zone) if memory.time_zone else zone or UTC)
