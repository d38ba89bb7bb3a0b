"""`async-chat` commands about memories."""

import itertools
import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from async_chat_client._memories import Memories
from async_chat_client._terminal import memory_rules
from async_chat_client._terminal.time_zone import machine_time_zone
from async_chat_client.testing import answers
from tests.terminal import Project


def texts(project: Project) -> list[str]:
    """The stored texts, oldest first."""
    return [memory["text"] for memory in reversed(project.json("memories", "--limit", "999")["memories"])]


def write(folder: Path, name: str, *lines: str) -> str:
    (folder / name).write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return name


def test_remembered_memory_is_found(project: Project) -> None:
    project.run("remember", "Parked on level 3, bay 12.", "--at", "2026-11-20T18:30Z", "--tag", "car", "--tag", "town")
    project.run("remember", "The dentist moved to Tuesday.")
    [found] = project.json("memories", "park")["memories"]
    assert found["occurred_at"] == "2026-11-20T18:30:00+00:00"
    assert found["tags"] == ["car", "town"]


def test_time_without_a_zone_is_local(project: Project) -> None:
    assert project.run("remember", "Parked.", "--at", "2026-11-20").exit_code == 0
    assert project.run("remember", "Parked.", "--at", "yesterday").exit_code == 2


ZONES = ("Europe/Berlin", "Pacific/Kiritimati", "America/Los_Angeles")


@pytest.fixture
def clocks(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], None]]:
    """Puts this machine into a time zone."""

    def put(zone: str) -> None:
        monkeypatch.setenv("TZ", zone)
        time.tzset()

    yield put
    monkeypatch.undo()
    time.tzset()


@pytest.mark.parametrize("zone", [*ZONES, "UTC"])
def test_day_without_a_time_is_that_day(project: Project, clocks: Callable[[str], None], zone: str) -> None:
    """T11: as an option, in CSV and in JSON Lines."""
    clocks(zone)
    assert project.run("remember", "Visited the glass museum", "--at", "2026-08-05").exit_code == 0
    project.run("import", write(project.folder, "a.csv", "text,occurred_at", "Saw an owl,2026-08-05"))
    lines = '{"text": "Fed it", "occurred_at": "2026-08-05"}'
    project.run("import", write(project.folder, "a.jsonl", lines))
    assert [memory["day"] for memory in project.json("memories")["memories"]] == ["2026-08-05"] * 3
    shown = project.run("memories").stdout.splitlines()
    assert [line.split()[1:] for line in shown[::2]] == [["2026-08-05"]] * 3


@pytest.mark.parametrize("zone", ZONES)
def test_machines_time_zone_is_sent(project: Project, clocks: Callable[[str], None], zone: str) -> None:
    clocks(zone)
    project.run("remember", "Parked.", "--at", "2026-11-20T18:30")
    [found] = project.json("memories")["memories"]
    assert found["time_zone"] == zone
    assert datetime.fromisoformat(found["occurred_at"]) == datetime(2026, 11, 20, 18, 30, tzinfo=ZoneInfo(zone))
    assert "2026-11-20 18:30" in project.run("memories").stdout


def test_time_zone_can_be_named(project: Project, clocks: Callable[[str], None]) -> None:
    clocks("Europe/Berlin")
    project.run("remember", "Parked.", "--at", "2026-11-20T18:30", "--time-zone", "Asia/Tokyo")
    [found] = project.json("memories")["memories"]
    assert (found["occurred_at"], found["time_zone"]) == ("2026-11-20T09:30:00+00:00", "Asia/Tokyo")
    refused = project.run("remember", "Parked.", "--at", "2026-11-20T18:30", "--time-zone", "Mars/Olympus")
    assert refused.exit_code == 2


