"""One user's app over the Lambda handlers: follows the poll hint and repeats requests that got no response."""

from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Any, Final

from domain.chat import Role
from entrypoints.schemas.poll import FAILURES
from tests.faults.crash_points.cloud import Cloud
from tests.faults.history import Acknowledged, ActionCall, Hidden, Shown, ShownMessage, TurnedAway
from tests.support.gateway import Answer

TRIES: Final = 4
POLLS: Final = 60
REPEAT_AFTER: Final = timedelta(seconds=1)
ROUTES: Final = {
    "cancel": "POST /chats/{chat_id}/cancel",
    "retry": "POST /chats/{chat_id}/retry",
    "delete": "DELETE /chats/{chat_id}",
}


class AppClient:
    """Records all that it is shown in the cloud's history."""

    def __init__(self, cloud: Cloud, user: str) -> None:
        self.chat_id: str | None = None
        self._cloud = cloud
        self.user = user
        self._asked = 0
        self._etag = ""
        self._bodies: dict[str, dict[str, str]] = {}

    def next_question(self) -> str:
        self._asked += 1
        return f"{self.user} asks no. {self._asked}"

    def ask(self, question: str) -> None:
        """Ask in the current chat or in a new one; repeat until the service accepts or rejects."""
        for _ in range(TRIES):
            if self.post(question):
                return
            self._cloud.clock.sleep(REPEAT_AFTER)

    def post(self, question: str) -> bool:
        """One POST, with the same body for the same question. Returns whether the response is final."""
        body = {"question": question, **({"chat_id": self.chat_id} if self.chat_id else {})}
        body = self._bodies.setdefault(question, body)
        headers = {"Idempotency-Key": question.replace(" ", "-")}
        received_at, answer = self._cloud.call("POST /memories/chat", self.user, body=body, headers=headers)
        if answer is None or _worth_repeating(answer):
            return False
        if not _succeeded(answer):
            call = (self.user, self.chat_id or "", received_at, self._now())
            self._cloud.history.turned_away.append(TurnedAway(*call, question=question, code=answer.body["code"]))
            return True
        self.chat_id = str(answer.body["chat_id"])
        call = (self.user, self.chat_id, received_at, self._now())
        self._cloud.history.acknowledged.append(Acknowledged(*call, question=question, key=question))
        return True

    def follow(self, *, held: bool = False) -> Shown | None:
        """Poll until there is nothing to wait for, or hold polls; returns what was shown last."""
        for _ in range(POLLS):
            wait = self.hold() if held else self.poll()
            if wait is None:
                break
            self._cloud.clock.sleep(wait)
        return self._cloud.history.shown[-1] if self._cloud.history.shown else None

    def poll(self) -> timedelta | None:
        """Show the chat; returns when to poll next, None for never."""
        return self._poll("GET /chats/messages", {})

    def hold(self) -> timedelta | None:
        """As `poll`, held for three seconds, or until there is something else to show than before."""
        seen = {"If-None-Match": self._etag} if self._etag else {}
        return self._poll("GET /chats/messages/held", seen, wait="3")

    def _poll(self, route: str, headers: dict[str, str], **more: str) -> timedelta | None:
        query = {"chat_id": self.chat_id, "limit": "100", **more}
        received_at, answer = self._cloud.call(route, self.user, query=query, headers=headers)
        call = (self.user, self.chat_id or "", received_at, self._now())
        if answer is not None and answer.status == HTTPStatus.NOT_FOUND:
            self._cloud.history.hidden.append(Hidden(*call))
            return None
        if answer is None or not _succeeded(answer):
            return REPEAT_AFTER
        self._etag = answer.headers["ETag"]
        if answer.status == HTTPStatus.NOT_MODIFIED:
            return timedelta(seconds=int(answer.headers.get("Retry-After", "0")))
        self._cloud.history.shown.append(_shown(call, answer.body))
        wait = answer.body["poll_after_ms"]
        return None if wait is None else timedelta(milliseconds=wait)

    def request(self, action: str) -> None:
        """Cancel, retry or delete; repeat until the service accepts or rejects."""
        for _ in range(TRIES):
            received_at, answer = self._cloud.call(ROUTES[action], self.user, path={"chat_id": self.chat_id})
            call = (self.user, self.chat_id or "", received_at, self._now())
            self._cloud.history.actions.append(ActionCall(*call, action=action, done=_succeeded(answer)))
            if not _worth_repeating(answer):
                return
            self._cloud.clock.sleep(REPEAT_AFTER)

    def _now(self) -> datetime:
        return self._cloud.clock.now()


def _succeeded(answer: Answer | None) -> bool:
    if answer is None:
        return False
    assert answer.status not in {HTTPStatus.INTERNAL_SERVER_ERROR, HTTPStatus.BAD_REQUEST}, answer.text
    return answer.status < HTTPStatus.BAD_REQUEST


def _worth_repeating(answer: Answer | None) -> bool:
    return answer is None or answer.status == HTTPStatus.SERVICE_UNAVAILABLE


def _own_sentence(error: Any) -> str | None:
    return error["message"] if error and error["message"] not in FAILURES.values() else None


def _shown(call: tuple[str, str, datetime, datetime], body: Any) -> Shown:
    turn = body["turn"]
    return Shown(
        *call,
        turn=turn["asked_at"],
        status=body["status"],
        phase=turn["phase"],
        failure=turn["error"] and turn["error"]["code"],
        deadline=datetime.fromisoformat(turn["deadline"]),
        ended_at=datetime.fromisoformat(turn["ended_at"]) if turn["ended_at"] else None,
        draft=turn["draft"],
        messages=tuple(
            ShownMessage(item["message_id"], Role(item["role"]), item["content"]) for item in body["messages"]
        ),
        used=turn["usage"] is not None,
        sentence=_own_sentence(turn["error"]),
        explained=turn["cancel_reason"] is not None,
    )
