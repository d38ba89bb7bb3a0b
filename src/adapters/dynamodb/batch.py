"""Operations on many items: paginated queries, and batch writes that retry unprocessed items."""

from collections.abc import Iterable, Iterator
from datetime import timedelta
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

from adapters.aws.errors import translate_aws_errors
from adapters.dynamodb.writer import Retries, send_past_conflicts
from domain.errors import StoreUnavailable
from domain.ports import Clock

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

    from adapters.dynamodb.items import Item

#: BatchWriteItem's limit.
BATCH: Final = 25
#: How long one batch is tried again: unprocessed items are a sign of throttling, which lasts longer than a conflict.
BATCH_TIME: Final = timedelta(seconds=2.5)


class TableBatch:
    """Queries and batch writes of one table. Methods raise `StoreUnavailable`."""

    def __init__(self, client: "DynamoDBClient", table: str, clock: Clock) -> None:
        self._client = client
        self._table = table
        self._clock = clock

    def query_all(self, query: dict[str, Any]) -> "Iterator[Item]":
        """All items of the query, page by page."""
        start: dict[str, Any] = {}
        while True:
            with translate_aws_errors(StoreUnavailable):
                found = self._client.query(**query, **start)
            yield from found["Items"]
            if "LastEvaluatedKey" not in found:
                return
            start = {"ExclusiveStartKey": found["LastEvaluatedKey"]}

    def write_all(self, writes: Iterable[dict[str, Any]]) -> None:
        """Put or delete items, 25 at a time; `writes` are entries of BatchWriteItem.

        What was written before a failure stays written.
        """
        rest = iter(writes)
        while batch := list(islice(rest, BATCH)):
            self._write({self._table: batch})

    def _write(self, requests: Any) -> None:
        retries = Retries(self._clock, BATCH_TIME)
        while unprocessed := self._send(requests, retries):
            retries.pause("UnprocessedItems")
            requests = unprocessed

    def _send(self, requests: Any, retries: Retries) -> Any:
        """Returns the unprocessed items."""
        sent = send_past_conflicts(lambda: self._client.batch_write_item(RequestItems=requests), retries)
        return sent.get("UnprocessedItems")
