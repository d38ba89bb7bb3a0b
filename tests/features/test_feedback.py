"""Steps of feedback.feature."""

from __future__ import annotations

from pytest_bdd import parsers, scenarios, step, then

from tests.features.app import App
from tests.features.driver import Reply

scenarios("feedback.feature")

WHICH = {"question": 0, "answer": -1}


@step(
    parsers.re(
        r'(?P<who>\w+) rates the (?P<which>question|answer) with (?P<rating>-?\d+)( because "(?P<reason>[^"]+)")?'
    ),
    target_fixture="reply",
)
def _(app: App, who: str, chat: str, which: str, rating: str, reason: str | None) -> Reply:
    message_id = app.poll("Alice", chat).body["messages"][WHICH[which]]["message_id"]
    body = {"rating": int(rating), **({"reason": reason} if reason else {})}
    return app.send(who, "PUT", f"/chats/{chat}/messages/{message_id}/feedback", body=body)


@then(parsers.re(r'the answer shows the rating (?P<rating>-?\d+)( because "(?P<reason>[^"]+)")?'))
def _(app: App, chat: str, rating: str, reason: str | None) -> None:
    assert app.poll("Alice", chat).body["messages"][-1]["feedback"] == {"rating": int(rating), "reason": reason}


@then("the answer shows no rating")
def _(app: App, chat: str) -> None:
    assert "feedback" not in app.poll("Alice", chat).body["messages"][-1]
