"""Operations on many items: paginated queries, and batch writes that retry unprocessed items."""

import random
from collections.abc import Iterable, Iterator
from datetime import timedelta
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

from adapters.aws.errors import translate_aws_errors
from domain.errors import StoreUnavailable
from domain.ports import Clock

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

    from adapters.dynamodb.items import Item

#: BatchWriteItem's limit.
BATCH: Final = 25
#: Attempts after a transaction conflict or with unprocessed items, and the first pause between them. With exponential
#: backoff and jitter this lets 50 transactions on one item through.
CONFLICT_TRIES: Final = 10
CONFLICT_PAUSE: Final = timedelta(milliseconds=20)


def pause_before_retry(clock: Clock, attempt: int) -> None:
    """Exponential backoff with jitter; `attempt` counts the failed attempts, from 0."""
    clock.sleep(CONFLICT_PAUSE * (1.5**attempt) * random.uniform(0.5, 1.5))  # noqa: S311  # jitter, no secret


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
        for attempt in range(CONFLICT_TRIES):
            with translate_aws_errors(StoreUnavailable):
                requests = self._client.batch_write_item(RequestItems=requests).get("UnprocessedItems")
            if not requests:
                return
            pause_before_retry(self._clock, attempt)
        raise StoreUnavailable("UnprocessedItems")
