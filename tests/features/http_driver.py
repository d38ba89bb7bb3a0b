"""The service over HTTP: the applied Terraform, real processes, real time."""

from __future__ import annotations

import time
from datetime import UTC, datetime

import httpx

from tests.e2e.running_stack import RunningStack, User
from tests.e2e.stack_controls import StackControls
from tests.features.driver import Call, Driver, Reply, Traces, send


class HttpDriver(Driver):
    """Each scenario has its own users, so that no scenario sees another's data.

    "alice" and "bob", in lower case, are the stack's sample users with their memories.
    """

    def __init__(self, stack: RunningStack, controls: StackControls) -> None:
        self._stack = stack
        self._controls = controls
        self._http = httpx.Client(base_url=stack.api_url, timeout=60, trust_env=False)
        self._people: dict[str, User] = {}
        self._settings = {"ASYNC_CHAT_RECALL_DELAY_SECONDS": "0"}
        controls.permit_all_but(())

    def call(self, call: Call) -> Reply:
        if call.method == "POST" and call.path.endswith(("/chat", "/retry")):
            # Only now: each change restarts the function's processes, and few scenarios need one.
            self._controls.configure(self._settings)
        return send(self._http, call, self.token(call.who) if call.who else None)

    def user_id(self, who: str) -> str:
        return self._person(who).sub

    def now(self) -> datetime:
        return datetime.now(UTC)

    def wait(self, seconds: float) -> None:
        time.sleep(seconds)

    def traces(self) -> Traces:
        return Traces(self._controls.stored(), started=0)

    def warm_up(self) -> None:
        self.call(Call("Wanda", "POST", "/memories/chat", body='{"question": "Are you there?"}'))
        self._cancel_all("Wanda")
        self.wait(3)  # by then her worker has ended

    def agent_takes(self, seconds: float) -> None:
        self.set_variable("ASYNC_CHAT_RECALL_DELAY_SECONDS", f"{seconds:g}")

    def agent_blocks(self, seconds: float) -> None:
        self.agent_takes(seconds)
        self.set_variable("ASYNC_CHAT_AGENT", "broken_agents:blocks")

    def agent_asks_back(self, seconds: float) -> None:
        self.set_variable("ASYNC_CHAT_AGENT", "acceptance_agent:asks_back")
        self.set_variable("ASYNC_CHAT_TEST_WAITS", f"{seconds:g}")

    def turn_may_think_for(self, seconds: float) -> None:
        self.set_variable("ASYNC_CHAT_DEADLINE_SECONDS", f"{seconds:g}")

    def allow_a_user(self, *, asks_per_minute: int = 0, answers_per_day: int = 0) -> None:
        self.set_variable("ASYNC_CHAT_ASKS_PER_MINUTE", str(asks_per_minute))
        self.set_variable("ASYNC_CHAT_ANSWERS_PER_DAY", str(answers_per_day))

    def allow_the_workspace(self, answers_per_day: int) -> None:
        self.set_variable("ASYNC_CHAT_WORKSPACE_ANSWERS_PER_DAY", str(answers_per_day))

    def have_workers_for(self, turns: int) -> None:
        self._controls.free_turn_slots()
        self.set_variable("ASYNC_CHAT_MAX_CONCURRENT_TURNS", str(turns))

    def cut_off_worker(self) -> None:
        self._controls.permit_all_but(["InvokeWorker"])

    def reconnect_worker(self) -> None:
        self._controls.permit_all_but(())

    def cut_off_store(self) -> None:
        self._controls.permit_all_but(["Chats"])

    def kill_worker(self) -> None:
        assert self._controls.kill_workers() > 0, "no worker was running"

    def close(self) -> None:
        self._controls.permit_all_but(())
        for who in self._people:
            self._cancel_all(who)
        self.hang_up()

    # ---- only on this driver

    def hang_up(self) -> None:
        """Close the connections; running workers go on."""
        self._http.close()

    def set_variable(self, name: str, value: str) -> None:
        """Set a variable in the chat function's environment from the next ask on."""
        self._settings[name] = value

    def unset_variable(self, name: str) -> None:
        del self._settings[name]

    def token(self, who: str) -> str:
        """The user's access token."""
        return self._person(who).token

    def _cancel_all(self, who: str) -> None:
        """Stop workers that would take the next scenario's processor time."""
        chats = self.call(Call(who, "GET", "/chats")).body["chats"]
        for chat in chats:
            if chat["status"] == "thinking":
                self.call(Call(who, "POST", f"/chats/{chat['chat_id']}/cancel"))

    def _person(self, who: str) -> User:
        if who not in self._people:
            self._people[who] = self._stack.users.get(who) or self._controls.sign_up(who)
        return self._people[who]
