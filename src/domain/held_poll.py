"""A held poll: it is answered when there is news of a chat, or when holding it is no longer worth its cost."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from domain.chat import Chat, ChatVersion
from domain.poll_hint import after_draft
from domain.ports import ChatRepository, Clock
from domain.records import ChatPage

#: Half of it is the delay of the news, on average.
LOOK_EVERY: Final = timedelta(milliseconds=250)
#: Steps are gathered until a poll was held for so long: an answer must not take a request a step. So is a draft's text,
#: for less time as long as it is short.
GATHER: Final = timedelta(seconds=2)


@dataclass(frozen=True, slots=True)
class HeldPoll:
    """`read` gives the chat's page as a poll shows it, and ends an overdue turn; `worth` tells if news is likely."""

    chats: ChatRepository
    clock: Clock
    read: Callable[[], ChatPage]
    worth: Callable[[Chat], bool]

    def answer(self, wait: timedelta, is_news: Callable[[ChatPage], bool]) -> ChatPage:
        """The page with its news: of an end, a new message or a claim at once, of steps and draft gathered.

        Without news the unchanged page, after `wait` at the latest. Between, the store is only looked at, by one small
        read each time, and the turn ends at its deadline as in any poll.
        """
        began, slept = self.clock.now(), timedelta(0)
        looked_at, page = began, self.read()
        turn, seen = page.chat.turn, page.chat.version
        news = is_news(page)
        if not turn.thinking or (news and not (turn.progress or turn.draft)):
            return page
        latest = seen
        while True:
            # By the pauses as well: a clock that is far ahead stands at API Gateway's timeout (RequestClock).
            held = max(self.clock.now() - began, slept)
            if news and held >= min(_gathering(latest), wait):
                return self.read()
            if not news and (held >= wait or not self.worth(page.chat)):
                return page
            now = self.clock.now()
            pause = max(timedelta(0), min(looked_at + LOOK_EVERY, turn.deadline) - now)
            self.clock.sleep(pause)
            slept, looked_at = slept + pause, now + pause
            found = self.chats.version(page.chat.chat_id)
            if found is None or found.state != seen.state or turn.overdue(self.clock.now()):
                return self.read()
            news, latest = news or found != seen, found


def _gathering(version: ChatVersion) -> timedelta:
    return GATHER if version.draft is None else min(GATHER, after_draft(version.draft))
