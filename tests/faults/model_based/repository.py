"""Model-based comparison of two implementations of ChatRepository: the same calls must have the same outcome.

Hypothesis chooses the calls, their order and their turns, current or outdated, and shrinks a sequence that differs.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any, Final

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from adapters.dynamodb.turn_slots import deadline_of, turn_of
from domain.chat import Feedback, Message, Role, Step, Turn, TurnState, Usage
from domain.errors import AsyncChatError, TransitionRefused
from domain.failure_codes import FailureCode
from domain.limits import UserLimits, WorkspaceLimits
from domain.ports import ChatRepository
from domain.records import ChatList, NewQuestion, PageRequest
from tests.fakes.chat_repository import InMemoryChatRepository
from tests.fakes.clock import FakeClock
from tests.fakes.ids import SequentialIds
from tests.support.story import ALICE, BOB, UNKNOWN_CHAT, Story

LIMIT: Final = 2
#: One less than two users with two turns each need.
CAPACITY: Final = 3
#: Few enough that an example reaches them.
LIMITS: Final = UserLimits(LIMIT, asks_per_minute=3, answers_per_day=5)
WORKSPACE: Final = WorkspaceLimits(CAPACITY, answers_per_day=6)
ALLOWED: Final = {("user", "minute"): 3, ("user", "day"): 5, ("workspace", "day"): 6}
TEXTS: Final = ("Where did I park?", "¿Dónde está mi coche? 🚗", "ok")
#: Indices from the newest: recent turns and messages matter most.
WHICH: Final = st.sampled_from((0, 0, 0, 1, 1, 2, 3, 5, 8))
KEYS: Final = st.sampled_from((None, None, "tap-1", "tap-2"))
USERS: Final = st.sampled_from((ALICE, ALICE, ALICE, BOB))

Outcome = tuple[str, Any]


def compare(machine: type[RuleBasedStateMachine], examples: int, steps: int, *, shortest: bool) -> None:
    """Runs the same examples every time; with `shortest`, Hypothesis shrinks the one that fails."""
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            derandomize=True,
            database=None,
            phases=set(Phase) if shortest else {Phase.generate},
            suppress_health_check=list(HealthCheck),
        ),
    )


def outcome(call: Callable[[], object]) -> Outcome:
    """A call's value, or its error with its facts."""
    try:
        return "value", call()
    except AsyncChatError as error:
        return type(error).__name__, vars(error)


