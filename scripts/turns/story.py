"""The story of a turn: its log lines, and what the table holds of it, as moments in their order.

A moment holds only facts that are known to be no text of a person: ids, states, numbers. Of a line that this version
does not know, which may be one of a custom agent, only its level and logger are told.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from scripts.turns.log_search import Line
from scripts.turns.stored import StoredTurn

ENDS: Final = ("turn answered", "turn needs_input", "turn failed", "turn cancelled")


@dataclass(frozen=True)
class Moment:
    """`what` happened `at` a time, after it had `lasted`; `kind` is its lane in the picture."""

    at: datetime
    kind: str
    what: str
    detail: str = ""
    lasted: timedelta | None = None

    @property
    def began(self) -> datetime:
        """When it began: a line is written when its matter is over."""
        return self.at - (self.lasted or timedelta(0))

    @property
    def shown_at(self) -> datetime:
        """Its place in the order: a state is told when it is reached, all else when it begins."""
        return self.at if self.kind == "turn" else self.began


@dataclass(frozen=True)
class Story:
    """`texts` are (whose, words), only if they were asked for."""

    title: str
    moments: list[Moment]
    notes: list[str] = field(default_factory=list)
    texts: list[tuple[str, str]] = field(default_factory=list)


def tell(title: str, lines: Iterable[Line], stored: StoredTurn | None = None, *, with_texts: bool = False) -> Story:
    """The story that these lines, and what is stored, tell."""
    moments = [moment for line in lines if (moment := moment_of(line, with_texts=with_texts))]
    notes = [] if any(moment.kind == "turn" for moment in moments) else ["No line of a turn was found in the logs."]
    if stored:
        if with_texts and stored.steps():
            moments = [moment for moment in moments if moment.kind != "step"]
            moments += [Moment(at, "step", "step", words) for at, words in stored.steps()]
        notes += stored.notes()
    unique = {(moment.at, moment.kind, moment.what, moment.detail): moment for moment in moments}
    return Story(
        title,
        sorted(unique.values(), key=lambda moment: moment.shown_at),
        notes,
        stored.texts() if stored and with_texts else [],
    )


def moment_of(line: Line, *, with_texts: bool = False) -> Moment | None:
    """What the line tells; None for one that tells nothing that another does not."""
    message = line.fields.get("message")
    if line.source == "api":
        return _access(line)
    if isinstance(message, str) and message in _KNOWN:
        return _KNOWN[message](line)
    if not line.fields or "type" in line.fields:
        return _runtime(line)
    words = f": {message}" if with_texts and message else ""
    return Moment(
        line.at, "other", f"{line.fields.get('level', '')} {line.fields.get('logger', '')}{words}".strip(), line.source
    )


def _access(line: Line) -> Moment:
    detail = _facts(line, "status", "latency_ms", "function_latency_ms", "invoke_status", "error_type")
    return Moment(line.at, "request", f"API {line.fields.get('route', '')}", detail, _millis(line, "latency_ms"))


def _request(line: Line) -> Moment:
    took = _millis(line, "took_ms")
    if line.fields.get("route") == "GET /chats/messages" and "turn_status" in line.fields:
        return Moment(
            line.at, "poll", f"poll saw {line.fields['turn_status']}", _facts(line, "status", "took_ms"), took
        )
    detail = _facts(line, "status", "code", "replayed", "took_ms", "request_id", "error", "at")
    return Moment(line.at, "request", str(line.fields.get("route")), detail, took)


def _queued(line: Line) -> Moment:
    return Moment(line.at, "turn", "queued", _facts(line, "user", "request_id"))


def _claimed(line: Line) -> Moment:
    waited = _millis(line, "queued_ms")
    return Moment(line.at, "turn", "claimed by a worker", _facts(line, "queued_ms", "request_id"), waited)


def _ended(line: Line) -> Moment:
    facts = _facts(line, "failure", "by_operator", "queued_ms", "reasoned_ms", "total_ms")
    usage = line.fields.get("usage")
    spent = _tokens(usage) if isinstance(usage, Mapping) else ""
    by = f"by {line.source}"
    detail = ", ".join(filter(None, (facts, spent, by)))
    # Of a turn that no worker has claimed: since the question.
    lasted = _millis(line, "reasoned_ms") or _millis(line, "total_ms")
    return Moment(line.at, "turn", str(line.fields.get("state")), detail, lasted)


def _step(line: Line) -> Moment:
    return Moment(line.at, "step", f"step {line.fields.get('step')}")


def _model_request(line: Line) -> Moment:
    failed = "error" in line.fields
    detail = (
        _facts(line, "model", "took_ms", "error")
        if failed
        else ", ".join((_facts(line, "model", "took_ms"), _tokens(line.fields)))
    )
    return Moment(line.at, "model", f"model request {line.fields.get('number')}", detail, _millis(line, "took_ms"))


def _fault(*names: str) -> Callable[[Line], Moment]:
    return lambda line: Moment(line.at, "fault", str(line.fields["message"]), _facts(line, *names))


def _nothing(line: Line) -> None:
    return None


def _runtime(line: Line) -> Moment | None:
    """Lambda's own lines: those of AWS as JSON, those of the embedded AWS as text."""
    record = line.fields.get("record")
    kind = str(line.fields.get("type") or line.text.split(" ", 1)[0])
    if kind == "platform.start":
        return Moment(line.at, "runtime", f"Lambda starts {line.source}")
    if kind == "platform.report" and isinstance(record, Mapping):
        metrics = record.get("metrics") or {}
        facts = {
            "status": record.get("status"),
            "error": record.get("errorType"),
            **{name: metrics.get(name) for name in ("durationMs", "initDurationMs", "maxMemoryUsedMB", "memorySizeMB")},
        }
        return _report(line, _listed(facts), metrics.get("durationMs"))
    if kind == "REPORT":
        took = re.search(r"Duration: ([0-9.]+) ms", line.text)
        return _report(line, line.text.partition("\t")[2].replace("\t", ", "), took and took[1])
    return None


