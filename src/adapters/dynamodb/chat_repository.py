"""Chats in DynamoDB. The rules are in the domain; here every write is conditional on the state that the domain read."""

import logging
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import chain
from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import ClientError

from adapters.aws.errors import code_of, translate_aws_errors
from adapters.dynamodb.batch import TableBatch
from adapters.dynamodb.chat_writes import ChatWrites
from adapters.dynamodb.items import (
    HEADER,
    MESSAGE,
    VERSION,
    chat_from,
    feedback_from,
    header_key,
    idempotency_record_from,
    input_key,
    message_from,
    message_key,
    saved_input_from,
    summary_from,
    text,
    turn_from,
    version_from,
)
from adapters.dynamodb.turn_slots import SlotShard, TurnSlots, Write
from adapters.dynamodb.writer import ItemWriter, Retries
from domain.chat import Chat, ChatVersion, Feedback, Message, Step, Turn
from domain.errors import AlreadyAnswered, AnswerNotFound, ChatNotFound, OutOfOrder, StoreUnavailable
from domain.limits import UserLimits, WorkspaceLimits
from domain.ports import ChatRepository, Clock
from domain.records import ChatList, ChatPage, IdempotencyRecord, NewQuestion, PageRequest, SavedInput

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

    from adapters.dynamodb.items import Item, NewItem

log: Final = logging.getLogger(__name__)

#: Attempts of a read that overlaps a commit (a torn read). A read that stays torn means that a message is lost.
TORN_TRIES: Final = 5
NO_LIMITS: Final = WorkspaceLimits()
INDEX: Final = "by_activity"
#: By aliases: `usage` is one of DynamoDB's reserved words.
_VERSION_ONLY: Final[dict[str, Any]] = {
    "ProjectionExpression": ", ".join(f"#{name}" for name in VERSION),
    "ExpressionAttributeNames": {f"#{name}": name for name in VERSION},
}


