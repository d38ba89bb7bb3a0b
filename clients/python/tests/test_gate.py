"""What goes out can be encoded, what comes in has the contract's shape, and no other library's text reaches a person."""

import json
import ssl
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from async_chat_client import AsyncChatClient, ChatClient, NewMemory
from async_chat_client._gate import reason
from async_chat_client.errors import AsyncChatError, Misconfigured, Unreachable, UnreadableReply, Unsendable
from async_chat_client.testing import FakeService, answers
from tests.terminal import Project

#: What Python makes of bytes that are not UTF-8, and JSON of half a pair.
HALVES = ["caf\udce9", "\ud83d", "a\udfffb"]
SECRET = "s3cret-token-of-alice"

CALLS: dict[str, Callable[[ChatClient, str], object]] = {
    "ask": lambda client, text: client.chat().ask(text),
    "ask in a chat": lambda client, text: client.chat(text).ask("Where?"),
    "key": lambda client, text: client.chat().ask("Where?", key=text),
    "page": lambda client, text: client.chat(text).page(),
    "remember": lambda client, text: client.memories.remember(text),
    "tags": lambda client, text: list(client.memories.remember_all([NewMemory("Tea", tags=(text,))])),
    "search": lambda client, text: list(client.memories.search(text)),
}


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
@pytest.mark.parametrize("text", HALVES, ids=ascii)
def test_text_that_cannot_be_encoded_is_refused_before_anything_is_sent(
    service: FakeService, alice: ChatClient, call: Callable[[ChatClient, str], object], text: str
) -> None:
    with pytest.raises(Unsendable):
        call(alice, text)
    assert service.requests == []


@pytest.mark.parametrize(
    "token", [f"{SECRET}\nmore", f"“{SECRET}”", f"{SECRET} {SECRET}", f"{SECRET}\x00", f"{SECRET}é"], ids=ascii
)
def test_a_token_that_is_none_is_refused_without_quoting_it(service: FakeService, token: str) -> None:
    client = ChatClient("http://localhost", token, transport=service.transport())
    with pytest.raises(Unsendable) as refused:
        client.chat().ask("Where?")
    assert SECRET not in str(refused.value)
    assert service.requests == []


@pytest.mark.parametrize("token", [f"{SECRET}\r", f"{SECRET}\r\n", f" {SECRET}\t"], ids=ascii)
def test_white_space_around_a_token_is_trimmed(service: FakeService, token: str) -> None:
    with ChatClient("http://localhost", token, transport=service.transport()) as client:
        client.chat().ask("Where?")
    assert service.requests[0].headers["authorization"] == f"Bearer {SECRET}"


#: Parts of a reply that do not have the contract's shape.
WRONG: list[tuple[str, dict[str, Any]]] = [
    ("ask", {"chat_id": 7}),
    ("ask", {"chat_id": None}),
    ("remember", {"memory_ids": []}),
    ("remember", {"memory_ids": ["a", "b"]}),
    ("remember", {"memory_ids": "a"}),
    ("remember", {"memory_ids": [7]}),
    ("search", {"memories": [], "next": 7}),
    ("search", {"memories": {}, "next": [1]}),
    ("search", {"memories": [{"memory_id": "a"}], "next": None}),
    ("search", {}),
]


@pytest.mark.parametrize(("call", "body"), WRONG)
def test_a_reply_of_another_shape_is_unreadable(
    service: FakeService, alice: ChatClient, call: str, body: dict[str, Any]
) -> None:
    service.disturb(answers(201 if call == "remember" else 200, body))
    with pytest.raises(UnreadableReply):
        CALLS[call](alice, "Tea")


@pytest.mark.parametrize("field", ["draft", "before", "after", "status", "messages", "turn"])
@pytest.mark.parametrize("value", [7, True, [1], {"a": 1}], ids=str)
def test_a_poll_with_a_field_of_another_kind_is_unreadable(
    service: FakeService, alice: ChatClient, field: str, value: object
) -> None:
    chat = alice.chat()
    chat.ask("Where?")
    assert chat.chat_id
    request = httpx.Request(
        "GET", f"http://localhost/chats/messages?chat_id={chat.chat_id}", headers={"Authorization": "Bearer alice"}
    )
    body = json.loads(service.handle(request).content)
    if field == "draft":
        body["turn"]["draft"] = value
    else:
        body[field] = value
    service.disturb(answers(200, body))
    with pytest.raises(UnreadableReply):
        chat.page()


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (httpx.LocalProtocolError(f"Illegal header value b'Bearer {SECRET}'"), "the connection failed"),
        (httpx.RemoteProtocolError(SECRET), "the connection was cut, or the answer is not HTTP"),
        (httpx.ReadTimeout(SECRET), "no answer in time"),
        (httpx.ProxyError(SECRET), "the proxy refused"),
        (httpx.DecodingError(SECRET), "the answer cannot be decoded"),
        (httpx.ReadError(SECRET), "the connection was cut"),
    ],
)
def test_another_librarys_text_does_not_reach_the_caller(error: httpx.RequestError, words: str) -> None:
    def fail(request: httpx.Request) -> httpx.Response:
        error.request = request
        raise error

    service = FakeService()
    service.disturb(*[lambda request, _: fail(request)] * 99)
    with pytest.raises(Unreachable, match=words) as lost:
        service.client("alice").memories.forget("01J")
    assert SECRET not in str(lost.value)


