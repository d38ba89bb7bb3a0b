"""The promises P1 to P6 as rules over a history, independent of how the service keeps them.

Each rule yields one sentence for each breach.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise, permutations
from typing import Final

from domain.chat import Role
from tests.faults.history import Acknowledged, Call, History, Stored, TurnedAway, answer_to, sorry_for
from tests.faults.views import View, views_by_chat

DEADLINE: Final = timedelta(seconds=70)
#: The longest time between a request's arrival and the work on it: API Gateway's timeout.
SLACK: Final = timedelta(seconds=30)
#: The longest that a claim may take.
CLAIM: Final = timedelta(seconds=10)
PHASES: Final = ("queued", "running", "done")
#: The longest between two looks of a held poll, and until its reply arrives.
LOOK: Final = timedelta(seconds=1)
THINKING: Final = frozenset({"queued", "running"})


def durable(history: History) -> Iterator[str]:
    """P1: an acknowledged question stays in its chat until the owner deletes the chat."""
    for asked in history.acknowledged:
        for shown in history.shown:
            if shown.chat_id == asked.chat_id and asked.before(shown):
                times = sum(message.content == asked.question for message in shown.messages)
                if times != 1:
                    yield f"P1 {asked.question!r} is shown {times} times"
        for hidden in history.hidden:
            if hidden.chat_id == asked.chat_id and asked.before(hidden) and not _requested(history, "delete", hidden):
                yield f"P1 the chat of {asked.question!r} is gone"


def one_end(history: History) -> Iterator[str]:
    """P2: a turn ends once, in one way, and each poll is consistent."""
    for view in _all_views(history):
        shown = view.shown
        yield from _contradictions(history, view)
        if shown.sentence != (sorry_for(shown.messages[-1].content) if shown.failure == "agent_failed" else None):
            yield f"P2 {shown.failure}, with the sentence {shown.sentence!r}"
        for content, times in Counter(message.content for message in view.shown.messages).items():
            if times > 1:
                yield f"P2 {content!r} is shown {times} times"
    for views in views_by_chat(history).values():
        for earlier, later in permutations(views, 2):
            same_turn = earlier.turn == later.turn and earlier.shown.ended
            if same_turn and earlier.before(later) and earlier.shown.end != later.shown.end:
                yield f"P2 turn {earlier.turn} ended as {earlier.shown.end}, and later as {later.shown.end}"


def _contradictions(history: History, view: View) -> Iterator[str]:
    shown = view.shown
    for message, reply in pairwise(shown.messages):
        if reply.role is Role.ASSISTANT and (message.role, reply.content) != (Role.USER, answer_to(message.content)):
            yield f"P2 {message.content!r} is followed by {reply.content!r}"
    answered = bool(shown.messages) and shown.messages[-1].role is Role.ASSISTANT
    if answered != (shown.status == "answered"):
        yield f"P2 {shown.status} with {[message.content for message in shown.messages]}"
    if (shown.failure is not None) != (shown.status == "failed"):
        yield f"P2 {shown.status} because of {shown.failure}"
    stopped = _requested(history, "cancel", shown) or _requested(history, "delete", shown)
    if shown.ended and shown.draft is not None:
        yield f"P2 {shown.status}, with the draft {shown.draft!r}"
    if shown.status == "answered" and not shown.used:
        yield "P2 answered, without what it used"
    if shown.phase == "queued" and shown.used:
        yield "P2 queued, with what another turn used"
    by_operator = _requested(history, "stop", shown)
    if shown.status == "cancelled" and not (stopped or by_operator):
        yield "P2 cancelled without a request of its owner or of an operator"
    if shown.explained and not (shown.status == "cancelled" and by_operator):
        yield f"P2 {shown.status}, with the reason of an operator"


def in_time(history: History) -> Iterator[str]:
    """P3: every poll from the deadline on shows an ended turn, and no answer is later than the deadline."""
    for view in _all_views(history):
        shown = view.shown
        if not shown.ended and view.last_received_at >= shown.deadline:
            yield f"P3 {shown.status} at {view.last_received_at:%T.%f}, {shown.deadline:%T.%f} was the deadline"
        if shown.status == "answered" and (shown.ended_at is None or shown.ended_at >= shown.deadline):
            yield f"P3 answered at {shown.ended_at}, {shown.deadline} was the deadline"
    for chat_id, turns in _turns(history).items():
        for first, *_ in turns.values():
            if not DEADLINE - SLACK <= first.deadline - first.at <= DEADLINE + SLACK:
                yield f"P3 chat {chat_id}: at {first.at} a turn began with the deadline {first.deadline}"


def held_in_time(history: History) -> Iterator[str]:
    """P3: without faults, a held poll is answered as soon as its turn has ended, at the deadline at the latest."""
    if not history.calm:
        return
    ended_at = {stored.turn: stored.at for stored in reversed(history.stored) if stored.state not in THINKING}
    for shown in history.shown:
        if not shown.held or shown.ended:
            continue
        end = min(shown.deadline, ended_at.get(shown.turn, shown.deadline))
        if shown.returned_at > end + LOOK + history.skew:
            yield f"P3 a poll was held until {shown.returned_at:%T.%f}, its turn had ended at {end:%T.%f}"


def no_useless_run(history: History) -> Iterator[str]:
    """P3: no agent runs after its turn's deadline, and no turn ends because another turn's worker died."""
    for run in history.reasoned:
        known = (stored for stored in history.stored if stored.question == run.question and stored.at <= run.at)
        deadline = max((stored.deadline for stored in known), default=run.at)
        if run.at > deadline + history.skew + CLAIM:
            yield f"P3 the agent was run at {run.at:%T}, {deadline:%T} was the deadline"
    for stored in history.stored:
        if stored.failure == "worker_died" and stored.turn not in history.given_up:
            yield f"P3 turn {stored.turn} was ended because another turn's worker died"
    if history.forged:
        yield f"P6 {history.forged} forged events had an effect"


def idempotent(history: History) -> Iterator[str]:
    """P4: one key makes one question, one chat, one run of the agent; an acknowledged question reached a worker."""
    chats = defaultdict(set)
    for asked in history.acknowledged:
        chats[asked.user, asked.key or asked.question].add(asked.chat_id)
        invoked = any(event.question == asked.question and event.at <= asked.returned_at for event in history.accepted)
        stopped = _requested(history, "cancel", asked) or _requested(history, "delete", asked)
        if not invoked and not stopped and not _chat_moved_on(history, asked):
            yield f"P4 {asked.question!r} was acknowledged, and no worker was invoked"
    for refused in history.turned_away:
        stored_by_then = any(
            asked.question == refused.question and asked.key and asked.returned_at <= refused.returned_at
            for asked in history.acknowledged
        )
        if refused.code == "chat_busy" and stored_by_then and not _was_busy_before(history, refused):
            yield f"P4 {refused.question!r} was refused as busy, by its own turn or a later one"
    for stored in history.stored:
        chats[stored.user, stored.question].add(stored.chat_id)
    yield from (f"P4 {name!r} made the chats {made}" for (_, name), made in chats.items() if len(made) > 1)
    for question, runs in Counter(run.question for run in history.reasoned).items():
        chat_ids = {event.chat_id for event in history.accepted if event.question == question}
        retries = sum(len(history.actions_of("retry", chat_id)) for chat_id in chat_ids)
        if runs > 1 + retries:
            yield f"P4 the agent ran {runs} times on {question!r}, which was retried {retries} times"


def _was_busy_before(history: History, refused: TurnedAway) -> bool:
    """Whether another question was thinking in the chat during the call, and before the refused one was stored."""
    in_chat = [stored for stored in history.stored if stored.chat_id == refused.chat_id]
    for stored, after in zip(in_chat, [*in_chat[1:], None], strict=False):
        if stored.question == refused.question:
            return False
        until = after.at if after else refused.returned_at
        if stored.state in THINKING and stored.at <= refused.returned_at and until >= refused.received_at:
            return True
    return False


def ordered(history: History) -> Iterator[str]:
    """P5: messages keep one order, and later polls show all that earlier polls showed."""
    for views in views_by_chat(history).values():
        for view in views:
            ids = [message.message_id for message in view.shown.messages]
            if ids != sorted(set(ids)):
                yield f"P5 messages in the order {ids}"
        for earlier, later in permutations(views, 2):
            if earlier.before(later):
                yield from _steps_back(earlier, later)
                if earlier.turn != later.turn and later.before(earlier):
                    yield f"P5 turn {earlier.turn} is shown again after {later.turn}"


def _steps_back(earlier: View, later: View) -> Iterator[str]:
    seen = earlier.shown.messages
    if later.shown.messages[: len(seen)] != seen:
        yield f"P5 {[message.content for message in seen]}, and later {[message.content for message in later.shown.messages]}"
    if earlier.turn == later.turn and PHASES.index(earlier.shown.phase) > PHASES.index(later.shown.phase):
        yield f"P5 turn {earlier.turn} is {earlier.shown.phase}, and later {later.shown.phase}"


def private(history: History) -> Iterator[str]:
    """P6: no user reads or changes another user's chat."""
    for call in history.foreign_calls:
        if call.refusal not in {"chat_forbidden", "chat_not_found"}:
            yield f"P6 {call.user} reached another user's chat: {call.refusal or 'success'}"
    for listed in history.listed:
        foreign = [chat_id for chat_id in listed.chat_ids if history.owner(chat_id) not in {listed.user, None}]
        if foreign:
            yield f"P6 {listed.user}'s list holds {foreign}"
    for view in _all_views(history):
        yield from _foreign(view.shown.user, (message.content for message in view.shown.messages), "is shown")
    for run in history.reasoned:
        yield from _foreign(run.user, (run.question, *run.heard), "reasons about")


