"""Writes that meet other transactions: they are sent again, with pauses, until they are decided or time is up.

An item takes part in one transaction at a time. A write that meets another's transaction is not carried out, and
botocore does not repeat it. Source: "Transaction conflict handling in DynamoDB" in
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis.html
"""

import random
from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final, TypeVar

from botocore.exceptions import ClientError

from adapters.aws.errors import code_of, translate_aws_errors
from adapters.dynamodb.turn_slots import Write
from domain.errors import StoreUnavailable
from domain.ports import Clock

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import UpdateItemOutputTypeDef

    from adapters.dynamodb.items import Item

#: No pause ends later than this after an operation began: an ask has two seconds, and its worker to invoke.
RETRY_TIME: Final = timedelta(seconds=1.2)
#: A transaction takes some 10 to 30 ms. With exponential backoff and jitter, 24 transactions get through one item.
FIRST_PAUSE: Final = timedelta(milliseconds=20)
LONGEST_PAUSE: Final = timedelta(milliseconds=160)
#: Reasons of a cancelled transaction that say how its item was judged. All others say that it was not judged.
_ACCEPTED, _REFUSED, _INVALID = "None", "ConditionalCheckFailed", "ValidationError"
_JUDGED: Final = frozenset({_ACCEPTED, _REFUSED})

Output = TypeVar("Output")


class Retries:
    """The tries of one operation: exponential backoff with jitter, `within` a time from now."""

    def __init__(self, clock: Clock, within: timedelta = RETRY_TIME) -> None:
        self._clock = clock
        self._until = clock.now() + within
        self._pause = FIRST_PAUSE

    def pause(self, reason: str) -> None:
        """Sleep before the next try. Raises `StoreUnavailable` for the reason given when time is up."""
        pause = self._pause * random.uniform(0.5, 1.5)  # noqa: S311  # jitter, no secret
        if self._clock.now() + pause > self._until:
            raise StoreUnavailable(reason)
        self._clock.sleep(pause)
        self._pause = min(self._pause * 1.5, LONGEST_PAUSE)


def send_past_conflicts(send: Callable[[], Output], retries: Retries) -> Output:
    """The result of a call outside of transactions, sent again while a transaction on its item is under way."""
    while True:
        with translate_aws_errors(StoreUnavailable):
            try:
                return send()
            except ClientError as error:
                if code_of(error) != "TransactionConflictException":
                    raise
        retries.pause("TransactionConflict")


class ItemWriter:
    """Writes items and transactions. Raises `StoreUnavailable`; `ClientError` for a refused condition or a defect."""

    def __init__(self, client: "DynamoDBClient", clock: Clock) -> None:
        self._client = client
        self._clock = clock

    def update(self, request: dict[str, Any]) -> "UpdateItemOutputTypeDef":
        """UpdateItem."""
        return send_past_conflicts(lambda: self._client.update_item(**request), Retries(self._clock))

    def transact(self, writes: list[Write], retries: Retries | None = None) -> "list[Item | None] | None":
        """TransactWriteItems. None when all is written. Else, per write, None or the item that failed its condition
        (empty: no item).

        DynamoDB judges the items one by one, and commits them one by one. While one of them meets another transaction
        or is throttled, a refusal of the others may show half of what that transaction does, such as a chat that is
        busy with this very question: it decides nothing, and all are tried again.
        """
        retries = retries or Retries(self._clock)
        while True:
            reasons = self._cancelled(writes)
            if reasons is None:
                return None
            codes = [reason.get("Code", _ACCEPTED) for reason in reasons]
            if _INVALID in codes:
                raise AssertionError("a write that DynamoDB cannot read")
            if _decided(codes):
                return [reason.get("Item", {}) if reason.get("Code") == _REFUSED else None for reason in reasons]
            retries.pause(next((code for code in codes if code not in _JUDGED), "TransactionCanceled"))

    def _cancelled(self, writes: list[Write]) -> list[Any] | None:
        """Why the transaction was cancelled, per write; None when it was carried out."""
        try:
            with translate_aws_errors(StoreUnavailable):
                self._client.transact_write_items(TransactItems=writes)  # type: ignore[arg-type]  # Any inside
            return None
        except ClientError as error:
            if code_of(error) != "TransactionCanceledException":
                raise
            return list(error.response["CancellationReasons"])


def _decided(codes: list[str]) -> bool:
    """Whether DynamoDB has judged every item, and refused some."""
    return _REFUSED in codes and _JUDGED.issuperset(codes)