def _report(line: Line, detail: str, millis: object) -> Moment:
    return Moment(line.at, "runtime", f"Lambda ran {line.source}", detail, _duration(millis))


#: Our own lines, by their message.
_KNOWN: Final[Mapping[str, Callable[[Line], Moment | None]]] = {
    "request": _request,
    "turn queued": _queued,
    "turn running": _claimed,
    **dict.fromkeys(ENDS, _ended),
    "step": _step,
    "model request": _model_request,
    "model used": _nothing,
    "model failed": _fault("error", "code", "attempt"),
    "agent broke": _fault("error", "at"),
    "turned away": _fault("refusal"),
    "worker lost": _fault("condition", "settled"),
    "worker has nothing to do": _fault("request_id"),
    "failure not stored": _fault("error"),
    "worker done": _nothing,
}


def _tokens(usage: Mapping[str, Any]) -> str:
    names = ("requests", "input_tokens", "cached_tokens", "output_tokens")
    return ", ".join(f"{name.replace('_', ' ')} {usage[name]:,}" for name in names if isinstance(usage.get(name), int))


def _facts(line: Line, *names: str) -> str:
    return _listed({name: line.fields.get(name) for name in names})


def _listed(facts: Mapping[str, object]) -> str:
    return ", ".join(f"{name} {value}" for name, value in facts.items() if value is not None)


def _millis(line: Line, name: str) -> timedelta | None:
    return _duration(line.fields.get(name))


def _duration(millis: object) -> timedelta | None:
    """A number, as itself or as a text; None for anything else."""
    with suppress(ValueError, OverflowError):
        return timedelta(milliseconds=float(millis)) if isinstance(millis, (int, float, str)) else None
    return None
