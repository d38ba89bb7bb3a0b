"""The person's time zone by its IANA name."""

from collections.abc import Mapping
from pathlib import Path
from zoneinfo import ZoneInfo

#: Where systemd, macOS and most others keep the machine's zone: a link into their zone data.
LOCALTIME = Path("/etc/localtime")

#: The zones of servers, which say nothing about the person at the keyboard.
SERVERS = frozenset({"UTC", "Etc/UTC"})


def machine_time_zone(environment: Mapping[str, str], localtime: Path = LOCALTIME) -> str | None:
    """The zone that TZ names, else the machine's; None where neither is the name of a known zone, and for UTC."""
    if "TZ" in environment:
        name = environment["TZ"].removeprefix(":")
    else:
        try:
            name = str(localtime.readlink()).rpartition("/zoneinfo/")[2]
        except OSError:  # not a link, or Windows
            return None
    return name if name and name not in SERVERS and zone_named(name) else None


def zone_named(name: str) -> ZoneInfo | None:
    """The zone of that name. Windows has no zone data of this kind."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return None
