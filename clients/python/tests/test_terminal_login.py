"""Signing in from the terminal, and what is stored."""

import json
import socket
import time
import webbrowser
from collections.abc import Iterator

import httpx
import pytest
from typer.testing import Result

from async_chat_client._terminal import callback
from tests.sign_in_page import CLIENT_ID, SignInPage, hosted
from tests.terminal import Project


@pytest.fixture
def project(project: Project, monkeypatch: pytest.MonkeyPatch) -> Project:
    """A user outside any project, who has to sign in at a service by its URL."""
    project.stack_file.unlink()
    return project


@pytest.fixture
def page() -> Iterator[SignInPage]:
    with hosted() as page:
        yield page


@pytest.fixture(autouse=True)
def browser(monkeypatch: pytest.MonkeyPatch) -> None:
    """A browser whose user signs in at once."""
    monkeypatch.setattr(webbrowser, "open", lambda url: httpx.get(url, follow_redirects=True, trust_env=False))


def log_in(project: Project, page: SignInPage) -> Result:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    options = ["--sign-in-url", page.url, "--client-id", CLIENT_ID, "--port", str(port)]
    return project.run("login", project.service.url, *options)


def kept(project: Project) -> dict[str, object]:
    found: dict[str, object] = json.loads(project.logins_file.read_text())[-1]
    return found


def test_browser_sign_in_stores_the_login(project: Project, page: SignInPage) -> None:
    assert log_in(project, page).exit_code == 0
    project.run("ask", "Where did I park?", "--no-wait")
    assert project.service.requests[-1].headers["authorization"] == "Bearer alice"


def test_login_file_is_readable_only_by_its_owner(project: Project, page: SignInPage) -> None:
    log_in(project, page)
    assert project.logins_file.stat().st_mode & 0o777 == 0o600
    assert project.logins_file.parent.stat().st_mode & 0o777 == 0o700


def test_the_token_is_never_printed(project: Project) -> None:
    project.service.requests.clear()
    result = project.run("login", project.service.url, typed="a-very-secret-token\n")
    assert "a-very-secret-token" not in result.output
    assert project.service.requests[0].headers["authorization"] == "Bearer a-very-secret-token"


def test_token_is_read_from_stdin(project: Project) -> None:
    assert project.run("login", f"{project.service.url}/", typed="alice\n").exit_code == 0
    assert kept(project)["access_token"] == "alice"
    assert project.run("chats").exit_code == 0


def test_invalid_token_is_not_stored(project: Project) -> None:
    assert project.run("login", project.service.url, typed="expired\n").exit_code == 6
    assert not project.logins_file.exists()


def test_login_without_a_token_is_rejected(project: Project) -> None:
    assert project.run("login", project.service.url, typed="\n").exit_code == 6


def test_expired_token_is_refreshed_silently(project: Project, page: SignInPage) -> None:
    page.expires_in = 30
    log_in(project, page)
    page.user, page.expires_in = "alice-again", 3600
    assert project.run("chats").exit_code == 0
    assert project.service.requests[-1].headers["authorization"] == "Bearer alice-again"
    assert [call["grant_type"] for call in page.calls] == ["authorization_code", "refresh_token"]
    assert kept(project)["refresh_token"] == "refresh-1"
    project.run("chats")
    assert len(page.calls) == 2


def test_refused_refresh_says_how_to_sign_in_again(project: Project, page: SignInPage) -> None:
    page.expires_in = 30
    log_in(project, page)
    login = kept(project)
    project.logins_file.write_text(json.dumps([{**login, "refresh_token": "revoked"}]))
    result = project.run("chats")
    assert result.exit_code == 6
    assert f"async-chat login {project.service.url}" in result.stderr
    assert "revoked" not in result.stderr


def test_second_login_reuses_the_options(project: Project, page: SignInPage) -> None:
    log_in(project, page)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    assert project.run("login", project.service.url, "--port", str(port)).exit_code == 0
    assert len(page.calls) == 2


def test_error_of_the_sign_in_page_is_shown(project: Project, page: SignInPage) -> None:
    page.refuses = True
    result = log_in(project, page)
    assert result.exit_code == 6
    assert "The user said no" in result.stderr


STRANGERS = {
    "a guessed state": ("/callback?code=theirs&state=guess", "localhost:PORT", 400),
    "no state": ("/callback?code=theirs", "localhost:PORT", 400),
    "an empty state": ("/callback?code=theirs&state=", "localhost:PORT", 400),
    "two states": ("/callback?code=theirs&state=STATE&state=guess", "localhost:PORT", 400),
    "an error": ("/callback?error=access_denied&error_description=Sorry&state=guess", "localhost:PORT", 400),
    "the state without an end": ("/callback?state=STATE", "localhost:PORT", 400),
    "two codes": ("/callback?code=theirs&code=other&state=STATE", "localhost:PORT", 400),
    "the address in place of the name": ("/callback?code=theirs&state=STATE", "127.0.0.1:PORT", 400),
    "a name that resolves to this machine": ("/callback?code=theirs&state=STATE", "evil.example:PORT", 400),
    "another port": ("/callback?code=theirs&state=STATE", "localhost:1", 400),
    "another path": ("/favicon.ico", "localhost:PORT", 404),
}


