"""The chat function's role may invoke the function itself and no other."""

from __future__ import annotations

from tests.e2e.running_stack import RunningStack
from tests.features.app import App
from tests.features.http_driver import HttpDriver


def test_no_other_function_can_be_invoked(app: App, driver: HttpDriver, stack: RunningStack) -> None:
    driver.set_variable("ASYNC_CHAT_WORKER_FUNCTION", stack.outputs["function_names"]["reads"])
    reply = app.ask("Alice", "Where are my keys?")
    assert (reply.status, reply.body["code"]) == (503, "try_again")


def test_turn_fails_at_once_without_the_permission_to_invoke_the_worker(app: App, driver: HttpDriver) -> None:
    driver.cut_off_worker()
    assert app.ask("Alice", "Where are my keys?").body["code"] == "try_again"
    page = app.page("Alice", app.chat_titled("Alice", "Where are my keys?"))
    assert (page["status"], page["turn"]["error"]["code"]) == ("failed", "not_started")


def test_question_is_answered_after_the_statement_is_restored(app: App, driver: HttpDriver) -> None:
    driver.cut_off_worker()
    app.ask("Alice", "Where are my keys?")
    chat = app.chat_titled("Alice", "Where are my keys?")
    driver.reconnect_worker()
    assert app.send("Alice", "POST", f"/chats/{chat}/retry").status == 200
    assert app.poll_to_the_end("Alice", chat)["status"] == "answered"