def _foreign(user: str, contents: Iterator[str] | tuple[str, ...], what: str) -> Iterator[str]:
    own = (user, answer_to(user))
    yield from (f"P6 {user} {what} {content!r}" for content in contents if not content.startswith(own))


def legal_transitions(history: History) -> Iterator[str]:
    """P2, in the store: an end is final, and a new turn replaces only an ended one."""
    for chat_id, turns in _turns(history).items():
        for turn, steps in turns.items():
            states = [stored.state for stored in steps]
            if "queued" in states[1:] or states.count("running") > 1 or not THINKING.issuperset(states[:-1]):
                yield f"P2 turn {turn} of {chat_id} was {states}"
        for before, after in pairwise(turns.values()):
            left, started = before[-1], after[0]
            if left.state in THINKING and left.deadline - started.at > SLACK:
                yield f"P2 turn {left.turn} was replaced by {started.turn} while it was {left.state}"


def calm(history: History) -> Iterator[str]:
    """Without faults, every question is answered, and no user has more thinking turns than allowed."""
    if not history.calm:
        return
    last = {shown.chat_id: shown for shown in sorted(history.shown, key=lambda shown: shown.received_at)}
    for shown in last.values():
        replies = [*shown.messages[1:], None]  # one too many where a history was tampered with and has none
        for message, reply in zip(shown.messages, replies, strict=False):
            unanswered = message.role is Role.USER and (reply is None or reply.role is Role.USER)
            if unanswered and not any(call.chat_id == shown.chat_id for call in history.actions):
                yield f"calm: {message.content!r} was not answered"
    for stored in history.stored:
        if stored.failure is not None:
            yield f"calm: {stored.question!r} failed: {stored.failure}"
    yield from _too_many_turns(history)


