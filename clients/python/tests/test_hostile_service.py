"""What a service sends reaches a terminal as text only: from every command, in a terminal and in a pipe."""

import json
import sys
import time
from typing import Final
from unicodedata import category
from urllib.parse import quote

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from async_chat_client import Citation, plain
from async_chat_client.testing import Handler, ScriptedTurn
from tests.terminal import Project

UNSAFE: Final = {"Cc", "Cf", "Zl", "Zp", "Cs"}
#: One of each kind: controls of both ranges, direction, tags, zero width, separators, language tags.
CHARACTERS: Final = (
    "\x00\x07\x08\x0b\x0c\r\x1b\x7f\x85\x9b\x9d\xad\u061c\u180e\u200b\u200c\u200d\u200e\u200f\u2028\u2029\u202a\u202e"
    "\u2060\u2066\u2069\ufeff\ufff9\U0001d173\U000e0001\U000e0041"
)
SENT: Final = "".join(f"⟦{character}⟧" for character in CHARACTERS)
MARKUP: Final = "[link=https://evil.example][red]"
HOSTILE: Final = f" {MARKUP}⟦\x1b]8;;https://evil.example\x07⟧⟦\x1b]52;c;ZXZpbA==\x07⟧⟦\x1b[2J⟧{SENT}"
#: Fields that hold an enumeration, a time or a cursor of the contract.
CONTRACTS: Final = {
    *("status", "role", "phase", "created_at", "occurred_at", "asked_at", "started_at", "ended_at"),
    *("deadline", "at", "after", "before", "next"),
}


def hostile(value: object, key: str = "") -> object:
    """A body with hostile text in every field that may hold any, ids too."""
    if isinstance(value, dict):
        return {name: hostile(found, name) for name, found in value.items()}
    if isinstance(value, list):
        return [hostile(found, key) for found in value]
    return value + HOSTILE if isinstance(value, str) and key not in CONTRACTS else value


def poisoned(request: httpx.Request, handle: Handler) -> httpx.Response:
    """The service under its own ids; whoever is in between makes every text hostile."""
    address = str(request.url).replace(quote(HOSTILE, safe=""), "").replace(str(httpx.QueryParams(x=HOSTILE))[2:], "")
    content = json.dumps(json.loads(request.content)).replace(json.dumps(HOSTILE)[1:-1], "") if request.content else ""
    headers = {name: found for name, found in request.headers.items() if name != "content-length"}
    response = handle(httpx.Request(request.method, address, headers=headers, content=content.encode()))
    if not response.content:
        return response
    kept = {name: found for name, found in response.headers.items() if name != "content-length"}
    return httpx.Response(response.status_code, headers=kept, json=hostile(response.json()))


@pytest.fixture
def chat_id(project: Project) -> str:
    """A chat with an answer, and a memory."""
    service = project.service
    service.next_turns(ScriptedTurn("Level 3.", *AT_ONCE, citations=[Citation("m1", "level 3")]))
    chat = service.client("alice").chat()
    chat.ask("Where?").answer()
    service.client("alice").memories.remember("Parked on level 3.", tags=["car"])
    assert chat.chat_id
    return chat.chat_id


#: Seconds until the answer, and in the queue.
AT_ONCE: Final = (0.0, 0.0)
COMMANDS: Final[dict[str, list[str]]] = {
    "ask": ["ask", "Where?"],
    "ask in a chat": ["ask", "Where?", "--chat", "last"],
    "ask without waiting": ["ask", "Where?", "--no-wait"],
    "ask a failing agent": ["ask", "fails"],
    "chats": ["chats"],
    "show": ["show", "last"],
    "show a failed one": ["show", "last"],
    "show and watch": ["show", "last", "--watch"],
    "retry": ["retry", "last"],
    "cancel": ["cancel", "last"],
    "delete": ["delete", "last"],
    "remember": ["remember", "x"],
    "memories": ["memories"],
    "search": ["memories", "level"],
    "forget": ["forget", "m9"],
    "import": ["import", "notes.jsonl"],
    "doctor": ["doctor"],
    "refused": ["show", "01OTHER"],
}
IN_JSON: Final = [name for name in COMMANDS if name != "import"]