class DynamoDbChatRepository(ChatRepository):
    """Single-table design: see items.py. All reads except the list of chats are strongly consistent."""

    def __init__(self, client: "DynamoDBClient", table: str, clock: Clock, limits: WorkspaceLimits = NO_LIMITS) -> None:
        self._client = client
        self._table = table
        self._clock = clock
        self._batch = TableBatch(client, table, clock)
        self._writer = ItemWriter(client, clock)
        self._writes = ChatWrites(table)
        self._slots = TurnSlots(table, limits)

    # ---- asking

    def save_question(self, new: NewQuestion) -> IdempotencyRecord | None:
        turn, writes = new.turn, self._writes
        header = writes.new_chat(new) if new.new_chat else writes.next_question(new)
        said = writes.question(turn.chat_id, new.message)
        key = [writes.idempotency_key(new.key, turn)] if new.key else []
        shards = self._slots.shards_for(turn, new.limits)
        taken = [shard.acquire(turn) for shard in shards]
        retries = Retries(self._clock)
        while True:
            refused = self._writer.transact([header, said, *taken, *key], retries)
            if refused is None:
                return None
            header_now, said_now, key_now = *refused[:2], refused[-1] if key else None
            if key_now is not None:
                past = idempotency_record_from(key_now)
                # Otherwise it is our own write: its response was lost, and botocore retried it.
                return None if past.question_id == new.message.message_id else past
            if header_now is not None:
                if _is_stored(new, header_now, said_now):
                    return None
                self._refuse_question(header_now, new)
            else:
                if said_now is not None:  # without its header, in a restored table
                    said = writes.message(turn.chat_id, new.message)
                taken = _acquire_again(shards, taken, refused[2:], turn)

    def _refuse_question(self, header: "Item", new: NewQuestion) -> None:
        """Raise the domain's refusal; return if the chat has changed since, so that the write may succeed now."""
        chat, answers = _owned(header, new.turn.user_id), new.message.answers
        if answers and self._answered_by(chat.turn) == answers:
            raise AlreadyAnswered
        chat.check_free(new.turn.asked_at)
        if answers:
            chat.check_answerable(answers, new.turn.asked_at)
        if new.message.message_id <= chat.last_message_id:
            raise OutOfOrder(chat.last_message_id)

    def _answered_by(self, turn: Turn) -> str | None:
        """The id of the input request that the turn's question answers."""
        found = self._item(message_key(turn.chat_id, turn.question_id))
        return message_from(found).answers if found else None

    # ---- transitions of a turn

    def compare_and_set_turn(
        self,
        expected: Turn,
        new: Turn,
        answer: Message | None = None,
        limits: UserLimits | None = None,
        *,
        by_worker: bool = False,
        saved: SavedInput | None = None,
    ) -> bool:
        move = self._writes.compare_and_set_turn(expected, new, answer)
        starts = new.thinking and not expected.thinking
        frees = not new.thinking and expected.frees_slots(by_worker=by_worker or answer is not None)
        if answer is None and not (starts or frees):
            return self._update(move, new)
        shards = self._slots.shards_for(new, limits) if starts or frees else []
        moved = [shard.acquire(new) if starts else shard.release(expected) for shard in shards]
        said = [self._writes.message(new.chat_id, answer)] if answer else []
        if saved is not None:
            said.append(self._writes.saved_input(new.chat_id, saved))
        retries = Retries(self._clock)
        while True:
            refused = self._writer.transact([move, *moved, *said], retries)
            if refused is None:
                return True
            if refused[0] is not None:
                return _is(new, refused[0])
            moved = _acquire_again(shards, moved, refused[1:], new)

    def release_slots(self, turn: Turn) -> None:
        self._writer.transact([shard.release(turn) for shard in self._slots.shards_for(turn)])

    def save_progress(self, turn: Turn, progress: Sequence[Step], draft: str | None) -> bool:
        return self._update(self._writes.save_progress(turn, progress, draft), turn)

    # ---- reading

    def load(self, chat_id: str) -> Chat | None:
        found = self._item(header_key(chat_id))
        return chat_from(found) if found else None

    def load_input(self, chat_id: str, input_id: str) -> SavedInput | None:
        found = self._item(input_key(chat_id))
        saved = saved_input_from(found) if found else None
        return saved if saved and saved.request.input_id == input_id else None

    def _item(self, key: "NewItem") -> "Item | None":
        with translate_aws_errors(StoreUnavailable):
            return self._client.get_item(TableName=self._table, Key=key, ConsistentRead=True).get("Item")

    def version(self, chat_id: str) -> ChatVersion | None:
        with translate_aws_errors(StoreUnavailable):
            found = self._client.get_item(
                TableName=self._table, Key=header_key(chat_id), ConsistentRead=True, **_VERSION_ONLY
            )
        return version_from(found["Item"]) if "Item" in found else None

    def read(self, chat_id: str, page: PageRequest) -> ChatPage | None:
        tries = TORN_TRIES
        while (seen := self._seen(chat_id, page)) is not None:
            tries -= 1
            found = _page(*seen, page)
            if found is None and not tries:
                # A defect, such as half a transaction in a restored table. The rest of the chat is readable.
                log.error("chat %s names a message that is lost: %s", chat_id, seen[0].last_message_id)
                found = _page(*seen, page, final=True)
            if found is not None:
                return found
        return None

    def _seen(self, chat_id: str, page: PageRequest) -> tuple[Chat, list[Message], bool] | None:
        """The chat, a page of messages, and whether that was cut: there may be more. None for an unknown chat."""
        items, cut = self._page_of_items(chat_id, page)
        header = items.pop(-1 if page.after else 0) if _has_header(items, page) else None
        chat = self.load(chat_id) if header is None and (items or page.before or page.after) else None
        chat = chat or (chat_from(header) if header else None)
        return (chat, [message_from(item) for item in items], cut) if chat else None

    def _page_of_items(self, chat_id: str, page: PageRequest) -> "tuple[list[Item], bool]":
        """One query: ascending from `after` up to the header, otherwise descending from the header or from `before`.

        DynamoDB may return a key with the last page, too: nothing comes after the header.
        """
        values: NewItem = {":chat": text(chat_id)}
        condition = "pk = :chat"
        if page.after:
            condition, values[":after"] = "pk = :chat AND sk > :after", text(MESSAGE + page.after)
        elif page.before:
            condition, values[":before"] = "pk = :chat AND sk < :before", text(MESSAGE + page.before)
        with translate_aws_errors(StoreUnavailable):
            found = self._client.query(
                TableName=self._table,
                KeyConditionExpression=condition,
                ExpressionAttributeValues=values,
                ScanIndexForward=page.after is not None,
                Limit=page.limit + 2,  # the header, and one more message to know whether there are more
                ConsistentRead=True,
            )
        items: list[Item] = list(found["Items"])
        return items, "LastEvaluatedKey" in found and not (page.after and _has_header(items, page))

    def list_chats(self, user_id: str, limit: int, start: tuple[str, str] | None = None) -> ChatList:
        query: dict[str, Any] = {}
        if start is not None:
            activity, chat_id = start
            query["ExclusiveStartKey"] = {
                **header_key(chat_id),
                "user_id": text(user_id),
                "activity": text(activity),
            }
        with translate_aws_errors(StoreUnavailable):
            found = self._client.query(
                TableName=self._table,
                IndexName=INDEX,
                KeyConditionExpression="user_id = :user",
                ExpressionAttributeValues={":user": text(user_id)},
                ScanIndexForward=False,
                Limit=limit + 1,  # one more to know whether there are more: a key may come with the last page
                **query,
            )
        shown = found["Items"][:limit]
        more = shown and (len(found["Items"]) > limit or "LastEvaluatedKey" in found)
        place = (shown[-1]["activity"]["S"], shown[-1]["pk"]["S"]) if more else None
        return ChatList(tuple(map(summary_from, shown)), place)

    # ---- managing chats

    def mark_read(self, chat_id: str, user_id: str) -> None:
        try:
            self._writer.update(self._writes.mark_read(chat_id, user_id)["Update"])
        except ClientError as error:
            _owned(_refused_item(error), user_id)
            raise

    def set_feedback(self, chat_id: str, message_id: str, feedback: Feedback) -> Feedback | None:
        try:
            write = self._writes.feedback(chat_id, message_id, feedback)
            return feedback_from(self._writer.update(write["Update"]).get("Attributes", {}))
        except ClientError as error:
            _refused_item(error)
            raise AnswerNotFound from None

    def delete(self, chat_id: str, user_id: str, until: datetime | None = None) -> None:
        # Hide the chat first. The header is deleted last, so that its owner can repeat an interrupted deletion.
        self._hide(chat_id, user_id)
        messages = self._in_time(self._message_keys(chat_id), until)
        self._delete_all(chain(messages, [input_key(chat_id)]))
        self._delete_all([header_key(chat_id)])

    def _hide(self, chat_id: str, user_id: str) -> None:
        """A queued turn releases its slots in the same transaction: nobody would find them afterwards."""
        writes, retries = [self._writes.hide(chat_id, user_id)], Retries(self._clock)
        while (refused := self._writer.transact(writes, retries)) is not None:
            turn = _owned(refused[0] or {}, user_id).turn
            if turn.thinking:
                shards = self._slots.shards_for(turn) if turn.frees_slots(by_worker=False) else []
                writes = [self._writes.hide(chat_id, user_id, turn), *(shard.release(turn) for shard in shards)]
            else:  # it has ended since
                writes = [self._writes.hide(chat_id, user_id)]

    def _message_keys(self, chat_id: str) -> "Iterator[NewItem]":
        query = {
            "TableName": self._table,
            "KeyConditionExpression": "pk = :chat AND sk < :header",
            "ExpressionAttributeValues": {":chat": text(chat_id), ":header": text(HEADER)},
            "ProjectionExpression": "pk, sk",
            "ConsistentRead": True,
        }
        return ({"pk": item["pk"], "sk": item["sk"]} for item in self._batch.query_all(query))

    def _in_time(self, keys: "Iterator[NewItem]", until: datetime | None) -> "Iterator[NewItem]":
        for key in keys:
            if until is not None and self._clock.now() >= until:
                raise StoreUnavailable("OutOfTime")
            yield key

    def _delete_all(self, keys: "Iterable[NewItem]") -> None:
        self._batch.write_all({"DeleteRequest": {"Key": key}} for key in keys)

    def _update(self, write: Write, then: Turn) -> bool:
        try:
            self._writer.update(write["Update"])
            return True
        except ClientError as error:
            return _is(then, _refused_item(error))