def next_question_is_answered(history: History) -> Iterator[str]:
    """The next question of a chat is answered, however the turn before it ended."""
    for shown in history.afterwards:
        if shown.status != "answered":
            yield f"the next question in {shown.chat_id} ends as {shown.status} {shown.failure}"


def limited(history: History) -> Iterator[str]:
    """Agents at work are at most the slots held, and those at most the limits; a slot without a worker is given back.

    A turn near its deadline counts on neither side: another machine's clock may be past it.
    """
    for seen in history.work:
        sure = seen.at + (timedelta(0) if history.calm else SLACK)
        for run in seen.at_work:
            if run.deadline > sure and run not in seen.held:
                yield f"limits: at {seen.at:%T.%f} an agent works on turn {run.turn}, which holds no slot"
        held = Counter(run.user for run in seen.held if run.deadline > sure)
        for user, turns in held.items():
            if turns > history.limits.turns:
                yield f"limits: {turns} turns of {user} hold slots at {seen.at:%T.%f}"
        if history.capacity and held.total() > history.capacity:
            yield f"limits: {held.total()} turns hold slots at {seen.at:%T.%f}"
    yield from (f"limits: turn {turn} holds slots without a worker" for turn in history.kept)


def _too_many_turns(history: History) -> Iterator[str]:
    last = {}
    for stored in history.stored:
        last[stored.chat_id] = stored
        live = Counter(turn.user for turn in last.values() if turn.state in THINKING and turn.deadline > stored.at)
        if live[stored.user] > history.limits.turns:
            yield f"calm: {live[stored.user]} turns of {stored.user} are thinking at {stored.at:%T.%f}"
        if history.capacity and live.total() > history.capacity:
            yield f"calm: {live.total()} turns are thinking at {stored.at:%T.%f}"