def prepare(project: Project, name: str) -> list[str]:
    (project.folder / "notes.jsonl").write_text('{"text": "One"}\n')
    fails = "agent_failed" if "fail" in name or name == "retry" else None
    seconds = 60 if name == "cancel" else 1
    project.service.next_turns(ScriptedTurn("Level 3.", seconds, 0, [(0, "Searching")], [(0.2, "Lev")], fails=fails))
    if name in {"show a failed one", "show and watch", "retry", "cancel"}:
        alice = project.service.client("alice")
        alice.chat(next(alice.chats()).chat_id).ask("And then?")
        if name in {"show a failed one", "retry"}:
            time.sleep(seconds + 0.1)
    project.service.disturb(*[poisoned] * 99)
    return COMMANDS[name]


def assert_harmless(raw: str) -> None:
    assert [hex(ord(character)) for character in CHARACTERS if f"⟦{character}⟧" in raw] == []
    # Rich's own sequences are styles and movements.
    assert "\x1b]" not in raw
    assert "\x1b[2J" not in raw


@pytest.mark.parametrize("name", COMMANDS)
def test_no_command_passes_control_characters_on_into_a_pipe(project: Project, chat_id: str, name: str) -> None:
    result = project.run(*prepare(project, name))
    assert_harmless(result.stdout + result.stderr)
    assert not [found for found in result.output if category(found) in UNSAFE and found not in "\t\n"]


@pytest.mark.parametrize("name", IN_JSON)
def test_no_command_passes_control_characters_on_in_json(project: Project, chat_id: str, name: str) -> None:
    result = project.run(*prepare(project, name), "--json")
    assert_harmless(result.stdout + result.stderr)
    for line in [*result.stdout.splitlines(), *result.stderr.splitlines()]:
        assert not [found for found in line if category(found) in UNSAFE]


def test_json_keeps_the_characters_as_escapes(project: Project, chat_id: str) -> None:
    prepare(project, "chats")
    assert project.json("chats")["chats"][0]["title"].endswith(HOSTILE)


@pytest.mark.parametrize("name", COMMANDS)
def test_no_command_passes_control_characters_on_to_a_terminal(project: Project, chat_id: str, name: str) -> None:
    words = prepare(project, name)
    with project.sit_down(*words) as terminal:
        terminal.exit_code()
        assert_harmless(terminal.raw)
        assert "evil.example" not in terminal.raw or MARKUP[:5] in terminal.raw, "markup is text"


def test_every_character_of_the_unsafe_categories_is_replaced() -> None:
    for character in map(chr, range(sys.maxunicode + 1)):
        if category(character) in UNSAFE and character not in "\t\n":
            assert plain(f"a{character}b") == "a�b", hex(ord(character))


@given(st.text())
def test_only_joiners_within_emoji_and_letters_that_join_stay(text: str) -> None:
    shown = plain(text)
    assert {found for found in shown if category(found) in UNSAFE} <= {"\t", "\n", "\u200c", "\u200d"}
    assert plain(shown) == shown
    assert len(shown) == len(text.replace("\r\n", "\n"))


@pytest.mark.parametrize("text", ["👩‍💻", "👩🏽‍🚀 🙂‍↔️ ❤️‍🔥 🏳️‍🌈", "می‌خواهم", "क्‍ष", "Tab\tand\nline", "Straße", "日本語"])
def test_emoji_and_scripts_that_need_joiners_stay_whole(text: str) -> None:
    assert plain(text) == text


@pytest.mark.parametrize("text", ["a‍b", "‍", "😀‍", "‍😀", "a‍😀", "😀‍a", "pass‌word", "日‍本"])
def test_joiners_that_join_nothing_are_replaced(text: str) -> None:
    assert not {"\u200c", "\u200d"} & set(plain(text))