@pytest.mark.parametrize(
    ("environment", "link", "zone"),
    [
        ({"TZ": "Europe/Berlin"}, None, "Europe/Berlin"),
        ({"TZ": ":America/New_York"}, "/usr/share/zoneinfo/Asia/Tokyo", "America/New_York"),
        ({}, "/usr/share/zoneinfo/Asia/Tokyo", "Asia/Tokyo"),
        ({}, "/var/db/timezone/zoneinfo/Asia/Tokyo", "Asia/Tokyo"),
        ({}, "../usr/share/zoneinfo/Asia/Tokyo", "Asia/Tokyo"),
        ({}, None, None),
        ({}, "/etc/elsewhere", None),
        ({"TZ": ""}, "/usr/share/zoneinfo/Asia/Tokyo", None),
        ({"TZ": "UTC"}, None, None),
        ({}, "/usr/share/zoneinfo/Etc/UTC", None),
        ({"TZ": "CET-1CEST"}, None, None),
        ({"TZ": "/usr/share/zoneinfo/Asia/Tokyo"}, None, None),
    ],
)
def test_machines_time_zone_is_found_by_its_name_or_left_out(
    tmp_path: Path, environment: dict[str, str], link: str | None, zone: str | None
) -> None:
    localtime = tmp_path / "localtime"
    if link:
        localtime.symlink_to(link)
    assert machine_time_zone(environment, localtime) == zone


def test_forgotten_memory_is_not_listed(project: Project) -> None:
    ids = [project.run("remember", text).stdout.strip() for text in ("One.", "Two.", "Three.")]
    assert project.run("forget", ids[0], ids[2]).exit_code == 0
    assert texts(project) == ["Two."]
    assert project.run("forget", ids[0]).exit_code == 5


def test_json_lines_are_imported(project: Project) -> None:
    lines = [json.dumps({"key": f"a-{day}", "text": f"Day {day}", "tags": ["diary"]}) for day in range(230)]
    result = project.run("import", write(project.folder, "diary.jsonl", *lines, ""))
    assert result.stdout == "230 memories stored\n"
    assert texts(project) == [f"Day {day}" for day in range(230)]


def test_csv_is_imported(project: Project) -> None:
    lines = ["occurred_at,tags,text", '2026-11-20T18:30Z,car; town,"Level 3, bay 12."', ',,"Two\nlines"']
    assert project.run("import", write(project.folder, "diary.CSV", *lines)).exit_code == 0
    second, first = project.json("memories")["memories"]
    assert (first["text"], first["tags"]) == ("Level 3, bay 12.", ["car", "town"])
    assert (second["text"], second["tags"]) == ("Two\nlines", [])


def test_stdin_is_imported(project: Project) -> None:
    assert project.run("import", "-", typed='{"text": "One."}\n{"text": "Two."}\n').exit_code == 0
    assert project.run("import", "-", "--format", "csv", typed="text\nThree.\n").exit_code == 0
    assert texts(project) == ["One.", "Two.", "Three."]


@pytest.mark.parametrize(
    ("name", "line", "complaint"),
    [
        ("a.jsonl", "not json", "line 2: not a JSON object"),
        ("a.jsonl", '{"txt": "Two."}', "line 2: `text` is missing"),
        ("a.jsonl", '{"text": " "}', "line 2: `text` is empty"),
        ("a.jsonl", '{"text": "\\u200b"}', "line 2: `text` is empty"),
        ("a.jsonl", '{"text": 7}', "line 2: `text` is missing"),
        ("a.jsonl", json.dumps({"text": "a" * 4_001}), "line 2: `text` has 4,001 characters"),
        ("a.jsonl", '{"text": "a\\u0000b"}', "line 2: `text` holds NULs"),
        ("a.jsonl", '{"text": "a\\ud800b"}', "line 2: `text` holds NULs or halves"),
        ("a.jsonl", json.dumps({"text": "a", "tags": ["t"] * 21}), "line 2: 21 tags"),
        ("a.jsonl", json.dumps({"text": "a", "tags": ["t" * 65]}), "line 2: a tag has 65 characters"),
        ("a.jsonl", json.dumps({"text": "a", "tags": [""]}), "line 2: a tag has 0 characters"),
        ("a.jsonl", '{"text": "a", "tags": 0}', "line 2: `tags` is not a list"),
        ("a.jsonl", '{"text": "a", "occurred_at": 20261101}', "line 2: `occurred_at` is not a time"),
        ("a.jsonl", '{"text": "a", "occurred_at": "0001-01-01T00:00+14:00"}', "line 2: `occurred_at` is beyond"),
        ("a.jsonl", "[" * 100_000, "line 2: not a JSON object"),
        ("a.jsonl", '{"text": "Two.", "tags": "car"}', "line 2: `tags` is not a list"),
        ("a.jsonl", '{"text": "Two.", "occurred_at": "yesterday"}', "line 2: `occurred_at` is not a time"),
        ("a.csv", "", "must be the column names"),
    ],
)
def test_invalid_line_is_reported_and_nothing_is_stored(project: Project, name: str, line: str, complaint: str) -> None:
    result = project.run("import", write(project.folder, name, '{"text": "One."}', line))
    assert result.exit_code == 2
    assert complaint in result.stderr
    assert texts(project) == []