def _is_stored(new: NewQuestion, header: "Item", message: "Item | None") -> bool:
    """Whether the chat holds this very question: as its turn, or below later messages."""
    chat = chat_from(header)
    if chat is None or chat.user_id != new.turn.user_id:
        return False
    return chat.turn.turn_id == new.turn.turn_id or bool(message and message_from(message) == new.message)


def _acquire_again(
    shards: list[SlotShard], tried: list[Write], refused: "list[Item | None]", turn: Turn
) -> list[Write]:
    """The writes to try next: where a shard refused, one from what it shows. Raises when it has no room."""
    return [
        write if item is None else shard.acquire_again(item, turn)
        for shard, write, item in zip(shards, tried, refused, strict=False)
    ]


def _owned(header: "Item", user_id: str) -> Chat:
    """The header's chat. Raises `ChatNotFound`, also when it is being deleted, and `ChatForbidden`."""
    chat = chat_from(header)
    if chat is None:
        raise ChatNotFound
    chat.check_owner(user_id)
    return chat


def _is(turn: Turn, header: "Item") -> bool:
    """Whether the header already holds `turn`: then our own write succeeded and its response was lost."""
    return "user_id" in header and turn_from(header) == turn


def _refused_item(error: ClientError) -> "Item":
    if code_of(error) != "ConditionalCheckFailedException":
        raise error
    item: Item = error.response.get("Item", {})  # type: ignore[assignment]
    return item


def _has_header(items: "list[Item]", page: PageRequest) -> bool:
    return bool(items) and items[-1 if page.after else 0]["sk"]["S"] == HEADER


def _page(chat: Chat, messages: list[Message], cut: bool, page: PageRequest, *, final: bool = False) -> ChatPage | None:
    """The page as of the header's state; None for a torn read, unless it is `final`.

    A query is not isolated from a transaction that commits at the same time. It may see the new header without the new
    message, or the reverse; then a newer message may also stand in the place of the one that tells whether there are
    more.
    """
    known = [message for message in messages if message.message_id <= chat.last_message_id]
    shown = known[: page.limit]
    more = cut or len(known) > page.limit
    if page.after:
        reached = shown[-1].message_id if shown else page.after
        missing = reached < chat.last_message_id
        if missing and not more and not final:
            return None
        return ChatPage(chat, tuple(shown), has_older=True, has_newer=missing and (more or not final))
    torn = cut and len(known) <= page.limit < len(messages)
    if not page.before:
        torn = torn or not shown or shown[0].message_id != chat.last_message_id
    if torn and not final:
        return None
    return ChatPage(chat, tuple(reversed(shown)), has_older=more, has_newer=page.before is not None)
