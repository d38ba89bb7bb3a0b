"""The DynamoDB adapters when DynamoDB fails, conflicts, or returns partial results."""

import json
from collections.abc import Callable, Container, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count, product
from typing import Final

import pytest
from botocore.awsrequest import AWSResponse
from botocore.exceptions import ClientError, EndpointConnectionError, ReadTimeoutError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from adapters.dynamodb.batch import BATCH_TIME
from adapters.dynamodb.chat_repository import DynamoDbChatRepository
from adapters.dynamodb.items import header_key
from adapters.dynamodb.memory_store import DynamoDbMemoryStore
from adapters.dynamodb.writer import RETRY_TIME
from domain.chat import Feedback, Message, Role, Step, Turn, TurnState
from domain.errors import ChatForbidden, ChatNotFound, StoreUnavailable, TooManyTurns
from domain.limits import UserLimits
from domain.memory import Memory
from domain.records import PageRequest
from tests.contract.conftest import Aws
from tests.fakes.clock import NOON, FakeClock
from tests.support.aws import dynamodb_client, refusal
from tests.support.story import ALICE, BOB, PARKING, TURN_LIMIT, Story, texts

UNAVAILABLE: Final = {
    "throttled": refusal("ProvisionedThroughputExceededException"),
    "rate": refusal("ThrottlingException"),
    "account limit": refusal("RequestLimitExceeded"),
    "not permitted": refusal("AccessDeniedException"),
    "token expired": refusal("ExpiredTokenException"),
    "no such table": refusal("ResourceNotFoundException"),
    "internal error": refusal("InternalServerError", 500),
    "unknown error of the service": refusal("SomethingNew", 503),
    "no connection": EndpointConnectionError(endpoint_url="https://aws.invalid"),
    "timeout": ReadTimeoutError(endpoint_url="https://aws.invalid"),
}
INVALID_REQUEST: Final = refusal("ValidationException")


@dataclass
class Stored:
    """What the tables hold before a call: Alice's turns in three chats, and a memory."""

    aws: Aws
    story: Story
    memories: DynamoDbMemoryStore
    queued: Turn = field(init=False)
    running: Turn = field(init=False)
    ended: Turn = field(init=False)

    def __post_init__(self) -> None:
        self.ended = self.story.answers(self.story.asks())
        self.answer_id = self.story.newest(self.ended.chat_id).messages[-1].message_id
        self.queued = self.story.asks()
        self.running = self.story.claims(self.story.asks())
        self.memories.put_many(ALICE, [PARKED])
        self.before = self.items()
        self.aws.wire.sent.clear()

    def items(self) -> list[str]:
        """Every item of both tables, past the wire."""
        plain = dynamodb_client()
        tables = (self.aws.tables.chats, self.aws.tables.memories)
        found = [item for table in tables for item in plain.scan(TableName=table)["Items"]]
        return sorted(json.dumps(item, sort_keys=True, default=sorted) for item in found)

    def moved(self, seen: Turn, then: Turn) -> bool:
        return self.story.chats.compare_and_set_turn(seen, then, limits=UserLimits(TURN_LIMIT))


PARKED: Final = Memory("01KA0000000000000000000001", "Parked on level 3, bay 12.", NOON)
LATER: Final = Memory("01KA0000000000000000000002", "Moved to level 4.", NOON)
Call = Callable[[Stored], object]
WRITES: Final[dict[str, Call]] = {
    "save_question in a new chat": lambda at: at.story.asks(),
    "save_question with a key": lambda at: at.story.chats.save_question(at.story.question(key=at.story.key())),
    "save_question in an old chat": lambda at: at.story.asks(chat_id=at.ended.chat_id),
    "claim": lambda at: at.moved(at.queued, at.queued.claimed("lease", at.story.clock.now())),
    "answer": lambda at: at.story.answers(at.running),
    "cancel": lambda at: at.moved(at.queued, at.queued.cancelled(at.story.clock.now())),
    "ask again": lambda at: at.moved(at.ended, at.story.turn(ALICE, at.ended.chat_id, at.ended.question_id)),
    "cancel while running": lambda at: at.story.cancels(at.running),
    "release_slots": lambda at: at.story.chats.release_slots(at.running),
    "save_progress": lambda at: at.story.chats.save_progress(at.queued, [Step(NOON, "Looking")], "Level"),
    "mark_read": lambda at: at.story.chats.mark_read(at.ended.chat_id, ALICE),
    "set_feedback": lambda at: at.story.chats.set_feedback(at.ended.chat_id, at.answer_id, Feedback(1)),
    "delete a chat": lambda at: at.story.chats.delete(at.ended.chat_id, ALICE),
    "delete a thinking chat": lambda at: at.story.chats.delete(at.queued.chat_id, ALICE),
    "delete a running chat": lambda at: at.story.chats.delete(at.running.chat_id, ALICE),
    "put_many": lambda at: at.memories.put_many(ALICE, [LATER]),
    "delete a memory": lambda at: at.memories.delete(ALICE, PARKED.memory_id),
}
READS: Final[dict[str, Call]] = {
    "load": lambda at: at.story.chats.load(at.queued.chat_id),
    "read": lambda at: at.story.chats.read(at.queued.chat_id, PageRequest(50)),
    "list_chats": lambda at: at.story.chats.list_chats(ALICE, 50),
    "usage": lambda at: at.memories.usage(ALICE),
    "list_all": lambda at: at.memories.list_all(ALICE),
    "list_page": lambda at: at.memories.list_page(ALICE, 50),
}
each_write = pytest.mark.parametrize("call", WRITES.values(), ids=WRITES)
each_call = pytest.mark.parametrize("call", (WRITES | READS).values(), ids=WRITES | READS)


