"""IANA names to zones, and times in them."""

import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from adapters.time_zones import local_time, local_time_of, zone_named, zone_or_utc
from domain.memory import Memory, NewMemory
from tests.architecture.source import SRC

BERLIN, TOKYO = ZoneInfo("Europe/Berlin"), ZoneInfo("Asia/Tokyo")
#: On 5 August in Berlin, on the 4th in UTC.
LATE = datetime(2026, 8, 4, 22, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    "name", ["Europe/Berlin", "America/Argentina/Buenos_Aires", "Asia/Calcutta", "Etc/GMT+12", "UTC"]
)
def test_iana_name_is_a_zone(name: str) -> None:
    assert str(zone_named(name)) == name


def test_zones_are_found_where_the_machine_has_no_zone_data() -> None:
    """As in an image of Lambda without them: from the package `tzdata`."""
    code = (
        "from adapters.time_zones import zone_named; print(zone_named('Pacific/Auckland'), zone_named('Mars/Olympus'))"
    )
    environment = {"PYTHONPATH": str(SRC), "PYTHONTZPATH": ""}
    ran = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True, env=environment)
    assert ran.stdout == "Pacific/Auckland None\n"


@pytest.mark.parametrize(
    "name",
    [
        "",
        " ",
        "Europe",
        "Europe/",
        "Mars/Olympus",
        "../etc/passwd",
        "/etc/localtime",
        "Europe/Berlin\0",
        "\ud800",
        "x" * 9_999,
    ],
    ids=ascii,
)
def test_any_other_text_is_no_zone(name: str) -> None:
    assert zone_named(name) is None
    assert zone_or_utc(name) is UTC


def test_moment_of_a_memory_is_read_where_it_was_noted() -> None:
    noted_in_berlin = NewMemory("Saw an owl.", LATE, time_zone="Europe/Berlin").stored_as("1", LATE)
    anywhere = NewMemory("Saw an owl.", LATE).stored_as("2", LATE)
    assert f"{local_time_of(noted_in_berlin, TOKYO):%d %H:%M}" == "05 00:30"
    assert f"{local_time_of(anywhere, TOKYO):%d %H:%M}" == "05 07:30"
    assert f"{local_time_of(anywhere, UTC):%d %H:%M}" == "04 22:30"


@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "Etc/GMT+12", "Europe/Berlin", "UTC"])
def test_day_without_a_time_is_that_day_everywhere(zone: str) -> None:
    museum = NewMemory("Visited the glass museum.", day=date(2026, 8, 5), time_zone=zone).stored_as("1", LATE)
    assert local_time_of(museum, ZoneInfo(zone)).date() == date(2026, 8, 5)
    assert museum.time_zone is None


def test_zone_that_is_no_longer_known_is_read_as_utc() -> None:
    assert local_time_of(Memory("1", "Saw an owl.", LATE, time_zone="Atlantis/Capital"), TOKYO) == LATE


@pytest.mark.parametrize("moment", [datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)])
@pytest.mark.parametrize("zone", ["Etc/GMT+12", "Pacific/Kiritimati"])
def test_ends_of_the_calendar_are_readable_in_every_zone(moment: datetime, zone: str) -> None:
    assert abs(local_time(moment, ZoneInfo(zone)).replace(tzinfo=UTC) - moment) <= timedelta(hours=14)