class RepositoryComparison(RuleBasedStateMachine):
    """A subclass sets `other`, which makes an empty repository of the other implementation for each example."""

    other: Callable[[FakeClock], ChatRepository]
    #: The items of the other implementation's shards, by partition key; the deadlines of some permits have passed.
    shards: Callable[[], dict[str, Any]]

    def __init__(self) -> None:
        super().__init__()
        self.clock = FakeClock()
        self.ids = SequentialIds()
        self.repositories = (InMemoryChatRepository(limits=WORKSPACE), type(self).other(self.clock))
        self.story = Story(self.repositories[0], self.clock, self.ids)
        self.turns: list[Turn] = []
        self.asked: list[NewQuestion] = []
        self.message_ids: list[str] = []

    def both(self, call: Callable[[ChatRepository], object]) -> Outcome:
        fake, real = (outcome(partial(call, repository)) for repository in self.repositories)
        assert fake == real, f"the fake: {fake}, the other: {real}"
        return fake

    # ---- asking

    @rule(user=USERS, text=st.sampled_from(TEXTS), key=KEYS)
    def ask_in_a_new_chat(self, user: str, text: str, key: str | None) -> None:
        named = self.story.key(key, text) if key else None
        self._save(self.story.question(text, user=user, key=named, limits=LIMITS))

    @precondition(lambda self: self.turns)
    @rule(user=USERS, which=WHICH, text=st.sampled_from(TEXTS), key=KEYS)
    def ask_further(self, user: str, which: int, text: str, key: str | None) -> None:
        named = self.story.key(key, text) if key else None
        chat_id = _pick(self.turns, which).chat_id
        self._save(self.story.question(text, user=user, chat_id=chat_id, key=named, limits=LIMITS))

    @precondition(lambda self: self._ended())
    @rule(user=USERS, which=WHICH, old=st.booleans())
    def ask_in_a_free_chat(self, user: str, which: int, old: bool) -> None:
        chat_id = _pick(self._ended(), which).chat_id
        message_id = _pick(self.message_ids, which) if old else None
        self._save(self.story.question(user=user, chat_id=chat_id, message_id=message_id, limits=LIMITS))

    @rule()
    def ask_in_an_unknown_chat(self) -> None:
        self._save(self.story.question(chat_id=UNKNOWN_CHAT, limits=LIMITS))

    @precondition(lambda self: self.asked)
    @rule(which=WHICH)
    def store_the_same_question_again(self, which: int) -> None:
        new = _pick(self.asked, which)
        # A request is repeated within its seconds. Judged by a day-old time, slots of later turns would be undecided.
        if self.story.clock.now() - new.turn.asked_at < timedelta(minutes=1):
            self.both(lambda repository: repository.save_question(new))

    def _save(self, new: NewQuestion) -> None:
        if self.both(lambda repository: repository.save_question(new)) == ("value", None):
            self._compare_latest(new.turn.chat_id)
            self.asked.append(new)
            self.turns.append(new.turn)
            self.message_ids.append(new.message.message_id)

    # ---- transitions

    @precondition(lambda self: self._seen(TurnState.QUEUED))
    @rule(which=WHICH)
    def claim(self, which: int) -> None:
        seen = _pick(self._seen(TurnState.QUEUED), which)
        self._transition(seen, lambda: seen.claimed(self.ids.new_token(), self.clock.now()))

    @precondition(lambda self: self._seen(TurnState.RUNNING))
    @rule(which=WHICH)
    def answer(self, which: int) -> None:
        seen = _pick(self._seen(TurnState.RUNNING), which)
        answer = Message(self.ids.new_id(), Role.ASSISTANT, "Level 3, bay 12.", self.clock.now())
        if self._transition(seen, lambda: seen.answered(seen.lease or "", self.clock.now()), answer, by_worker=True):
            self.message_ids.append(answer.message_id)

    @precondition(lambda self: self._seen(TurnState.QUEUED, TurnState.RUNNING))
    @rule(which=WHICH, cancel=st.booleans(), reason=st.sampled_from([None, "Maintenance."]))
    def end_without_answer(self, which: int, cancel: bool, reason: str | None) -> None:
        seen, now = _pick(self._seen(TurnState.QUEUED, TurnState.RUNNING), which), self.clock.now()
        self._transition(
            seen, lambda: seen.cancelled(now, reason) if cancel else seen.failed(FailureCode.WORKER_DIED, now)
        )

    @precondition(lambda self: self._seen(TurnState.RUNNING))
    @rule(which=WHICH)
    def fail_by_its_worker(self, which: int) -> None:
        seen = _pick(self._seen(TurnState.RUNNING), which)
        self._transition(
            seen, lambda: seen.failed(FailureCode.AGENT_FAILED, self.clock.now(), TEXTS[1]), by_worker=True
        )

    @precondition(lambda self: self.turns)
    @rule(which=WHICH)
    def let_go(self, which: int) -> None:
        turn = _pick(self.turns, which)
        self.both(lambda repository: repository.release_slots(turn))

    @precondition(lambda self: self._seen(TurnState.RUNNING))
    @rule(which=WHICH)
    def fail_without_holding_the_lease(self, which: int) -> None:
        seen = replace(_pick(self._seen(TurnState.RUNNING), which), lease="another-worker")
        self.both(
            lambda repository: repository.compare_and_set_turn(
                seen, seen.failed(FailureCode.WORKER_DIED, self.clock.now())
            )
        )

    @precondition(lambda self: self._ended())
    @rule(which=WHICH)
    def run_again(self, which: int) -> None:
        seen = _pick(self._ended(), which)
        self._transition(seen, lambda: self.story.turn(seen.user_id, seen.chat_id, seen.question_id))

    def _transition(
        self, seen: Turn, change: Callable[[], Turn], answer: Message | None = None, *, by_worker: bool = False
    ) -> bool:
        """Compare-and-set a turn as once seen, and then again, as after a lost reply."""
        try:
            then = change()
        except TransitionRefused:  # the deadline has passed
            return False

        def move(repository: ChatRepository) -> bool:
            return repository.compare_and_set_turn(seen, then, answer, LIMITS, by_worker=by_worker)

        moved = self.both(move) == ("value", True)
        self.both(move)
        if moved:
            self._compare_latest(then.chat_id)
            self.turns.append(then)
        return moved

    def _compare_latest(self, chat_id: str) -> None:
        self.both(lambda repository: _shown(repository, chat_id, PageRequest(limit=1)))
        self.both(lambda repository: repository.version(chat_id))

    @precondition(lambda self: self.turns)
    @rule(
        which=WHICH,
        running=st.booleans(),
        draft=st.sampled_from((None, "Level 3", "Level 3, bay")),
        used=st.sampled_from((0, 1, 2)),
    )
    def save_progress(self, which: int, running: bool, draft: str | None, used: int) -> None:
        turns = running and self._seen(TurnState.RUNNING)
        turn, steps = _pick(turns or self.turns, which), [Step(self.clock.now(), f"Step {which}")]
        turn = replace(turn, usage=Usage("model", used, 900 * used, 0, 80 * used) if used else None)
        self.both(lambda repository: repository.save_progress(turn, steps, draft))
        self.both(lambda repository: repository.version(turn.chat_id))

    def _seen(self, *states: TurnState) -> list[Turn]:
        return [turn for turn in self.turns if turn.state in states]

    def _ended(self) -> list[Turn]:
        return [turn for turn in self.turns if not turn.thinking]

    # ---- reading

    @precondition(lambda self: self.turns)
    @rule(which=WHICH, limit=st.integers(1, 4), cursor=st.sampled_from(("after", "before", "")), position=WHICH)
    def read(self, which: int, limit: int, cursor: str, position: int) -> None:
        chat_id = _pick(self.turns, which).chat_id
        page = PageRequest(limit, **({cursor: _pick(self.message_ids, position)} if cursor else {}))
        self.both(lambda repository: _shown(repository, chat_id, page))

    @rule(user=USERS, limit=st.integers(1, 3))
    def list_chats(self, user: str, limit: int) -> None:
        self.both(lambda repository: _all_chats(repository, user, limit))

    @precondition(lambda self: self.turns)
    @rule(which=WHICH, user=USERS)
    def mark_read(self, which: int, user: str) -> None:
        chat_id = _pick(self.turns, which).chat_id
        self.both(lambda repository: repository.mark_read(chat_id, user))

    @precondition(lambda self: self.turns)
    @rule(which=WHICH, position=WHICH, rating=st.sampled_from((1, -1)), reason=st.sampled_from((None, "Bay 13.")))
    def set_feedback(self, which: int, position: int, rating: int, reason: str | None) -> None:
        chat_id, message_id = _pick(self.turns, which).chat_id, _pick(self.message_ids, position)
        self.both(lambda repository: repository.set_feedback(chat_id, message_id, Feedback(rating, reason)))

    @precondition(lambda self: self.turns)
    @rule(which=WHICH, user=USERS)
    def delete(self, which: int, user: str) -> None:
        chat_id = _pick(self.turns, which).chat_id
        self.both(lambda repository: repository.delete(chat_id, user))

    @invariant()
    def both_hold_the_same_slots(self) -> None:
        """No more than the limits, too: of a user, and of the workspace."""
        fake = self.repositories[0]
        assert isinstance(fake, InMemoryChatRepository)
        live = {turn: user for turn, (user, deadline) in fake.permits.items() if deadline > self.clock.now()}
        stored = {
            shard: {turn_of(permit) for permit in _permits(item) if deadline_of(permit) > self.clock.now()}
            for shard, item in type(self).shards().items()
        }
        assert stored.pop("places#0", set()) == set(live)
        assert stored == {shard: {turn for turn, user in live.items() if f"user#{user}" == shard} for shard in stored}
        assert set().union(*stored.values()) == set(live)
        assert all(len(held) <= LIMIT for held in stored.values())
        assert len(live) <= CAPACITY

    @invariant()
    def both_count_the_same_runs(self) -> None:
        """And no budget more than its limit, in one counter."""
        fake = self.repositories[0]
        assert isinstance(fake, InMemoryChatRepository)
        stored = {}
        for shard, item in type(self).shards().items():
            for name in ("minute", "day"):
                counters = [int(item[key]["N"]) for key in item if key.startswith(f"{name}_") and key != f"{name}_at"]
                if counters:
                    (runs,) = counters
                    owner = "workspace" if shard == "places#0" else shard
                    stored[owner, name] = (int(item[f"{name}_at"]["N"]), runs)
        assert stored == fake.runs
        assert all(runs <= ALLOWED[owner.split("#")[0], name] for (owner, name), (_, runs) in stored.items())

    #: Eleven minutes and eleven days: an old counter then has the name of the new one.
    @rule(seconds=st.sampled_from((1, 1, 1, 30, 30, 30, 70, 70, 11 * 60, 11 * 60, 24 * 3600, 11 * 24 * 3600)))
    def time_passes(self, seconds: int) -> None:
        self.clock.sleep(timedelta(seconds=seconds))


def _pick(things: Sequence[Any], which: int) -> Any:
    return things[-1 - which % len(things)]


def _permits(item: Any) -> list[str]:
    return list(item.get("thinking", {"SS": []})["SS"])


def _shown(repository: ChatRepository, chat_id: str, page: PageRequest) -> object:
    """A page with its turn's progress and draft, which comparing turns leaves out."""
    found = repository.read(chat_id, page)
    return found and (found, found.chat.turn.progress, found.chat.turn.draft, found.chat.turn.usage)


def _all_chats(repository: ChatRepository, user: str, limit: int) -> list[ChatList]:
    """All pages, each with its cursor."""
    pages = [repository.list_chats(user, limit)]
    while pages[-1].next is not None:
        pages.append(repository.list_chats(user, limit, pages[-1].next))
    return pages
