"""Which service is called as which user, and what `doctor` reports."""

import base64
import json
from datetime import timedelta
from email.utils import format_datetime
from pathlib import Path

import httpx
import pytest

from async_chat_client.testing import Handler, answers
from tests.terminal import Project


def whose(project: Project) -> str:
    """The token of the last request."""
    return project.service.requests[-1].headers["authorization"].removeprefix("Bearer ")


def test_the_stack_is_found_from_any_folder_of_the_project(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    deep = project.folder / "docs" / "clients"
    deep.mkdir(parents=True)
    monkeypatch.chdir(deep)
    assert project.run("chats").exit_code == 0
    assert whose(project) == "alice"


@pytest.mark.parametrize(("words", "env"), [(["--as", "bob"], {}), ([], {"ASYNC_CHAT_USER": "bob"})])
def test_demo_user_is_chosen_by_option_or_environment(project: Project, words: list[str], env: dict[str, str]) -> None:
    project.run("chats", *words, env=env)
    assert whose(project) == "bob"


def test_unknown_demo_user_is_rejected_with_the_known_ones(project: Project) -> None:
    result = project.run("chats", "--as", "mallory")
    assert (result.exit_code, result.stderr) == (6, "The local stack has no user mallory; it has alice and bob.\n")


def test_environment_url_takes_precedence_over_the_local_stack(project: Project) -> None:
    env = {"ASYNC_CHAT_URL": project.service.url, "ASYNC_CHAT_TOKEN": "carol"}
    project.run("chats", env=env)
    assert whose(project) == "carol"


def test_environment_token_is_sent_only_to_the_environment_url(project: Project) -> None:
    project.run("chats", env={"ASYNC_CHAT_TOKEN": "carol"})
    assert whose(project) == "alice"


def test_options_take_precedence_over_the_environment(project: Project) -> None:
    elsewhere = {"ASYNC_CHAT_URL": "https://chat.test", "ASYNC_CHAT_TOKEN": "carol"}
    project.run("chats", "--as", "bob", env=elsewhere)
    assert whose(project) == "bob"
    project.run("chats", "--url", project.service.url, env={"ASYNC_CHAT_USER": "bob"})
    assert whose(project) == "alice"


def test_demo_user_is_rejected_without_the_local_stack(project: Project) -> None:
    result = project.run("chats", "--as", "bob", "--url", "https://chat.test")
    assert (result.exit_code, "local stack" in result.stderr) == (6, True)


def test_service_without_a_login_is_not_called(project: Project) -> None:
    result = project.run("chats", "--url", "https://chat.test")
    assert (result.exit_code, "async-chat login https://chat.test" in result.stderr) == (6, True)


def test_invalid_url_is_a_usage_error(project: Project) -> None:
    env = {"ASYNC_CHAT_URL": "chat.test", "ASYNC_CHAT_TOKEN": "carol"}
    assert project.run("chats", env=env).exit_code == 2


def test_without_a_service_the_error_says_what_to_do(
    project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    result = project.run("chats")
    assert result.exit_code == 6
    assert "make up" in result.stderr


def test_invalid_stack_file_is_reported(project: Project) -> None:
    project.stack_file.write_text("{")
    result = project.run("chats")
    assert (result.exit_code, "make up" in result.stderr) == (6, True)


def test_doctor_passes_all_checks_for_a_healthy_service(project: Project) -> None:
    result = project.run("doctor")
    assert result.exit_code == 0
    assert [line.split()[:2] for line in result.stdout.splitlines()] == [
        ["✓", check] for check in ("service", "endpoint", "clock", "token", "latency")
    ]


def findings(project: Project) -> dict[str, tuple[bool, str]]:
    """The results of `doctor`, by check."""
    return {found["check"]: (found["ok"], found["text"]) for found in project.json("doctor")["findings"]}


def test_doctor_stops_at_an_unreachable_endpoint(project: Project) -> None:
    described = json.loads(project.stack_file.read_text())
    project.stack_file.write_text(json.dumps({**described, "api_url": "http://127.0.0.1:9"}))
    found = findings(project)
    assert list(found) == ["service", "endpoint"]
    assert not found["endpoint"][0]
    assert project.run("doctor").exit_code == 1


def test_doctor_reports_an_invalid_token(project: Project) -> None:
    described = json.loads(project.stack_file.read_text())
    users = [{"name": "alice", "token": "expired"}]
    project.stack_file.write_text(json.dumps({**described, "users": users}))
    assert findings(project)["token"] == (False, "Unauthorized")


def test_doctor_reports_a_clock_that_is_an_hour_off(project: Project) -> None:
    def an_hour_later(request: httpx.Request, handle: Handler) -> httpx.Response:
        response = handle(request)
        response.headers["Date"] = format_datetime(project.service.time.date() + timedelta(hours=1), usegmt=True)
        return response

    project.service.disturb(*[an_hour_later] * 9, on="/health")
    good, text = findings(project)["clock"]
    assert not good
    assert text.endswith("s behind the service")


def test_doctor_shows_when_the_token_expires(project: Project) -> None:
    described = json.loads(project.stack_file.read_text())
    claims = base64.urlsafe_b64encode(json.dumps({"exp": 1_800_000_000}).encode()).decode().rstrip("=")
    users = [{"name": "alice", "token": f"header.{claims}.signature"}]
    project.stack_file.write_text(json.dumps({**described, "users": users}))
    assert "valid until 2027-01-15" in findings(project)["token"][1]


def test_doctor_does_not_retry(project: Project) -> None:
    project.service.disturb(*[answers(500)] * 99)
    assert not findings(project)["endpoint"][0]
    assert len(project.service.requests) == 1