@pytest.fixture
def stored(fresh: Callable[[], Stored]) -> Stored:
    return fresh()


@pytest.fixture
def fresh(moto: None) -> Iterator[Callable[[], Stored]]:
    """Makes the same tables anew: ids and times repeat."""
    used: list[Aws] = []

    def make() -> Stored:
        aws, clock = Aws(), FakeClock()
        used.append(aws)
        story = Story(DynamoDbChatRepository(aws.dynamodb, aws.tables.chats, clock), clock)
        return Stored(aws, story, DynamoDbMemoryStore(aws.dynamodb, aws.tables.memories, aws.tables.chats, clock))

    yield make
    for aws in used:
        aws.delete_tables()


@each_call
@pytest.mark.parametrize("error", UNAVAILABLE.values(), ids=UNAVAILABLE)
def test_transient_errors_and_misconfiguration_are_store_unavailable(
    stored: Stored, call: Call, error: AWSResponse | Exception
) -> None:
    stored.aws.wire.fail_with(error)
    with pytest.raises(StoreUnavailable):
        call(stored)
    assert stored.items() == stored.before


@each_call
def test_invalid_request_raises_client_error(stored: Stored, call: Call) -> None:
    stored.aws.wire.fail_with(INVALID_REQUEST)
    with pytest.raises(ClientError):
        call(stored)
    assert stored.items() == stored.before


# ---- writes that meet a transaction


def cancelled(*reasons: str) -> AWSResponse:
    return refusal("TransactionCanceledException", CancellationReasons=[{"Code": reason} for reason in reasons])


CONFLICT: Final = {
    "UpdateItem": refusal("TransactionConflictException"),
    "DeleteItem": refusal("TransactionConflictException"),
    "BatchWriteItem": refusal("TransactionConflictException"),
    "TransactWriteItems": cancelled("None", "TransactionConflict"),
}
#: Reasons that say nothing about an item: DynamoDB has not judged it.
UNDECIDED: Final = ("TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded")


def refuse(numbers: Container[int], answers: Mapping[str, AWSResponse]) -> Callable[[str], AWSResponse | None]:
    """Refuse the writes with these numbers, from 0; other calls get through."""
    calls = count()
    return lambda operation: answers[operation] if operation in answers and next(calls) in numbers else None


@each_write
def test_call_whose_write_is_refused_once_for_a_conflict_has_the_same_effect(
    fresh: Callable[[], Stored], call: Call
) -> None:
    calm = fresh()
    expected = call(calm), calm.items()
    writes = [operation for operation in calm.aws.wire.operations if operation in CONFLICT]
    assert writes
    for number, reason in product(range(len(writes)), UNDECIDED):
        at = fresh()
        at.aws.wire.interfere = refuse({number}, CONFLICT | {"TransactWriteItems": cancelled("None", reason)})
        assert (call(at), at.items()) == expected
        assert at.story.clock.now() > NOON, "tries without pauses would conflict again"


@each_write
def test_endless_conflict_ends_as_unavailable_in_time_and_writes_nothing(stored: Stored, call: Call) -> None:
    before = stored.story.clock.now()
    stored.aws.wire.interfere = refuse(range(1000), CONFLICT)
    with pytest.raises(StoreUnavailable):
        call(stored)
    assert stored.story.clock.now() - before <= (BATCH_TIME if call is WRITES["put_many"] else RETRY_TIME)
    assert len(stored.aws.wire.sent) >= 6
    assert stored.items() == stored.before


def test_an_ask_has_one_time_for_all_its_conflicts_however_often_its_permits_change(stored: Stored) -> None:
    before = stored.story.clock.now()
    full = stored.story.question(limit=1)
    stored.aws.wire.interfere = refuse(range(6), CONFLICT)
    with pytest.raises(TooManyTurns):
        stored.story.chats.save_question(full)
    assert stored.story.clock.now() - before <= RETRY_TIME < timedelta(seconds=1.5)


