"""Torn reads: a DynamoDB query may see one item of a transaction and not yet another.

moto applies a transaction at once. Here a query's page is combined from the header before the write and the messages
after it, or the other way round.
"""

from collections.abc import Callable, Iterator
from functools import partial
from itertools import product
from typing import TYPE_CHECKING, Any

from adapters.dynamodb.chat_repository import DynamoDbChatRepository
from adapters.dynamodb.items import HEADER
from domain.records import PageRequest
from tests.fakes.clock import FakeClock
from tests.support.aws import dynamodb_client, give_keys_with_full_pages, make_tables
from tests.support.story import Story

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

Seen = dict[str, Any]
Write = Callable[[], object]


class TearingClient:
    """Returns `torn` for the next query, if set, and real pages from then on."""

    def __init__(self, client: "DynamoDBClient") -> None:
        self.client = client
        self.torn: Seen | None = None

    def query(self, **query: Any) -> Any:
        torn, self.torn = self.torn, None
        return torn or self.client.query(**query)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.client, name)


class Recorder:
    """Keeps the last query's page and limit."""

    def __init__(self, client: "DynamoDBClient") -> None:
        self._client = client
        self.seen: Seen = {}
        self.limit = 0

    def query(self, **query: Any) -> Any:
        self.limit = query["Limit"]
        self.seen = dict(self._client.query(**query))
        return self.seen

    def __getattr__(self, name: str) -> Any:
        return getattr(self._client, name)


def torn_reads(*, keys_with_full_pages: bool = True) -> Iterator[str]:
    """Every read that shows neither the state before a write nor the state after it.

    `keys_with_full_pages`: DynamoDB's rule; otherwise moto's, by which a key promises more items.
    """
    client, clock = dynamodb_client(), FakeClock()
    if keys_with_full_pages:
        give_keys_with_full_pages(client)
    recorder, tearing = Recorder(client), TearingClient(client)
    table = make_tables(client).chats
    recorded = DynamoDbChatRepository(recorder, table, clock)  # type: ignore[arg-type]  # as much of a client as it takes
    torn = DynamoDbChatRepository(tearing, table, clock)  # type: ignore[arg-type]  # the same
    for chat_id, write in _writes(Story(recorded, clock)):
        pages = list(_pages(recorded, chat_id))
        before = [(recorded.read(chat_id, page), recorder.seen) for page in pages]
        write()
        for page, (shown_before, seen_before) in zip(pages, before, strict=True):
            shown_after = recorded.read(chat_id, page)
            for header, messages in product((seen_before, recorder.seen), repeat=2):
                items = _combined(header, messages, upwards=page.after is not None)
                full = len(items) >= recorder.limit
                more = len(items) > recorder.limit or "LastEvaluatedKey" in messages
                key = {"LastEvaluatedKey": items[: recorder.limit][-1]} if items else {}
                tearing.torn = {
                    "Items": items[: recorder.limit],
                    **(key if (full if keys_with_full_pages else more) else {}),
                }
                shown = torn.read(chat_id, page)
                if shown not in (shown_before, shown_after):
                    yield f"{page}: {shown}"
        # A held poll compares versions, and reads the page of the one that differs.
        version, found = recorded.version(chat_id), recorded.load(chat_id)
        if found is None or version != found.version:
            yield f"the chat is {found}, its version {version}"


def _combined(header: Seen, messages: Seen, *, upwards: bool) -> list[Seen]:
    found = [item for item in messages["Items"] if item["sk"]["S"] != HEADER]
    top = [item for item in header["Items"] if item["sk"]["S"] == HEADER]
    return [*found, *top] if upwards else [*top, *found]


def _writes(story: Story) -> Iterator[tuple[str, Write]]:
    """A chat's writes in order, to be carried out one by one."""
    turn = story.asks()
    for further in ("And then?", "And before that?"):
        yield turn.chat_id, lambda: story.claims(story.stored(turn.chat_id))
        yield turn.chat_id, lambda: story.answers(story.stored(turn.chat_id))
        yield turn.chat_id, partial(story.asks, further, chat_id=turn.chat_id)
    yield turn.chat_id, lambda: story.cancels(story.stored(turn.chat_id))


def _pages(chats: DynamoDbChatRepository, chat_id: str) -> Iterator[PageRequest]:
    found = chats.read(chat_id, PageRequest(100))
    assert found is not None
    for limit in (1, 50):
        yield PageRequest(limit)
        for message in found.messages:
            yield PageRequest(limit, after=message.message_id)
            yield PageRequest(limit, before=message.message_id)
