"""Steps of identity.feature."""

from __future__ import annotations

import json
from typing import Final

from pytest_bdd import parsers, scenarios, then, when

from tests.features.app import App
from tests.features.driver import Call, Driver, Reply
from tests.features.in_process_driver import InProcessDriver

scenarios("identity.feature")


@when(parsers.parse("{who:w} polls the chat, claiming to be {other:w} in {location}"), target_fixture="reply")
def _(app: App, driver: Driver, who: str, other: str, location: str, chat: str) -> Reply:
    sub, query, headers = driver.user_id(other), {"chat_id": chat}, {}
    if location.startswith("the query"):
        query |= {"user_id": sub, "sub": sub}
    else:
        headers = {location.removeprefix("the header "): sub}
    return app.send(who, "GET", "/chats/messages", query, headers=headers)


@when(parsers.parse('{who:w} asks "{question}" with the worker\'s flag in query and header'), target_fixture="reply")
def _(app: App, who: str, question: str) -> Reply:
    flag = {"_async_worker": "true"}
    return app.send(who, "POST", "/memories/chat", flag, headers=flag, body={"question": question})


@when(parsers.parse('a caller without a token calls "{method:w} {path:S}"'), target_fixture="reply")
def _(app: App, method: str, path: str) -> Reply:
    return app.send(None, method, path)


SUBJECTS: Final[dict[str, dict[str, object]]] = {
    "no subject": {"client_id": "machine"},
    "an empty subject": {"sub": ""},
    "a subject of white space": {"sub": " \n"},
    "a subject that is no text": {"sub": 7},
    "a subject of 256 characters": {"sub": "x" * 256},
}


@when(parsers.parse('a caller whose token has {subject} sends the ask "{question}"'), target_fixture="reply")
def _(in_process: InProcessDriver, subject: str, question: str) -> Reply:
    call = Call(None, "POST", "/memories/chat", body=json.dumps({"question": question}))
    return in_process.call_with_claims(call, SUBJECTS[subject])


@when(parsers.parse('a caller whose token has {subject} calls "GET {path:S}"'), target_fixture="reply")
def _(in_process: InProcessDriver, subject: str, path: str) -> Reply:
    return in_process.call_with_claims(Call(None, "GET", path), SUBJECTS[subject])


@then("the response holds only status, version and workspace")
def _(reply: Reply) -> None:
    assert reply.status == 200
    assert reply.body["status"] == "ok"
    assert set(reply.body) == {"status", "version", "workspace"}
    assert all(reply.body.values())


@then(parsers.parse('the response has the type "{media_type}"'))
def _(reply: Reply, media_type: str) -> None:
    assert (reply.status, reply.headers["content-type"]) == (200, media_type)
    assert len(reply.text) > 1_000


@then("the call is refused with 401")
def _(reply: Reply) -> None:
    assert reply.status == 401
    assert reply.body == {"message": "Unauthorized"}
