"""Polls that showed the same, merged into one view: there are many polls and few views."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime

from tests.faults.history import History, Shown


@dataclass
class View:
    """What was shown, when it was first seen, and when the last request that got it was received."""

    shown: Shown
    seen_at: datetime
    last_received_at: datetime

    @property
    def turn(self) -> str:
        return self.shown.turn

    def before(self, other: "View") -> bool:
        """Whether this had been seen before some request that got the other was received."""
        return self.seen_at <= other.last_received_at

    def add(self, shown: Shown) -> None:
        self.seen_at = min(self.seen_at, shown.returned_at)
        self.last_received_at = max(self.last_received_at, shown.received_at)


def views_by_chat(history: History) -> dict[str, list[View]]:
    """The distinct views of every chat."""
    chats: dict[str, dict[object, View]] = defaultdict(dict)
    for shown in history.shown:
        end = (shown.end, shown.deadline, shown.ended_at, shown.sentence, shown.explained)
        content = (shown.turn, shown.phase, end, shown.draft, shown.messages)
        view = chats[shown.chat_id].setdefault(content, View(shown, shown.returned_at, shown.received_at))
        view.add(shown)
    return {chat_id: list(views.values()) for chat_id, views in chats.items()}
