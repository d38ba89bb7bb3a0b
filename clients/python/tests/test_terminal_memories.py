"""`async-chat` commands about memories."""

import json
from pathlib import Path

import pytest

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
        ("a.jsonl", '{"text": " "}', "line 2: `text` is missing"),
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