def test_binary_file_is_reported(project: Project) -> None:
    (project.folder / "photo.jsonl").write_bytes(b"\xff\xd8\xff\xe0")
    result = project.run("import", "photo.jsonl")
    assert (result.exit_code, "UTF-8" in result.stderr) == (2, True)


def test_missing_file_is_reported(project: Project) -> None:
    result = project.run("import", "diary.jsonl")
    assert (result.exit_code, "No such file" in result.stderr) == (2, True)


def test_interrupted_import_says_how_to_continue(project: Project) -> None:
    file = write(project.folder, "diary.jsonl", *[json.dumps({"text": f"Day {day}"}) for day in range(250)])
    passed_on = [lambda request, handle: handle(request)] * 2
    project.service.disturb(*passed_on, answers(401, {"message": "Unauthorized"}), on="/memories")
    broken = project.run("import", file)
    assert broken.exit_code == 6
    assert "continue with --skip 200" in broken.stderr
    project.run("import", file, "--skip", "200")
    assert texts(project) == [f"Day {day}" for day in range(250)]


def test_import_survives_a_short_outage(project: Project) -> None:
    project.service.disturb(answers(429, headers={"Retry-After": "0"}), on="/memories")
    assert project.run("import", "-", typed='{"text": "One."}').exit_code == 0
    assert texts(project) == ["One."]


def table(project: Project, *lines: str, name: str = "a.csv") -> str:
    """Import a CSV file; returns what is said about it."""
    return project.run("import", write(project.folder, name, *lines)).stderr


@pytest.mark.parametrize(
    ("lines", "complaint"),
    [
        (["text,occurred_at", '"The valve is stuck,2026-11-01', "Two,", "Three,"], "line 2: a quote is never closed"),
        (["text,occurred_at", "One,", '"The valve,2026', '"Another",2026-11-01'], "line 3: a quote in the middle"),
        (["text,occurred_at", "One,", 'Two "x" y",2026-11-01,'], "line 3: 3 fields, but line 1 names 2 columns"),
        (["text,occurred_at", '"One,2026-11-01', 'Two",2026-11-02', "Three"], "line 4: 1 fields"),
        (["text,text", "One,Two"], "line 1: two columns are called `text`"),
        (["words,when", "One,"], "a column `text`; it names words, when"),
        (["text", "One", "t" * 140_000], "line 3: a field is too long"),
        (["text", '"Two', 'lines"', "x" * 4_001], "line 4: `text` has 4,001 characters"),
    ],
)
def test_csv_that_is_not_strict_is_refused_by_its_line(project: Project, lines: list[str], complaint: str) -> None:
    assert complaint in table(project, *lines)
    assert texts(project) == []


@pytest.mark.parametrize("bom", ["", "\ufeff"], ids=["plain", "BOM"])
@pytest.mark.parametrize(
    "head", ["text{0}occurred_at{0}tags", "Text{0}Occurred_At{0}TAGS", '"text"{0} occurred_at {0}tags']
)
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("stream", [False, True], ids=["file", "stream"])
def test_csv_as_spreadsheets_write_it_is_understood(
    project: Project, bom: str, head: str, delimiter: str, end: str, stream: bool
) -> None:
    rows = [head, '"Level 3{0} bay 12."{0}2026-11-20T18:30Z{0}"car;town"', "Grüße{0}{0}", "{0}{0}"]
    content = bom + "".join(row.format(delimiter) + end for row in rows)
    if stream:
        result = project.run("import", "-", "--format", "csv", typed=content)
    else:
        (project.folder / "a.csv").write_bytes(content.encode())
        result = project.run("import", "a.csv")
    assert result.exit_code == 0, result.stderr
    second, first = project.json("memories")["memories"]
    assert (first["text"], first["tags"]) == (f"Level 3{delimiter} bay 12.", ["car", "town"])
    assert (second["text"], second["tags"]) == ("Grüße", [])


