"""The embedded AWS of the benchmark's stack."""

from __future__ import annotations

import io
import secrets
import time
import zipfile
from collections.abc import Callable
from datetime import timedelta
from typing import Any, Final

import boto3
from botocore.config import Config

from adapters.clocks import SystemClock
from adapters.dynamodb.chat_repository import DynamoDbChatRepository
from adapters.ulid_ids import UlidIdSource
from benchmarks.story import QUESTION
from domain.chat import Message, Role, Turn
from domain.limits import UserLimits
from domain.records import NewQuestion, PageRequest
from local.people import sign_in_as

FLOOR_ROUTE: Final = "/floor"
#: Like our functions it logs a line: the emulator waits for one.
FLOOR_CODE: Final = """
import sys

def handler(event, context):
    print("{}", file=sys.stderr, flush=True)
    return {"statusCode": 200, "headers": {"content-type": "application/json"}, "body": "{}"}
"""


class EmbeddedAws:
    """Resources added beside Terraform's, and bare calls."""

    def __init__(self, endpoint: str, outputs: dict[str, Any]) -> None:
        self._endpoint, self._outputs = endpoint, outputs
        self._session = boto3.session.Session("test", "test", region_name=outputs["region"])
        self._clock = SystemClock()
        self._ids = UlidIdSource(self._clock)
        self._lambda = self._client("lambda")
        table = outputs["table_names"]["chats"]
        self._chats = DynamoDbChatRepository(self._client("dynamodb"), table, self._clock)

    def signed_up(self, name: str) -> str:
        """A new user's access token."""
        cognito, password = self._client("cognito-idp"), f"Aa1-{secrets.token_urlsafe(24)}"
        pool, client_id = self._outputs["user_pool_id"], self._outputs["user_pool_client_id"]
        return sign_in_as(name, password, cognito, pool, client_id).token

    def add_floor(self) -> None:
        """An empty function behind routes with the authorizer and scopes of ask and poll."""
        lambda_, api = self._client("lambda"), self._client("apigatewayv2")
        api_id, reads = self._outputs["api_id"], self._outputs["function_names"]["reads"]
        like = lambda_.get_function_configuration(FunctionName=reads)
        made = lambda_.create_function(
            FunctionName="floor",
            Handler="floor.handler",
            Code={"ZipFile": _zipped("floor.py", FLOOR_CODE)},
            **{name: like[name] for name in ("Runtime", "Role", "MemorySize")},
        )
        integration = api.create_integration(
            ApiId=api_id, IntegrationType="AWS_PROXY", IntegrationUri=made["FunctionArn"], PayloadFormatVersion="2.0"
        )
        routes = {route["RouteKey"]: route for route in api.get_routes(ApiId=api_id)["Items"]}
        for method, model in (("POST", "POST /memories/chat"), ("GET", "GET /chats/messages")):
            target = f"integrations/{integration['IntegrationId']}"
            guard = {name: value for name, value in routes[model].items() if name.startswith("Authoriz")}
            api.create_route(ApiId=api_id, RouteKey=f"{method} {FLOOR_ROUTE}", Target=target, **guard)

    def bare_ask(self) -> tuple[float, float]:
        """Seconds of an ask's transaction and of an invocation, each alone through botocore."""
        now = self._clock.now()
        message = Message(self._ids.new_id(), Role.USER, QUESTION, now)
        user, chat, turn = (self._ids.new_id() for _ in range(3))
        deadline = now + timedelta(seconds=70)
        asked = Turn(chat, user, turn, message.message_id, now, deadline, self._ids.new_token())
        new = NewQuestion(message, asked, new_chat=True, limits=UserLimits(5))
        stored = _timed(lambda: self._chats.save_question(new))
        invoked = _timed(lambda: self._lambda.invoke(FunctionName="floor", InvocationType="Event", Payload=b"{}"))
        return stored, invoked

    def bare_poll(self, chat: str) -> float:
        """Seconds of a poll's query."""
        return _timed(lambda: self._chats.read(chat, PageRequest(limit=50)))

    def _client(self, service: str) -> Any:
        config = Config(proxies={}, retries={"total_max_attempts": 1})
        return self._session.client(service, endpoint_url=self._endpoint, config=config)  # type: ignore[call-overload]


def _timed(call: Callable[[], object]) -> float:
    began = time.perf_counter()
    call()
    return time.perf_counter() - began


def _zipped(name: str, code: str) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as package:
        package.writestr(name, code)
    return file.getvalue()
