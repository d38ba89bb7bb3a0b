"""One chat of the fake service, whose turns follow the script and the clock."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from typing import Any

from async_chat_client._models import Citation, Usage

Json = dict[str, Any]
DEADLINE = timedelta(seconds=70)
INPUT_LASTS = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class ScriptedTurn:
    """The outcome of a question after `seconds`: an answer, a question back with the `choices`, a failure with the code
    `fails`, or an operator's stop for the reason `stopped`.

    `steps` and `drafts` are pairs of seconds and text. The turn is queued for `queued` seconds.
    """

    answer: str = "An answer."
    seconds: float = 5.0
    queued: float = 0.5
    steps: Sequence[tuple[float, str]] = ()
    drafts: Sequence[tuple[float, str]] = ()
    citations: Sequence[Citation] = ()
    usage: Usage | None = None
    fails: str | None = None
    stopped: str | None = None
    asks: str | None = None
    choices: Sequence[str] = ()


@dataclass
class FakeChat:
    """A chat at one moment; `settle` brings it up to date."""

    chat_id: str
    user: str
    script: ScriptedTurn
    asked_at: datetime
    messages: list[Json] = field(default_factory=list)
    status: str = "thinking"
    error: str | None = None
    cancel_reason: str | None = None
    input: Json | None = None
    ended_at: datetime | None = None
    read_up_to: str = ""

    @property
    def deadline(self) -> datetime:
        return self.asked_at + DEADLINE

    def begin(self, script: ScriptedTurn, now: datetime) -> None:
        """Start a new turn for the newest question."""
        self.script, self.asked_at = script, now
        self.status, self.error, self.cancel_reason, self.ended_at = "thinking", None, None, None
        self.input = None

    def settle(self, now: datetime, message_id: str) -> None:
        """End the turn if it is due; an answer gets the id `message_id`."""
        done = self.asked_at + timedelta(seconds=self.script.seconds)
        if self.status != "thinking" or now < min(done, self.deadline):
            return
        self.ended_at = min(done, self.deadline)
        if done >= self.deadline:
            self.status, self.error = "failed", "timed_out"
        elif self.script.fails:
            self.status, self.error = "failed", self.script.fails
        elif self.script.stopped:
            self.status, self.cancel_reason = "cancelled", self.script.stopped
        elif self.script.asks:
            self.status = "needs_input"
            self.input = {
                "id": message_id,
                "question": self.script.asks,
                "choices": list(self.script.choices),
                "expires_at": rfc3339(self.ended_at + INPUT_LASTS),
            }
            asked = message(message_id, "assistant", self.script.asks, self.ended_at)
            self.messages.append({**asked, "citations": [], "usage": self._usage()})
        else:
            self.status = "answered"
            cited = [{"memory_id": cited.memory_id, "quote": cited.quote} for cited in self.script.citations]
            answer = message(message_id, "assistant", self.script.answer, self.ended_at)
            self.messages.append({**answer, "citations": cited, "usage": self._usage()})

    def _usage(self) -> Json | None:
        return asdict(self.script.usage) if self.script.usage else None

    def cancel(self, now: datetime) -> None:
        if self.status == "thinking":
            self.status, self.ended_at = "cancelled", now

    def turn(self, now: datetime) -> Json:
        """The field `turn` of a poll."""
        elapsed = ((self.ended_at or now) - self.asked_at) / timedelta(seconds=1)
        started = elapsed >= self.script.queued
        shown = [text for at, text in self.script.drafts if at <= elapsed]
        return {
            "phase": "done" if self.ended_at else "running" if started else "queued",
            "asked_at": rfc3339(self.asked_at),
            "started_at": rfc3339(self.asked_at + timedelta(seconds=self.script.queued)) if started else None,
            "ended_at": rfc3339(self.ended_at) if self.ended_at else None,
            "deadline": rfc3339(self.deadline),
            "progress": [
                {"at": rfc3339(self.asked_at + timedelta(seconds=at)), "text": text}
                for at, text in self.script.steps
                if at <= elapsed
            ],
            "draft": shown[-1] if shown and not self.ended_at else None,
            "error": {"code": self.error, "message": "The question could not be answered. Try again."}
            if self.error
            else None,
            "usage": self._usage() if self.ended_at else None,
            "cancel_reason": self.cancel_reason,
            "input": self.input,
        }

    def summary(self) -> Json:
        last = self.messages[-1]
        return {
            "chat_id": self.chat_id,
            "title": self.messages[0]["content"][:80],
            "status": self.status,
            "last_message": {name: last[name] for name in ("message_id", "role", "content", "created_at")},
            "unread": last["role"] == "assistant" and last["message_id"] > self.read_up_to,
        }


def message(message_id: str, role: str, content: str, at: datetime) -> Json:
    return {"message_id": message_id, "role": role, "content": content, "created_at": rfc3339(at)}


def rfc3339(moment: datetime) -> str:
    """UTC with milliseconds."""
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