def test_the_innermost_error_says_why() -> None:
    error = httpx.ConnectError("all attempts failed")
    error.__cause__ = ssl.SSLCertVerificationError("self-signed certificate")
    assert "certificate is not trusted" in reason(error)
    error.__cause__ = ConnectionRefusedError()
    assert reason(error) == "nothing answers at this address"


ENVIRONMENTS = [
    ({"ALL_PROXY": "socks5://127.0.0.1:1"}, "ALL_PROXY"),
    ({"https_proxy": "gopher://127.0.0.1:1"}, "https_proxy"),
    ({"SSL_CERT_FILE": "/nowhere/certificates.pem"}, "SSL_CERT_FILE"),
]


@pytest.fixture
def environment(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    variables, name = request.param
    for variable in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "SSL_CERT_FILE", "SSL_CERT_DIR"):
        monkeypatch.delenv(variable, raising=False)
        monkeypatch.delenv(variable.lower(), raising=False)
    for variable, value in variables.items():
        monkeypatch.setenv(variable, value)
    return str(name)


@pytest.mark.parametrize("environment", ENVIRONMENTS, indirect=True, ids=lambda case: case[1])
@pytest.mark.parametrize("kind", [ChatClient, AsyncChatClient])
def test_an_environment_that_cannot_be_used_is_named(environment: str, kind: Any) -> None:
    with pytest.raises(Misconfigured, match=environment):
        kind("https://chat.example.com", SECRET)


# ---- the terminal


@pytest.mark.parametrize("environment", ENVIRONMENTS, indirect=True, ids=lambda case: case[1])
def test_the_terminal_says_which_variable_it_is(project: Project, environment: str) -> None:
    result = project.run("chats", env={"ASYNC_CHAT_URL": "https://chat.example.com", "ASYNC_CHAT_TOKEN": SECRET})
    assert (result.exit_code, environment in result.stderr) == (2, True), result.stderr


def test_a_question_that_is_not_utf_8_is_refused_in_words(project: Project) -> None:
    result = project.run("ask", "caf\udce9")
    assert result.exit_code == 2
    assert "not UTF-8" in result.stderr


@pytest.mark.parametrize("command", [["ask", "-"], ["remember", "-"], ["import", "-"]])
def test_standard_input_that_is_not_utf_8_is_refused_in_words(project: Project, command: list[str]) -> None:
    from typer.testing import CliRunner

    from async_chat_client._terminal.app import app

    result = CliRunner().invoke(app, command, input=b'{"text": "caf\xe9"}')
    assert (result.exit_code, "not UTF-8" in result.stderr) == (2, True), result.stderr


def test_a_token_in_quotes_is_not_printed(project: Project) -> None:
    environment = {"ASYNC_CHAT_URL": project.service.url, "ASYNC_CHAT_TOKEN": f"“{SECRET}”"}
    result = project.run("chats", env=environment)
    assert result.exit_code == 2
    assert SECRET not in result.output


@pytest.mark.parametrize("name", ["", " ", "\n"], ids=ascii)
@pytest.mark.parametrize(
    "command",
    [["ask", "Where?", "--chat"], ["show"], ["retry"], ["cancel"], ["delete"], ["forget"]],
    ids=lambda words: words[0],
)
def test_an_empty_id_is_refused_and_never_a_new_chat(project: Project, command: list[str], name: str) -> None:
    result = project.run(*command, name)
    assert result.exit_code == 2, result.output
    assert project.json("chats") == {"chats": []}


@pytest.mark.parametrize("name", ["", " "])
def test_an_empty_id_is_no_new_chat_in_the_library_either(service: FakeService, alice: ChatClient, name: str) -> None:
    with pytest.raises(ValueError, match="not an id"):
        alice.chat(name).ask("Where?")
    assert service.requests == []


def run_in_code_page(project: Project, *words: str, encoding: str = "cp1252") -> bytes:
    """Standard output as a process writes it that Windows has redirected."""
    import os
    import subprocess
    import sys

    sources = str(Path(__file__).parents[1] / "src")
    environment = {**os.environ, "PYTHONIOENCODING": encoding, "PYTHONPATH": sources, "PYTHONUTF8": "0"}
    done = subprocess.run(
        [sys.executable, "-m", "async_chat_client", *words], env=environment, capture_output=True, check=True
    )
    return done.stdout


def test_an_answer_survives_a_code_page(project: Project) -> None:
    project.run("remember", "Balloon party 🎈 with Jürgen, 20 €")
    assert "Balloon party ? with Jürgen, 20 €".encode("cp1252") in run_in_code_page(project, "memories")
    found = json.loads(run_in_code_page(project, "memories", "--json", encoding="ascii"))
    assert found["memories"][0]["text"] == "Balloon party 🎈 with Jürgen, 20 €"


@pytest.mark.parametrize("columns", [30, 60, 80, 100])
def test_ids_are_whole_on_a_screen_of_any_width(project: Project, columns: int) -> None:
    chat_id = project.run("ask", "Where did I park the car on that long evening?", "--no-wait").stdout.strip()
    with project.sit_down("chats", COLUMNS=str(columns)) as terminal:
        assert terminal.exit_code() == 0
        assert chat_id in terminal.text


def test_every_error_of_the_gate_is_one_of_the_clients() -> None:
    assert issubclass(Unsendable, AsyncChatError)
    assert issubclass(Misconfigured, AsyncChatError)
