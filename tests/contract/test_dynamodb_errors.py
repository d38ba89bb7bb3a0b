"""The DynamoDB adapters when DynamoDB fails, conflicts, or returns partial results."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

import pytest
from botocore.awsrequest import AWSResponse
from botocore.exceptions import ClientError, EndpointConnectionError, ReadTimeoutError

from adapters.dynamodb.batch import CONFLICT_TRIES
from adapters.dynamodb.chat_repository import DynamoDbChatRepository
from adapters.dynamodb.memory_store import DynamoDbMemoryStore
from domain.chat import Message, Role
from domain.errors import ChatForbidden, ChatNotFound, StoreUnavailable
from domain.memory import Memory
from domain.records import PageRequest
from tests.contract.conftest import Aws
from tests.fakes.clock import NOON, FakeClock
from tests.support.aws import refusal
from tests.support.story import ALICE, BOB, PARKING, Story, texts

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

Call = Callable[[Story, DynamoDbMemoryStore], object]
PARKED: Final = Memory("01KA0000000000000000000001", "Parked on level 3, bay 12.", NOON)
CALLS: Final[dict[str, Call]] = {
    "save_question": lambda story, _: story.chats.save_question(story.question()),
    "load": lambda story, _: story.chats.load("chat"),
    "read": lambda story, _: story.chats.read("chat", PageRequest(50)),
    "compare_and_set_turn": lambda story, _: story.chats.compare_and_set_turn(
        turn := story.turn(), turn.claimed("lease", story.clock.now())
    ),
    "compare_and_set_turn to an end": lambda story, _: story.chats.compare_and_set_turn(
        turn := story.turn(), turn.cancelled(story.clock.now())
    ),
    "save_progress": lambda story, _: story.chats.save_progress(story.turn(), (), None),
    "list_chats": lambda story, _: story.chats.list_chats(ALICE, 50),
    "mark_read": lambda story, _: story.chats.mark_read("chat", ALICE),
    "delete a chat": lambda story, _: story.chats.delete("chat", ALICE),
    "put_many": lambda _, memories: memories.put_many(ALICE, [PARKED]),
    "list_all": lambda _, memories: memories.list_all(ALICE),
    "list_page": lambda _, memories: memories.list_page(ALICE, 50),
    "delete a memory": lambda _, memories: memories.delete(ALICE, PARKED.memory_id),
}
each_call = pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)


@each_call
@pytest.mark.parametrize("error", UNAVAILABLE.values(), ids=UNAVAILABLE)
def test_transient_errors_and_misconfiguration_are_store_unavailable(
    aws: Aws,
    dynamodb_story: Story,
    dynamodb_memories: DynamoDbMemoryStore,
    call: Call,
    error: AWSResponse | Exception,
) -> None:
    aws.wire.fail_with(error)
    with pytest.raises(StoreUnavailable):
        call(dynamodb_story, dynamodb_memories)


@each_call
def test_invalid_request_raises_client_error(
    aws: Aws, dynamodb_story: Story, dynamodb_memories: DynamoDbMemoryStore, call: Call
) -> None:
    aws.wire.fail_with(INVALID_REQUEST)
    with pytest.raises(ClientError):
        call(dynamodb_story, dynamodb_memories)


# ---- transactions that conflict


def conflict(reason: str = "TransactionConflict") -> AWSResponse:
    return refusal("TransactionCanceledException", CancellationReasons=[{"Code": "None"}, {"Code": reason}])


def first(times: int, error: AWSResponse, of: str) -> Callable[[str], AWSResponse | None]:
    """The first `times` requests of an operation get the error, later ones get through."""
    left = iter(range(times))
    return lambda operation: error if operation == of and next(left, None) is not None else None


@pytest.mark.parametrize("reason", ["TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded"])
def test_conflicting_transaction_is_retried(aws: Aws, clock: FakeClock, dynamodb_story: Story, reason: str) -> None:
    aws.wire.interfere = first(CONFLICT_TRIES - 1, conflict(reason), "TransactWriteItems")
    turn = dynamodb_story.asks()
    assert dynamodb_story.stored(turn.chat_id) == turn
    assert clock.now() > NOON, "retries without pauses would conflict again"


def test_endless_conflict_ends_as_unavailable(aws: Aws, dynamodb_story: Story) -> None:
    aws.wire.fail_with(conflict())
    with pytest.raises(StoreUnavailable):
        dynamodb_story.chats.save_question(dynamodb_story.question())
    assert aws.wire.operations[-CONFLICT_TRIES:] == ["TransactWriteItems"] * CONFLICT_TRIES


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


@pytest.mark.parametrize("with_cursor", [False, True], ids=["newest page", "after a cursor"])
def test_reading_a_chat_without_its_newest_message_is_unavailable_not_endless(
    aws: Aws, dynamodb_story: Story, with_cursor: bool
) -> None:
    turn = dynamodb_story.answers(dynamodb_story.asks())
    lost = dynamodb_story.newest(turn.chat_id).messages[-1].message_id
    aws.dynamodb.delete_item(TableName=aws.tables.chats, Key={"pk": {"S": turn.chat_id}, "sk": {"S": f"m#{lost}"}})
    with pytest.raises(StoreUnavailable):
        dynamodb_story.chats.read(turn.chat_id, PageRequest(50, after=turn.question_id if with_cursor else None))


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


def test_unprocessed_memories_are_put_again(aws: Aws, clock: FakeClock, dynamodb_memories: DynamoDbMemoryStore) -> None:
    leave_unprocessed(aws, times=1)
    kept = [Memory(f"01KA{number:022d}", f"Memory {number}", NOON) for number in range(10)]
    dynamodb_memories.put_many(ALICE, kept)
    assert dynamodb_memories.list_all(ALICE) == tuple(kept[::-1])
    assert clock.now() > NOON


def test_unprocessed_messages_are_deleted_again(
    aws: Aws, dynamodb_story: Story, dynamodb_chats: DynamoDbChatRepository
) -> None:
    chat_id = dynamodb_story.talks(3)
    leave_unprocessed(aws, times=1)
    dynamodb_chats.delete(chat_id, ALICE)
    assert aws.wire.operations.count("BatchWriteItem") == 3, "six messages, the unprocessed one, the header"
    assert items_of(aws, chat_id) == 0
