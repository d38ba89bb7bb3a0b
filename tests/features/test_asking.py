"""Steps of asking.feature."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

from pytest_bdd import parsers, scenarios, then, when

from tests.features.app import App
from tests.features.driver import Driver, Reply

scenarios("asking.feature")


@when(parsers.parse('{who:w} asks a question of {count:d} times "{character}"'), target_fixture="reply")
def _(app: App, who: str, count: int, character: str) -> Reply:
    return app.ask(who, character * count)


@then("the response says where and when to poll")
def _(reply: Reply) -> None:
    assert reply.headers["location"] == f"/chats/messages?chat_id={reply.body['chat_id']}"
    assert reply.headers["retry-after"] == "2"


@then(parsers.parse("the response took less than {seconds:d} seconds"))
def _(reply: Reply, seconds: int) -> None:
    assert reply.took < seconds


@then(parsers.parse("the answer was saved more than {least:d} and at most {most:d} seconds after the question"))
def _(page: dict[str, Any], least: int, most: int) -> None:
    asked, answered = (datetime.fromisoformat(message["created_at"]) for message in page["messages"])
    assert least < (answered - asked).total_seconds() <= most


@then(parsers.parse('{who:w} sees her question as "{escaped}"'))
def _(app: App, who: str, chat: str, escaped: str) -> None:
    assert app.page(who, chat)["messages"][0]["content"] == json.loads(f'"{escaped}"')


@then(parsers.parse("{who:w} sees all {count:d} characters of her question"))
def _(app: App, who: str, chat: str, count: int) -> None:
    assert len(app.page(who, chat)["messages"][0]["content"]) == count


@then(parsers.parse("the poll showed the answer within {seconds:d} seconds after it was saved"))
def _(driver: Driver, page: dict[str, Any], seconds: int) -> None:
    saved = datetime.fromisoformat(page["turn"]["ended_at"])
    assert timedelta(0) <= driver.now() - saved <= timedelta(seconds=seconds)
