"""What each function must be able to do: its routes, its events, and what the Lambda service does with its role."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Mapping
from typing import Any

from botocore.exceptions import ClientError

from adapters.dynamodb.turn_slots import slots_key
from scripts.deployed import Deployed
from scripts.turns.__main__ import Turns
from tests.e2e.running_stack import RunningStack
from tests.e2e.stack_controls import StackControls
from tests.features.app import App
from tests.features.http_driver import HttpDriver
from tests.terraform.permissions.lambda_service import FunctionRole, client_as

#: A warm turn ends within two seconds; a busy machine must not look like a missing permission.
TIMEOUT_SECONDS = 40
#: Longer than any probe takes.
LONG_TURN = 60


class Probes:
    """Probes, by function."""

    def __init__(self, stack: RunningStack, controls: StackControls) -> None:
        self._stack = stack
        self._driver = HttpDriver(stack, controls)
        self._app = App(self._driver)
        self._table: str = stack.outputs["table_names"]["chats"]
        self._users = 0

    def failure(self, function: str) -> str:
        """What the function could not do; empty when it could do everything."""
        self._users += 1  # a new user has no turns left over from an earlier probe
        try:
            for probe in self._of[function]:
                probe()
        except (AssertionError, ClientError) as problem:
            return _summary(problem)
        return ""

    @property
    def _of(self) -> Mapping[str, list[Callable[[], None]]]:
        turns = [self._asking, self._retrying]
        works = FunctionRole(self._stack, "worker" if "worker" in self._stack.outputs["function_names"] else "chat")
        return {
            "chat": [*turns, self._letting_go, works.send_failure],
            "worker": [*turns, self._letting_go, works.send_failure],
            "reads": [self._reading, self._ending_an_overdue_turn],
            "waits": [self._holding, self._ending_an_overdue_turn_held],
            "search": [self._searching],
            "edits": [self._editing],
            "operators": [self._operating],
            "failures": [self._failing_a_killed_workers_turn, FunctionRole(self._stack, "failures").receive_failure],
        }

    # ---- chat

    def _asking(self) -> None:
        self._driver.agent_takes(0)
        self._app.remember(self._user, "The spare key hangs behind the fuse box.")
        chat = self._accepted("/memories/chat", {"question": "Where is the spare key?"}, {"Idempotency-Key": "k"})
        page = self._wait_for_the_end(chat)
        assert page["status"] == "answered", f"the turn {page['status']}: {page['turn']['error']}"
        assert page["messages"][-1]["citations"], "the answer cites no memory"

    def _retrying(self) -> None:
        chat = self._thinking()
        self._expect(200, "POST", f"/chats/{chat}/cancel")
        self._driver.agent_takes(0)
        self._accepted(f"/chats/{chat}/retry")
        assert self._wait_for_the_end(chat)["status"] == "answered", "the retried turn was not answered"

    def _letting_go(self) -> None:
        """The worker notices that its turn was cancelled, and releases the user's slot."""
        chat = self._thinking()
        give_up = time.monotonic() + TIMEOUT_SECONDS
        while "lease" not in (header := self._header(chat)):
            assert time.monotonic() < give_up, "no worker claimed the turn"
            time.sleep(0.2)
        self._expect(200, "POST", f"/chats/{chat}/cancel")
        key = slots_key(f"user#{header['user_id']['S']}")
        while header["turn_id"]["S"] in str(self._stack.client("dynamodb").get_item(TableName=self._table, Key=key)):
            assert time.monotonic() < give_up, "the worker of a cancelled turn kept its slot"
            time.sleep(0.5)

    # ---- reads

    def _reading(self) -> None:
        self._driver.agent_takes(0)
        chat = self._accepted("/memories/chat", {"question": "Are you there?"})
        self._wait_for_the_end(chat)
        newest = self._expect(200, "GET", "/chats/messages", query={"chat_id": chat, "limit": "1"})
        self._expect(200, "GET", "/chats/messages", query={"chat_id": chat, "before": newest["before"]})
        self._expect(200, "GET", "/chats")

    def _ending_an_overdue_turn(self) -> None:
        chat = self._thinking()
        self._set_deadline_to_the_past(chat)
        page = self._expect(200, "GET", "/chats/messages", query={"chat_id": chat})
        assert page["turn"]["error"]["code"] == "timed_out", "an overdue turn was not ended"

    # ---- waits

    def _holding(self) -> None:
        chat = self._thinking()
        page = self._expect(200, "GET", "/chats/messages", query={"chat_id": chat, "limit": "1"})
        query = {"chat_id": chat, "after": page["after"], "wait": "3"}
        assert "wait" in self._expect(200, "GET", "/chats/messages/held", query=query)

    def _ending_an_overdue_turn_held(self) -> None:
        chat = self._thinking()
        self._set_deadline_to_the_past(chat)
        page = self._expect(200, "GET", "/chats/messages/held", query={"chat_id": chat})
        assert page["turn"]["error"]["code"] == "timed_out", "an overdue turn was not ended"

    # ---- search

    def _searching(self) -> None:
        self._expect(200, "GET", "/memories", query={"q": "key"})

    # ---- edits

    def _editing(self) -> None:
        chat = self._thinking()
        self._expect(200, "POST", f"/chats/{chat}/cancel")
        self._expect(204, "POST", f"/chats/{chat}/read")
        question = self._expect(200, "GET", "/chats/messages", query={"chat_id": chat})["after"]
        self._expect(
            404, "PUT", f"/chats/{chat}/messages/{question}/feedback", body={"rating": 1}
        )  # no answer, but read
        self._expect(204, "DELETE", f"/chats/{chat}")
        batch = {"memories": [{"text": "Bins go out on Thursdays."}] * 30}  # of two transactions: its record is deleted
        memory = self._expect(201, "POST", "/memories", body=batch)["memory_ids"][0]
        self._expect(204, "DELETE", f"/memories/{memory}")

    # ---- failures

    def _failing_a_killed_workers_turn(self) -> None:
        chat = self._thinking()
        header = self._header(chat)
        event = {
            "_async_worker": True,
            "version": 1,
            "chat_id": chat,
            "turn_id": header["turn_id"]["S"],
            "token": header["dispatch_token"]["S"],
        }
        record = json.dumps({"requestContext": {"condition": "RetriesExhausted"}, "requestPayload": event})
        self._stack.client("sqs").send_message(QueueUrl=self._stack.outputs["failures_queue_url"], MessageBody=record)
        page = self._wait_for_the_end(chat)
        assert (page["turn"]["error"] or {}).get("code") == "worker_died", f"the turn {page['status']}"

    # ---- operators

    def _operating(self) -> None:
        chat = self._thinking()
        turn = self._header(chat)["turn_id"]["S"]
        operator = AsOperator(self._stack)
        turns = Turns(operator)
        assert turn in turns.list(), "a turn that thinks is not listed"
        assert turns.stop(turn, "Maintenance.") == f"{turn}: cancelled", "a turn was not stopped"
        story = turns.story(turn, hours=1, with_texts=True)
        assert story, "the story of a turn was not found"
        assert story.texts, "what the person wrote is not told"
        # The embedded AWS checks a query of several groups against none of them.
        logs, group = operator.client("logs"), self._stack.outputs["log_group_names"]["chat"]
        query = logs.start_query(logGroupName=group, startTime=0, endTime=1, queryString="fields @message")
        logs.get_query_results(queryId=query["queryId"])

    # ---- steps

    @property
    def _user(self) -> str:
        return f"Rita{self._users}"

    def _thinking(self) -> str:
        """A chat with a running turn."""
        self._driver.agent_takes(LONG_TURN)
        return self._accepted("/memories/chat", {"question": "What was I about to do?"})

    def _accepted(self, path: str, body: object = None, headers: Mapping[str, str] | None = None) -> str:
        return str(self._expect(200, "POST", path, body=body, headers=headers)["chat_id"])

    def _wait_for_the_end(self, chat: str) -> dict[str, Any]:
        give_up = time.monotonic() + TIMEOUT_SECONDS
        while (page := self._expect(200, "GET", "/chats/messages", query={"chat_id": chat}))["status"] == "thinking":
            assert time.monotonic() < give_up, f"no end after {TIMEOUT_SECONDS} s"
            time.sleep(0.2)
        return page

    def _expect(self, status: int, method: str, path: str, **call: Any) -> dict[str, Any]:
        reply = self._app.send(self._user, method, path, **call)
        shown = re.sub(r"/0[0-9A-Z]{25}", "/{id}", path)
        assert reply.status == status, f"{method} {shown}: {reply.status} {reply.body.get('code', '')}"
        return reply.body if reply.text else {}

    def _header(self, chat: str) -> dict[str, Any]:
        found = self._stack.client("dynamodb").query(
            TableName=self._table,
            KeyConditionExpression="pk = :chat",
            FilterExpression="attribute_exists(turn_id)",
            ExpressionAttributeValues={":chat": {"S": chat}},
            ConsistentRead=True,
        )
        (header,) = found["Items"]
        return dict(header)

    def _set_deadline_to_the_past(self, chat: str) -> None:
        header = self._header(chat)
        self._stack.client("dynamodb").update_item(
            TableName=self._table,
            Key={"pk": header["pk"], "sk": header["sk"]},
            UpdateExpression="SET deadline = asked_at",
        )


class AsOperator(Deployed):
    """The workspace, with the role of its operators."""

    def __init__(self, stack: RunningStack) -> None:
        super().__init__(stack.outputs)
        self._stack = stack

    def client(self, service: str) -> Any:
        return client_as(self._stack, self["operators_role_name"], service)


def _summary(problem: AssertionError | ClientError) -> str:
    if isinstance(problem, ClientError):
        return f"{problem.operation_name}: {problem.response['Error']['Code']}"
    return str(problem).split("\n", maxsplit=1)[0]