@pytest.mark.parametrize("stranger", STRANGERS)
def test_sign_in_goes_on_after_a_request_that_is_not_its_own(
    project: Project, page: SignInPage, monkeypatch: pytest.MonkeyPatch, stranger: str
) -> None:
    path, host, status = STRANGERS[stranger]
    answers: list[int] = []

    def browse(url: str) -> None:
        asked = httpx.URL(url).params
        port = httpx.URL(asked["redirect_uri"]).port
        target = f"http://127.0.0.1:{port}{path.replace('STATE', asked['state'])}"
        named = {"Host": host.replace("PORT", str(port))}
        answers.append(httpx.get(target, headers=named, trust_env=False).status_code)
        httpx.get(url, follow_redirects=True, trust_env=False)

    monkeypatch.setattr(webbrowser, "open", browse)
    assert log_in(project, page).exit_code == 0
    assert answers == [status]
    assert [call["code"] for call in page.calls] == ["code-0"]


@pytest.mark.parametrize("port", ["70000", "0", "-1", "http"])
def test_port_that_is_none_is_a_usage_error(project: Project, port: str) -> None:
    result = project.run("login", project.service.url, "--port", port)
    assert (result.exit_code, "--port" in result.stderr) == (2, True)


@pytest.mark.parametrize(
    "url", ["http://sign-in.example", "http://127.0.0.1.sign-in.example", "ftp://127.0.0.1", "sign-in"]
)
def test_sign_in_that_is_not_encrypted_is_refused(project: Project, url: str) -> None:
    result = project.run("login", "https://chat.test", "--sign-in-url", url, "--client-id", CLIENT_ID)
    assert (result.exit_code, "URL" in result.stderr or "encrypted" in result.stderr) == (2, True)
    result = project.run("login", url, typed="alice\n")
    assert result.exit_code == 2


def test_refresh_token_of_an_older_login_is_not_sent_unencrypted(project: Project, page: SignInPage) -> None:
    page.expires_in = 30
    log_in(project, page)
    project.logins_file.write_text(json.dumps([{**kept(project), "sign_in_url": "http://sign-in.example"}]))
    result = project.run("chats")
    assert (result.exit_code, "issued no token" in result.stderr) == (6, True)


def test_sign_in_times_out(project: Project, page: SignInPage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(webbrowser, "open", lambda _: True)
    monkeypatch.setattr(callback, "PATIENCE_SECONDS", 0.0)
    result = log_in(project, page)
    assert (result.exit_code, "No sign-in within" in result.stderr) == (6, True)


def test_port_in_use_is_reported(project: Project, page: SignInPage) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        options = ["--sign-in-url", page.url, "--client-id", CLIENT_ID, "--port", port]
        result = project.run("login", project.service.url, *options)
    assert (result.exit_code, "in use" in result.stderr) == (6, True)


def test_logout_removes_the_token(project: Project) -> None:
    project.run("login", project.service.url, typed="alice\n")
    assert project.run("logout", project.service.url).exit_code == 0
    assert "alice" not in project.logins_file.read_text()
    assert project.run("chats").exit_code == 6
    assert project.run("logout", project.service.url).exit_code == 6


def test_logout_revokes_the_refresh_token(project: Project, page: SignInPage) -> None:
    log_in(project, page)
    assert project.run("logout", project.service.url).exit_code == 0
    assert page.revoked == [{"token": "refresh-1", "client_id": CLIENT_ID}]
    assert json.loads(project.logins_file.read_text()) == []


def test_logout_that_is_not_heard_forgets_the_login_and_says_so(project: Project, page: SignInPage) -> None:
    log_in(project, page)
    page.revokes = False
    result = project.run("logout", project.service.url)
    assert (result.exit_code, "has not revoked it" in result.stderr) == (6, True)
    assert "refresh-1" not in result.output
    assert json.loads(project.logins_file.read_text()) == []


def test_each_service_has_its_own_login(project: Project) -> None:
    project.run("login", project.service.url, typed="alice\n")
    logins = json.loads(project.logins_file.read_text())
    elsewhere = {**logins[0], "url": "https://chat.test", "access_token": "bob"}
    project.logins_file.write_text(json.dumps([elsewhere, *logins]))
    project.run("chats")
    project.run("chats", "--url", project.service.url)
    assert {request.headers["authorization"] for request in project.service.requests} == {"Bearer alice"}


def test_unexpired_token_is_not_refreshed(project: Project, page: SignInPage) -> None:
    log_in(project, page)
    assert float(str(kept(project)["expires_at"])) == pytest.approx(time.time() + 3600, abs=60)
    project.run("chats")
    assert len(page.calls) == 1
