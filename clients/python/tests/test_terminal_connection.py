"""Which service is called as which user, and what `doctor` reports."""

import base64
import json
import os
from datetime import timedelta
from email.utils import format_datetime
from pathlib import Path

import httpx
import pytest

from async_chat_client._local_stack import find_local_stack
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


def test_environment_token_is_not_sent_to_the_service_of_an_option(project: Project) -> None:
    elsewhere = {"ASYNC_CHAT_URL": "https://chat.test", "ASYNC_CHAT_TOKEN": "carol"}
    project.run("chats", "--url", project.service.url, env=elsewhere)
    assert whose(project) == "alice"
    project.run("chats", "--url", project.service.url, env={"ASYNC_CHAT_TOKEN": "carol"})
    assert whose(project) == "alice"
    same = {"ASYNC_CHAT_URL": f"{project.service.url}/", "ASYNC_CHAT_TOKEN": "carol"}
    project.run("chats", "--url", project.service.url, env=same)
    assert whose(project) == "carol"


def test_folders_stack_in_place_of_another_service_is_said_in_one_line(project: Project) -> None:
    assert project.run("chats").stderr == ""
    project.logins_file.parent.mkdir(parents=True)
    project.logins_file.write_text(json.dumps([{"url": "https://chat.test", "access_token": "carol"}]))
    by_login = project.run("chats").stderr
    by_environment = project.run("chats", "--as", "bob", env={"ASYNC_CHAT_URL": "https://other.test"}).stderr
    for said, other in ((by_login, "https://chat.test"), (by_environment, "https://other.test")):
        assert len(said.splitlines()) == 1
        assert said.startswith(f"Using {project.service.url}, as ")
        assert all(part in said for part in (str(project.stack_file), f"not {other}"))


def test_folders_stack_that_is_also_the_latest_login_needs_no_word(project: Project) -> None:
    project.run("login", project.service.url, typed="alice\n")
    assert project.run("chats").stderr == ""


def plant(project: Project, api_url: str) -> None:
    described = json.loads(project.stack_file.read_text())
    project.stack_file.write_text(json.dumps({**described, "api_url": api_url}))


@pytest.mark.parametrize(
    "api_url",
    [
        "https://chat.example",
        "http://127.0.0.1.evil.example",
        "http://127.0.0.1@evil.example",
        "http://user@127.0.0.1",
        "http://localhost.evil.example",
        "http://evil.localhost",
        "http://evil.example#@127.0.0.1",
        "http://evil.example?@127.0.0.1",
        "http://evil.example\\\\@127.0.0.1",
        "http://2130706433",
        "http://0.0.0.0",
        "http://169.254.169.254",
        "ftp://127.0.0.1",
        "file:///etc/passwd",
        "//127.0.0.1",
        "",
    ],
)
def test_stack_file_that_names_another_machine_is_refused(project: Project, api_url: str) -> None:
    plant(project, api_url)
    result = project.run("chats")
    assert (result.exit_code, "is not on this machine" in result.stderr) == (6, True)
    with pytest.raises(ValueError, match="is not on this machine"):
        find_local_stack(project.folder)


@pytest.mark.parametrize(
    "api_url", ["http://127.0.0.1:1/x", "http://localhost:1", "http://[::1]:1", "https://127.1.2.3"]
)
def test_stack_file_of_this_machine_is_used(project: Project, api_url: str) -> None:
    plant(project, api_url)
    found = find_local_stack(project.folder)
    assert found is not None
    assert found.api_url == api_url


@pytest.mark.parametrize("mode", [0o620, 0o602, 0o666, 0o660, 0o777])
def test_stack_file_that_others_may_write_is_refused(project: Project, mode: int) -> None:
    project.stack_file.chmod(mode)
    result = project.run("chats")
    assert (result.exit_code, "other users may write it" in result.stderr) == (6, True)


def test_stack_file_of_another_user_is_refused(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "getuid", lambda: project.stack_file.stat().st_uid + 1)
    result = project.run("chats")
    assert (result.exit_code, "belongs to another user" in result.stderr) == (6, True)


def test_refused_stack_file_does_not_stand_in_the_way_of_a_login(project: Project) -> None:
    project.run("login", project.service.url, typed="carol\n")
    plant(project, "https://evil.example")
    result = project.run("chats")
    assert result.exit_code == 0
    assert whose(project) == "carol"
    assert "evil.example is not on this machine; using" in result.stderr


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
