"""Reads tool calls that a model writes as text where it should use the tool interface.

Small models do so, in the forms of their training: JSON with `parameters` (Llama), `<tool_call>` around JSON (Qwen,
Hermes), `[TOOL_CALLS]` (Mistral), `<function=name>` (Llama 3.1), a code fence. Such text is never an answer.
"""

import json
import re
from collections.abc import Collection, Iterator, Mapping
from typing import Any, Final

#: A tool's name and its arguments.
WrittenCall = tuple[str, dict[str, Any]]

_NAMES: Final = ("name", "tool_name", "function_name", "tool", "function", "action", "recipient_name")
_ARGUMENTS: Final = ("parameters", "arguments", "args", "input", "tool_input", "action_input", "params")
#: Keys whose value is a call or a list of calls.
_HOLDERS: Final = ("tool_calls", "tool_call", "function_call", "function", "toolUse", "tool_use", "calls", "tool_uses")
#: Stands around calls, and never in an answer.
_WRAPPER: Final = re.compile(
    r"</?(?:tool|function)[_-]?(?:calls?|use|code)[^<>]*>|<function=[\w.]+>|\[/?TOOL_CALLS?\]|^\s*functools\[",
    re.IGNORECASE,
)
#: A name before the JSON of its arguments: `<function=answer>{`, `[TOOL_CALLS]answer[ARGS]{`, `<tool_call>answer\n{`.
_NAMED: Final = re.compile(
    r"(?:<function=|\[TOOL_CALLS\]\s*|<tool_call>\s*)([\w.]+)\s*(?:>|\[ARGS\])?\s*(?=\{)", re.IGNORECASE
)
_FENCE: Final = re.compile(r"\s*```\w*\s*\n?(.*?)\n?\s*```\s*", re.DOTALL)
#: The whole text is JSON, or a call in Python's syntax.
_NO_PROSE: Final = re.compile(r"\s*(?:[\[{]\s*[\"{\]}]|\[?\w+\(\s*(?:\w+\s*=|[\"'{]))")
#: In a draft: where a call may begin.
_BEGINNING: Final = re.compile(
    rf"\{{\s*(?:[\"'{{]|$)|\[\s*(?:[{{\"]|$)|```(?:json|tool\w*)?\s*(?:[\[{{]|$)|^\s*\[?\w+\(|{_WRAPPER.pattern}",
    re.IGNORECASE,
)
_DECODER: Final = json.JSONDecoder(strict=False)
#: Places in a text at which JSON is looked for.
_MOST_PLACES: Final = 50


class UnreadableCall(ValueError):
    """The text is meant as a tool call, or is nothing but JSON, and is no call of a known tool."""


def written_calls(text: str, tools: Collection[str], answer_tool: str) -> list[WrittenCall]:
    """The calls that `text` consists of or contains; empty for ordinary text. Raises `UnreadableCall`.

    `tools` are the known tools. Of `answer_tool`, a model may also write the arguments alone.
    """
    fenced = _FENCE.fullmatch(text)
    inner = fenced.group(1) if fenced else text
    calls = [*_named_calls(inner, tools)] or [
        call for value, whole in _json_in(inner) for call in _calls_in(value, tools, answer_tool, whole=whole)
    ]
    if not calls and (_WRAPPER.search(inner) or _NO_PROSE.match(inner) or _names_a_tool(inner, tools)):
        raise UnreadableCall
    return calls


def before_a_call(draft: str) -> str:
    """The part of an unfinished text before what may become a call."""
    begins = _BEGINNING.search(draft)
    return draft[: begins.start()] if begins else draft


def _named_calls(text: str, tools: Collection[str]) -> Iterator[WrittenCall]:
    for named in _NAMED.finditer(text):
        name, arguments = _tool_name(named.group(1)), _decoded(text, named.end())
        if name in tools and arguments:
            yield name, _arguments(arguments[0])


def _json_in(text: str) -> Iterator[tuple[Any, bool]]:
    """The JSON objects and arrays in `text`, outermost only, and whether each is the whole text."""
    at = 0
    for _ in range(_MOST_PLACES):
        begins = re.compile(r"[\[{]").search(text, at)
        if begins is None:
            return
        decoded = _decoded(text, begins.start())
        at = decoded[1] if decoded else begins.end()
        if decoded:
            yield decoded[0], not (text[: begins.start()] + text[at:]).strip()


def _decoded(text: str, at: int) -> tuple[Any, int] | None:
    """The JSON value at `at`, and where it ends."""
    try:
        return _DECODER.raw_decode(text, at)
    except (ValueError, RecursionError):
        return None


def _calls_in(value: object, tools: Collection[str], answer_tool: str, *, whole: bool) -> Iterator[WrittenCall]:
    if isinstance(value, list):
        for one in value:
            yield from _calls_in(one, tools, answer_tool, whole=whole)
        return
    if not isinstance(value, Mapping):
        return
    name = next((_tool_name(value[key]) for key in _NAMES if isinstance(value.get(key), str)), None)
    if name in tools:
        given = [value[key] for key in _ARGUMENTS if key in value]
        others = {key: found for key, found in value.items() if key not in (*_NAMES, "type", "id")}
        yield str(name), _arguments(given[0] if given else others)
        return
    for holder in _HOLDERS:
        yield from _calls_in(value.get(holder), tools, answer_tool, whole=whole)
    for key in [key for key in value if key in tools]:
        found = value[key]
        yield key, {"text": found} if key == answer_tool and isinstance(found, str) else _arguments(found)
    if whole and isinstance(value.get("text"), str) and value.keys() <= {"text", "citations"}:
        yield answer_tool, dict(value)


def _tool_name(name: str) -> str:
    """Without a namespace, such as `functions.`."""
    return name.strip().rpartition(".")[2]


def _arguments(given: object) -> dict[str, Any]:
    if isinstance(given, str):
        try:
            given = json.loads(given or "{}", strict=False)
        except (ValueError, RecursionError):
            raise UnreadableCall from None
    if given is None:
        return {}
    if not isinstance(given, Mapping):
        raise UnreadableCall
    return dict(given)


def _names_a_tool(text: str, tools: Collection[str]) -> bool:
    known = "|".join(map(re.escape, tools))
    return re.search(rf"[\"'](?:{'|'.join(_NAMES)})[\"']\s*:\s*[\"'](?:\w+\.)?(?:{known})[\"']", text) is not None