NUMBERS: Final = count()
CODES: Final = ("None", "ConditionalCheckFailed", *UNDECIDED)


@given(st.lists(st.sampled_from(CODES), min_size=4, max_size=4).filter(lambda codes: set(codes) & set(UNDECIDED)))
@settings(
    max_examples=20,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_a_transaction_with_an_undecided_item_decides_nothing(stored: Stored, codes: list[str]) -> None:
    story, name = stored.story, f"tap {next(NUMBERS)}"
    stored.aws.wire.interfere = refuse({0}, {"TransactWriteItems": cancelled(*codes)})
    new = story.question(limit=1000, key=story.key(name))
    assert story.chats.save_question(new) is None
    stored.aws.wire.interfere = refuse({0}, {"TransactWriteItems": cancelled(*codes)})
    assert story.answers(new.turn).state is TurnState.ANSWERED


def test_a_known_key_is_seen_through_a_refusal_that_met_its_first_ask(stored: Stored) -> None:
    """The header is committed and says busy, while the key still is held by the first ask's transaction."""
    chat_id = stored.ended.chat_id
    first = stored.story.question(chat_id=chat_id, key=stored.story.key())
    again = stored.story.question(chat_id=chat_id, key=stored.story.key())
    stored.story.chats.save_question(first)
    header = dynamodb_client().get_item(TableName=stored.aws.tables.chats, Key=header_key(chat_id))["Item"]
    busy = [{"Code": "ConditionalCheckFailed", "Item": header}, {"Code": "None"}, {"Code": "None"}]
    mixed = refusal("TransactionCanceledException", CancellationReasons=[*busy, {"Code": "TransactionConflict"}])
    stored.aws.wire.interfere = refuse({0}, {"TransactWriteItems": mixed})
    past = stored.story.chats.save_question(again)
    assert past is not None
    assert past.question_id == first.message.message_id


@pytest.mark.parametrize("thinking", ["queued", "running"])
@pytest.mark.parametrize("number", range(4))
@pytest.mark.parametrize("how", ["conflicts", "no connection"])
def test_deletion_that_is_cut_at_any_write_keeps_no_permit_but_a_workers(
    stored: Stored, thinking: str, number: int, how: str
) -> None:
    turn = getattr(stored, thinking)
    cut = refuse(range(number, 1000), CONFLICT) if how == "conflicts" else cut_at(number)
    stored.aws.wire.interfere = cut
    with suppress(StoreUnavailable):
        stored.story.chats.delete(turn.chat_id, ALICE)
    stored.aws.wire.interfere = lambda _operation: None
    with suppress(ChatNotFound):
        stored.story.chats.delete(turn.chat_id, ALICE)
    assert items_of(stored.aws, turn.chat_id) == 0
    if turn is stored.running:
        with pytest.raises(TooManyTurns):
            stored.story.chats.save_question(stored.story.question(limit=2))
        stored.story.chats.release_slots(turn)
    assert stored.story.chats.save_question(stored.story.question(limit=2)) is None
    with pytest.raises(TooManyTurns):
        stored.story.chats.save_question(stored.story.question(limit=2))


# ---- a query is not isolated from a transaction that commits meanwhile


@contextmanager
def torn(aws: Aws) -> Iterator[None]:
    """The next query misses the newest message, as if it had passed its position before the commit."""
    left = iter([1])

    def tear(parsed: dict[str, list[dict[str, dict[str, str]]]], **_: object) -> None:
        newest = max((item["sk"]["S"] for item in parsed["Items"] if item["sk"]["S"].startswith("m#")), default="")
        if next(left, None):
            parsed["Items"] = [item for item in parsed["Items"] if item["sk"]["S"] != newest]

    aws.dynamodb.meta.events.register("after-call.dynamodb.Query", tear)
    yield
    aws.dynamodb.meta.events.unregister("after-call.dynamodb.Query", tear)


@pytest.mark.parametrize("with_cursor", [False, True], ids=["newest page", "after a cursor"])
def test_answered_turn_is_never_shown_without_its_answer(aws: Aws, dynamodb_story: Story, with_cursor: bool) -> None:
    turn = dynamodb_story.answers(dynamodb_story.asks())
    with torn(aws):
        page = dynamodb_story.chats.read(turn.chat_id, PageRequest(50, after=turn.question_id if with_cursor else None))
    assert page is not None
    assert (page.chat.turn, texts(page)[-1]) == (turn, "Level 3, bay 12.")


def test_an_answer_is_never_shown_before_its_turn_has_ended(aws: Aws, dynamodb_story: Story) -> None:
    turn = dynamodb_story.asks()
    aws.fill(turn.chat_id, [dynamodb_story.answer("Not yet in the header")])
    after = PageRequest(50, after=turn.question_id)
    for page in (PageRequest(50), PageRequest(1), after):
        found = dynamodb_story.chats.read(turn.chat_id, page)
        assert found is not None
        assert texts(found) == ([] if page is after else [PARKING])


# ---- pages that end at one megabyte


@pytest.mark.parametrize("after", [False, True], ids=["newest page", "after a cursor"])
def test_page_that_ends_at_one_megabyte_says_that_there_is_more(aws: Aws, dynamodb_story: Story, after: bool) -> None:
    turn = dynamodb_story.answers(dynamodb_story.asks())
    long_ones = [Message(dynamodb_story.ids.new_id(), Role.USER, "x" * 300_000, NOON) for _ in range(8)]
    aws.fill(turn.chat_id, long_ones)
    dynamodb_story.answers(dynamodb_story.asks("And now?", chat_id=turn.chat_id))
    cursor = turn.question_id if after else None
    page = dynamodb_story.chats.read(turn.chat_id, PageRequest(50, after=cursor))
    assert page is not None
    assert 0 < len(page.messages) < 9
    assert page.has_newer is after
    assert page.has_older


# ---- interrupted deletion


def cut_at(number: int) -> Callable[[str], None]:
    """No connection from this request on."""
    sent = iter(range(number))

    def interfere(_operation: str) -> None:
        if next(sent, None) is None:
            raise EndpointConnectionError(endpoint_url="https://aws.invalid")

    return interfere


@pytest.mark.parametrize("requests", [1, 2, 3, 4])
def test_interrupted_deletion_hides_the_chat_and_continues_when_repeated(
    aws: Aws, dynamodb_story: Story, dynamodb_chats: DynamoDbChatRepository, requests: int
) -> None:
    turn = dynamodb_story.answers(dynamodb_story.asks())
    aws.fill(turn.chat_id, [dynamodb_story.answer(f"Answer {number}") for number in range(40)])
    aws.wire.interfere = cut_at(requests)
    with pytest.raises(StoreUnavailable):
        dynamodb_chats.delete(turn.chat_id, ALICE)
    aws.wire.interfere = lambda _operation: None
    assert_hidden(dynamodb_story, turn.chat_id)
    dynamodb_chats.delete(turn.chat_id, ALICE)
    assert items_of(aws, turn.chat_id) == 0
    with pytest.raises(ChatNotFound):
        dynamodb_chats.delete(turn.chat_id, ALICE)


def assert_hidden(story: Story, chat_id: str) -> None:
    cursor = story.ids.new_id()
    pages = (PageRequest(50), PageRequest(50, after="0" * 26), PageRequest(50, before=cursor))
    assert [story.chats.read(chat_id, page) for page in pages] == [None, None, None]
    assert story.chats.load(chat_id) is None
    assert story.chats.list_chats(ALICE, 50).chats == ()
    with pytest.raises((ChatNotFound, ChatForbidden)):
        story.chats.delete(chat_id, BOB)
    with pytest.raises(ChatNotFound):
        story.chats.save_question(story.question(chat_id=chat_id))


def items_of(aws: Aws, chat_id: str) -> int:
    found = aws.dynamodb.query(
        TableName=aws.tables.chats,
        KeyConditionExpression="pk = :chat",
        ExpressionAttributeValues={":chat": {"S": chat_id}},
    )
    return found["Count"]


# ---- unprocessed items of batches


def leave_unprocessed(aws: Aws, times: int) -> None:
    """DynamoDB leaves the last write of a batch unprocessed, `times` times."""
    left = iter(range(times))

    def keep_one_back(params: dict[str, object], context: dict[str, object], **_: object) -> None:
        requests = params["RequestItems"]
        assert isinstance(requests, dict)
        ((table, writes),) = requests.items()
        if len(writes) > 1 and next(left, None) is not None:
            context["kept"] = {table: [writes.pop()]}

    def hand_back(parsed: dict[str, object], context: dict[str, object], **_: object) -> None:
        parsed["UnprocessedItems"] = context.get("kept", {})

    events = aws.dynamodb.meta.events
    events.register("provide-client-params.dynamodb.BatchWriteItem", keep_one_back)
    events.register("after-call.dynamodb.BatchWriteItem", hand_back)


def test_unprocessed_messages_are_deleted_again(
    aws: Aws, dynamodb_story: Story, dynamodb_chats: DynamoDbChatRepository
) -> None:
    chat_id = dynamodb_story.talks(3)
    leave_unprocessed(aws, times=1)
    dynamodb_chats.delete(chat_id, ALICE)
    assert aws.wire.operations.count("BatchWriteItem") == 3, "six messages, the unprocessed one, the header"
    assert items_of(aws, chat_id) == 0
