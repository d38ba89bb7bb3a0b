"""DynamoDB or Lambda is unreachable: every ask fails in time, and nothing is left half done."""

from __future__ import annotations

from tests.features.app import App
from tests.features.http_driver import HttpDriver

UNREACHABLE = "http://127.0.0.1:9"
#: API Gateway gives up after 30 seconds, users much earlier.
GOOD_TIME = 10


def test_ask_is_refused_and_stores_nothing_when_dynamodb_is_unreachable(app: App, driver: HttpDriver) -> None:
    noted = driver.traces()
    driver.set_variable("AWS_ENDPOINT_URL_DYNAMODB", UNREACHABLE)
    reply = app.ask("Alice", "Where are my keys?")
    assert (reply.status, reply.body["code"]) == (503, "try_again")
    assert reply.took < GOOD_TIME
    assert driver.traces() == noted


def test_turn_fails_when_lambda_is_unreachable_and_the_next_question_works(app: App, driver: HttpDriver) -> None:
    driver.set_variable("AWS_ENDPOINT_URL_LAMBDA", UNREACHABLE)
    reply = app.ask("Alice", "Where are my keys?")
    assert (reply.status, reply.body["code"]) == (503, "try_again")
    assert reply.took < GOOD_TIME
    chat = app.chat_titled("Alice", "Where are my keys?")
    assert app.page("Alice", chat)["turn"]["error"]["code"] == "not_started"
    driver.unset_variable("AWS_ENDPOINT_URL_LAMBDA")
    assert app.ask_until_answered("Alice", "And my hat?", chat)["status"] == "answered"