def test_excels_hint_and_unicode_text_are_understood(project: Project) -> None:
    (project.folder / "a.csv").write_bytes(b"sep=;\r\ntext;tags\r\nOne;a\r\n")
    (project.folder / "b.csv").write_bytes("text\ttags\r\nTwo\tb\r\n".encode("utf-16"))
    for name in ("a.csv", "b.csv"):
        assert project.run("import", name).exit_code == 0
    assert texts(project) == ["One", "Two"]


def test_a_line_that_is_not_utf_8_is_named(project: Project) -> None:
    (project.folder / "a.csv").write_bytes(b"text\nOne\ncaf\xe9\n")
    assert "line 3: not UTF-8" in project.run("import", "a.csv").stderr


def test_a_bad_line_after_the_first_batch_stores_nothing(project: Project) -> None:
    lines = [json.dumps({"text": f"Day {day}"}) for day in range(200)]
    lines[149] = json.dumps({"text": "x" * 4_001})
    result = project.run("import", write(project.folder, "diary.jsonl", *lines))
    assert (result.exit_code, "line 150" in result.stderr) == (2, True)
    assert texts(project) == []


def test_ctrl_c_says_how_far_the_import_came_and_going_on_doubles_nothing(project: Project) -> None:
    file = write(project.folder, "diary.jsonl", *[json.dumps({"text": f"Day {day}"}) for day in range(250)])
    with interrupting(project, after=2):
        broken = project.run("import", file)
    assert broken.exit_code == 130
    assert "100 of 250 memories were stored; continue with --skip 100" in broken.stderr
    assert len(texts(project)) == 200, "the answer to the second batch was not waited for"
    assert project.run("import", file, "--skip", "100").exit_code == 0
    assert texts(project) == [f"Day {day}" for day in range(250)]


@contextmanager
def interrupting(project: Project, after: int) -> Iterator[None]:
    """Ctrl-C just after the service has stored so many batches."""
    send, count = Memories.remember_all, itertools.count(1)

    def remember_all(self: Memories, *arguments: Any, **named: Any) -> Iterator[tuple[str, ...]]:
        stored = list(send(self, *arguments, **named))
        if next(count) == after:
            raise KeyboardInterrupt
        return iter(stored)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Memories, "remember_all", remember_all)
        yield


def test_importing_the_same_file_again_stores_nothing_twice(project: Project) -> None:
    file = write(project.folder, "diary.jsonl", *[json.dumps({"text": "The same"}) for _ in range(150)])
    for _ in range(2):
        assert project.run("import", file).stdout == "150 memories stored\n"
    assert texts(project) == ["The same"] * 150


def test_the_rules_are_those_of_openapi() -> None:
    document = json.loads((Path(__file__).parents[3] / "openapi.json").read_text())
    schema = document["components"]["schemas"]["NewMemoryBody"]["properties"]
    assert schema["text"]["maxLength"] == memory_rules.LONGEST_TEXT
    assert schema["tags"]["maxItems"] == memory_rules.MOST_TAGS
    assert schema["tags"]["items"]["maxLength"] == memory_rules.LONGEST_TAG
    assert (schema["text"]["minLength"], schema["tags"]["items"]["minLength"]) == (1, 1)
    assert schema.keys() == {"text", "occurred_at", "time_zone", "tags"}, "a new field needs its rule here"


def test_full_memories_are_said_in_the_services_words(project: Project) -> None:
    detail = "You have 20,000 memories of 3,456,789 bytes. Delete some first."
    project.service.disturb(answers(409, {"code": "memories_full", "detail": detail}), on="/memories")
    result = project.run("remember", "One more.")
    assert (result.exit_code, detail in result.stderr) == (5, True)
