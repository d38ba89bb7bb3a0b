"""Changes to a running stack without Terraform, each of which can be undone."""

from __future__ import annotations

import base64
import json
import secrets
import time
from collections.abc import Iterable
from functools import cache
from typing import Any

from adapters.dynamodb.turn_slots import slots_key
from local.crash import crash
from local.home import Home
from tests.e2e.running_stack import RunningStack, User


class StackControls:
    """One for each stack: it keeps track of its changes."""

    def __init__(self, stack: RunningStack) -> None:
        self._stack = stack
        self._client = cache(stack.client)
        self._functions = stack.outputs["function_names"]
        #: The functions that ask and reason: one, or two with a dedicated worker.
        self._environments: dict[str, dict[str, str]] = {
            key: self._function(key)["Environment"]["Variables"] for key in ("chat", "worker") if key in self._functions
        }
        self._configured: dict[str, str] = {}
        self._removed_statements: set[str] = set()
        self._policy = self._client("iam").get_role_policy(**self._policy_name())["PolicyDocument"]

    def sign_up(self, name: str) -> User:
        """A new user with an access token."""
        token = self._tokens(name)["AccessToken"]
        return User(name, str(_claims(token)["sub"]), token)

    def id_token(self, name: str) -> str:
        """A new user's id token, which identifies the user but carries no scopes."""
        return str(self._tokens(name)["IdToken"])

    def _tokens(self, name: str) -> Any:
        cognito, outputs = self._client("cognito-idp"), self._stack.outputs
        username, password = f"{name.lower()}-{secrets.token_hex(6)}", f"Aa1-{secrets.token_urlsafe(24)}"
        pool = {"UserPoolId": outputs["user_pool_id"], "Username": username}
        cognito.admin_create_user(**pool, MessageAction="SUPPRESS")
        cognito.admin_set_user_password(**pool, Password=password, Permanent=True)
        return cognito.initiate_auth(
            ClientId=outputs["user_pool_client_id"],
            AuthFlow="USER_PASSWORD_AUTH",
            AuthParameters={"USERNAME": username, "PASSWORD": password},
        )["AuthenticationResult"]

    def configure(self, variables: dict[str, str]) -> None:
        """Add variables to the functions that ask and reason. Ends their processes, busy ones too."""
        if variables == self._configured:
            return
        lambda_ = self._client("lambda")
        for key, environment in self._environments.items():
            wanted = {"Variables": {**environment, **variables}}
            lambda_.update_function_configuration(FunctionName=self._functions[key], Environment=wanted)
        for key in self._environments:
            name = self._functions[key]
            lambda_.get_waiter("function_updated_v2").wait(FunctionName=name, WaiterConfig={"Delay": 0.1})
            self._wait_until_it_runs(name)
        self._configured = dict(variables)

    def _wait_until_it_runs(self, name: str) -> None:
        """The emulator deletes old processes' files while it starts new ones, and the two can collide."""
        harmless = json.dumps({"_async_worker": True}).encode()
        for _ in range(20):
            reply = self._client("lambda").invoke(FunctionName=name, Payload=harmless)
            if "FunctionError" not in reply:
                return
            time.sleep(0.5)
        raise AssertionError(f"{name} does not run: {reply['Payload'].read()}")

    def permit_all_but(self, statements: Iterable[str]) -> None:
        """Remove these statements from the policy of the chat function's role."""
        removed = set(statements)
        if removed == self._removed_statements:
            return
        kept = [statement for statement in self._policy["Statement"] if statement["Sid"] not in removed]
        assert len(kept) == len(self._policy["Statement"]) - len(removed), f"not all of {removed} are statements"
        document = json.dumps({**self._policy, "Statement": kept})
        self._client("iam").put_role_policy(**self._policy_name(), PolicyDocument=document)
        self._removed_statements = removed

    def kill_workers(self) -> int:
        """SIGKILL for every process of the chat function; returns their number."""
        return crash(Home(self._stack.home))

    def stored(self) -> frozenset[str]:
        """The keys of all items in the table of chats, with the ids of their turns."""
        pages = self._client("dynamodb").get_paginator("scan")
        found: set[str] = set()
        for page in pages.paginate(TableName=self._stack.outputs["table_names"]["chats"]):
            for item in page["Items"]:
                found.add(f"{item['pk']['S']} {item['sk']['S']} {item.get('turn_id', {}).get('S', '')}")
        return frozenset(found)

    def free_turn_slots(self) -> None:
        """Delete the workspace's slots: a killed worker has released none."""
        table = self._stack.outputs["table_names"]["chats"]
        self._client("dynamodb").delete_item(TableName=table, Key=slots_key("places#0"))

    def restore(self) -> None:
        """Restore everything as Terraform made it."""
        self.permit_all_but(())
        self.configure({})

    def _function(self, key: str) -> Any:
        return self._client("lambda").get_function_configuration(FunctionName=self._functions[key])

    def _policy_name(self) -> dict[str, str]:
        role = self._function("chat")["Role"].rsplit("/", 1)[-1]
        (name,) = self._client("iam").list_role_policies(RoleName=role)["PolicyNames"]
        return {"RoleName": role, "PolicyName": name}


def _claims(token: str) -> dict[str, Any]:
    payload = token.split(".")[1]
    claims: dict[str, Any] = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    return claims
