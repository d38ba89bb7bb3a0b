"""Restoring a deleted chat from a restored copy of its table, as the runbook describes."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.e2e.running_stack import RunningStack
from tests.e2e.test_operators_tools import run
from tests.features.app import App
from tests.features.driver import Driver

COPY = "chats-restored"
QUESTION = "Where did I park?"


@pytest.fixture
def chat(driver: Driver, stack: RunningStack) -> Iterator[str]:
    """An answered chat of Rosa's that is in the copy of the table."""
    chat_id = str(App(driver).ask_until_answered("Rosa", QUESTION)["chat_id"])
    dynamodb = stack.client("dynamodb")
    source = stack.outputs["table_names"]["chats"]
    dynamodb.restore_table_to_point_in_time(SourceTableName=source, TargetTableName=COPY, UseLatestRestorableTime=True)
    yield chat_id
    dynamodb.delete_table(TableName=COPY)


def test_deleted_chat_is_restored_with_all_messages(driver: Driver, stack: RunningStack, chat: str) -> None:
    app = App(driver)
    before = app.page("Rosa", chat)
    assert app.send("Rosa", "DELETE", f"/chats/{chat}").status == 204
    done = run(stack, "restore_chat", "--from", COPY, chat)
    assert f"{chat} is restored, with 2 messages" in done.stdout, done.stderr
    assert app.page("Rosa", chat) == before
    assert app.poll("Bob", chat).status == 403
    assert app.ask("Rosa", "And yesterday?", chat).status == 200


def test_existing_chat_is_not_restored(driver: Driver, stack: RunningStack, chat: str) -> None:
    app = App(driver)
    app.accepted(app.ask("Rosa", "And yesterday?", chat))
    done = run(stack, "restore_chat", "--from", COPY, chat)
    assert f"{chat} exists and is left as it is" in done.stdout, done.stderr
    assert app.page("Rosa", chat)["messages"][2]["content"] == "And yesterday?"


def test_chat_missing_from_the_copy_is_reported(stack: RunningStack, chat: str) -> None:
    done = run(stack, "restore_chat", "--from", COPY, "01M0000000000000000000NONE")
    assert (done.returncode, "01M0000000000000000000NONE is not in chats-restored" in done.stdout) == (1, True)


def test_missing_copy_is_reported_in_one_sentence(stack: RunningStack) -> None:
    done = run(stack, "restore_chat", "--from", "chats-from-nowhere", "01M0000000000000000000NONE")
    assert done.returncode == 1
    assert "Query: " in done.stderr
    assert "Traceback" not in done.stderr
