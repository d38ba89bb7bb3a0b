"""Each call in curl, Python and JavaScript, for docs/contract-reference.md. tests/docs runs all of them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final
from urllib.parse import quote

from scripts.openapi.examples import ANSWER_ID, CHAT_ID, MEMORY_ID

JSON: Final = "application/json"
#: By operation, with both clients. A call that a client does not make has none.
PYTHON: Final[Mapping[str, str]] = {
    "ask": 'turn = client.chat().ask("Where did I park?")\nprint(turn.answer().content)',
    "retry": f'turn = client.chat("{CHAT_ID}").retry()',
    "poll": f'for update in client.resume("{CHAT_ID}").updates():\n    print(update)',
    "list_chats": "for chat in client.chats():\n    print(chat.title)",
    "list_memories": 'for memory in client.memories.search("car"):\n    print(memory.text)',
    "health": "print(client.health().version)",
    "cancel": f'client.chat("{CHAT_ID}").cancel()',
    "mark_read": f'client.chat("{CHAT_ID}").mark_read()',
    "delete_chat": f'client.chat("{CHAT_ID}").delete()',
    "remember": 'client.memories.remember("I parked on level 3, bay 12.", tags=["car"])',
    "forget": f'client.memories.forget("{MEMORY_ID}")',
    "rate": f'client.chat("{CHAT_ID}").rate("{ANSWER_ID}", 1)',
}
JAVASCRIPT: Final[Mapping[str, str]] = {
    "ask": 'const turn = await chat.ask("Where did I park?");\nconsole.log((await turn.answer()).content);',
    "retry": f'await chat.resume("{CHAT_ID}").retry();',
    "poll": f'for await (const update of chat.resume("{CHAT_ID}").updates()) console.log(update);',
    "list_chats": "const { chats, next } = await chat.chats();",
    "list_memories": 'const { memories } = await chat.memories({ search: "car" });',
    "cancel": f'await chat.resume("{CHAT_ID}").cancel();',
    "mark_read": f'await chat.markRead("{CHAT_ID}");',
    "delete_chat": f'await chat.deleteChat("{CHAT_ID}");',
    "remember": 'await chat.remember({ text: "I parked on level 3, bay 12.", tags: ["car"] });',
    "forget": f'await chat.forget("{MEMORY_ID}");',
    "rate": f'await chat.rate("{CHAT_ID}", "{ANSWER_ID}", 1);',
}


def snippets(method: str, path: str, operation: Mapping[str, Any]) -> Iterator[str]:
    """The blocks of one call, with a mark from which the site makes tabs."""
    name = operation["operationId"]
    told = {"sh": _curl(method, path, operation), "python": PYTHON.get(name), "js": JAVASCRIPT.get(name)}
    yield "<!-- tabs -->\n"
    for language, code in told.items():
        if code:
            yield f"```{language}\n{code}\n```\n"


def _curl(method: str, path: str, operation: Mapping[str, Any]) -> str:
    parameters = {one["name"]: one for one in operation["parameters"]}
    for name, parameter in parameters.items():
        if parameter["in"] == "path":
            path = path.replace(f"{{{name}}}", str(parameter["example"]))
    query = "&".join(
        f"{name}={quote(str(one['example']), safe='')}"
        for name, one in parameters.items()
        if one["in"] == "query" and (one["required"] or name == "q")
    )
    words = ["curl -sS --fail-with-body", *([] if method == "GET" else [f"-X {method}"])]
    words.append(f'"$API{path}{"?" + query if query else ""}"')
    if operation.get("security") != []:
        words.append('-H "Authorization: Bearer $TOKEN"')
    body = operation.get("requestBody")
    if not body:
        return " ".join(words)
    if "Idempotency-Key" in parameters:
        words.append('-H "Idempotency-Key: $RANDOM$RANDOM"')
    example = next(iter(body["content"][JSON]["examples"].values()))["value"]
    return " ".join([*words, f"\\\n  -H 'Content-Type: {JSON}' -d '{json.dumps(example, ensure_ascii=False)}'"])
