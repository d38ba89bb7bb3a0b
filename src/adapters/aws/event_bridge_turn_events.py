"""TurnEvents over an EventBridge bus. docs/events.md is the events' contract."""

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict
from typing import Any, Final

from adapters.aws.errors import translate_aws_errors
from domain.chat import Turn
from domain.errors import EventsNotSent
from domain.ports import TurnEvents

SOURCE: Final = "async-chat"
DETAIL_TYPE: Final = "turn.ended"
#: Of one PutEvents: https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html
LARGEST_BATCH: Final = 10


class EventBridgeTurnEvents(TurnEvents):
    """`bus` is the bus's name."""

    def __init__(self, client: Any, bus: str, user_hash: Callable[[str], str]) -> None:
        self._client = client
        self._bus = bus
        self._user_hash = user_hash

    def publish(self, turns: Sequence[Turn]) -> None:
        for start in range(0, len(turns), LARGEST_BATCH):
            entries = [self._entry(turn) for turn in turns[start : start + LARGEST_BATCH]]
            with translate_aws_errors(EventsNotSent):
                reply = self._client.put_events(Entries=entries)
            # A success may be partial.
            if reply["FailedEntryCount"]:
                raise EventsNotSent(reply["FailedEntryCount"])

    def _entry(self, turn: Turn) -> dict[str, Any]:
        event = {
            "id": f"{turn.turn_id}.{turn.state.value}",
            "chat_id": turn.chat_id,
            "turn_id": turn.turn_id,
            "user_hash": self._user_hash(turn.user_id),
            "status": turn.state.value,
            "code": turn.failure,
            "took_ms": round((turn.ended_at - turn.asked_at).total_seconds() * 1000) if turn.ended_at else None,
            "usage": asdict(turn.usage) if turn.usage else None,
        }
        return {
            "EventBusName": self._bus,
            "Source": SOURCE,
            "DetailType": DETAIL_TYPE,
            "Time": turn.ended_at,
            "Detail": json.dumps(event),
        }