def within_budget(history: History) -> Iterator[str]:
    """No user begins more turns in a window than its budget, as the asking machine's clock counts."""
    yield from (f"limits: {user}'s budget is not what was asked" for user in history.miscounted)
    until = history.unlimited_since or datetime.max.replace(tzinfo=UTC)
    begun = [stored for stored in history.stored if stored.state == "queued" and history.calm and stored.at < until]
    for budget in history.limits.budgets:
        windows = Counter((stored.user, budget.window(stored.deadline - DEADLINE)) for stored in begun)
        for (user, window), turns in windows.items():
            if turns > budget.limit:
                yield f"limits: {turns} turns of {user} began in {budget.name} {window}"


def told(history: History) -> Iterator[str]:
    """Every stored end is an event, at least once, and no event tells of anything else."""
    for end in sorted(history.ended.symmetric_difference(history.told)):
        yield f"{end} is {'stored, and no event tells it' if end in history.ended else 'told, and was not stored'}"


PROMISES: Final[tuple[Callable[[History], Iterator[str]], ...]] = (
    durable,
    one_end,
    in_time,
    held_in_time,
    no_useless_run,
    idempotent,
    ordered,
    private,
    legal_transitions,
    calm,
    next_question_is_answered,
    limited,
    within_budget,
    told,
)


def breaches(history: History) -> list[str]:
    """All broken promises of a run."""
    return [breach for promise in PROMISES for breach in promise(history)]


def _requested(history: History, action: str, by: Call) -> bool:
    """Whether the action had been requested by the time the other call was answered."""
    return any(call.received_at <= by.returned_at for call in history.actions_of(action, by.chat_id))


def _chat_moved_on(history: History, asked: Acknowledged) -> bool:
    """Whether the chat was at a later question by then: a repeated ask of an older one starts no worker."""
    stored = [(stored.at, stored.question) for stored in history.stored if stored.chat_id == asked.chat_id]
    accepted = [(event.at, event.question) for event in history.accepted if event.chat_id == asked.chat_id]
    events = sorted(stored + accepted)
    asked_at = next((at for at, question in events if question == asked.question), asked.returned_at)
    return any(asked_at < at <= asked.returned_at and question != asked.question for at, question in events)


def _all_views(history: History) -> Iterator[View]:
    for views in views_by_chat(history).values():
        yield from views


def _turns(history: History) -> "dict[str, dict[str, list[Stored]]]":
    turns: dict[str, dict[str, list[Stored]]] = defaultdict(lambda: defaultdict(list))
    for stored in history.stored:
        turns[stored.chat_id][stored.turn].append(stored)
    return turns
