"""Polls that showed the same, taken together: there are many polls and few things to see."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime

from tests.faults.history import History, Shown


@dataclass
class View:
    """What was shown, from when on it was known, and when somebody last got it who asked."""

    shown: Shown
    known_at: datetime
    last_came_at: datetime

    @property
    def turn(self) -> str:
        return self.shown.turn

    def before(self, other: "View") -> bool:
        """Somebody had seen this when somebody asked and got the other."""
        return self.known_at <= other.last_came_at

    def add(self, shown: Shown) -> None:
        self.known_at = min(self.known_at, shown.returned_at)
        self.last_came_at = max(self.last_came_at, shown.came_at)


def views_by_chat(history: History) -> dict[str, list[View]]:
    """The distinct views of every chat."""
    chats: dict[str, dict[object, View]] = defaultdict(dict)
    for shown in history.shown:
        looks = (shown.turn, shown.phase, shown.end, shown.deadline, shown.ended_at, shown.draft, shown.messages)
        view = chats[shown.chat_id].setdefault(looks, View(shown, shown.returned_at, shown.came_at))
        view.add(shown)
    return {chat_id: list(views.values()) for chat_id, views in chats.items()}
