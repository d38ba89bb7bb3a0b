"""Ends of turns in the chats table's stream: every writer's, since DynamoDB itself writes the stream.

A record holds the item before and after one write. Which records the function gets at all is in Terraform (events.tf),
as coarse as a filter can say it; what counts is decided here.
"""

import logging
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from adapters.dynamodb.items import HEADER, turn_from
from domain.chat import Turn

log: Final = logging.getLogger(__name__)


def ended_turns(records: Iterable[Mapping[str, Any]]) -> Iterator[Turn]:
    """The turns that these records' writes ended, in the stream's order.

    No end is what leaves an ended turn as it is (a read mark), a chat that is put back (restore_chat), and one that
    disappears: its turn was ended before, or has no stored end.
    """
    for record in records:
        images = record.get("dynamodb", {})
        before, after = images.get("OldImage"), images.get("NewImage")
        if record.get("eventName") == "MODIFY" and before and after and _is_end(before, after):
            try:
                yield turn_from(after)
            except (KeyError, ValueError):
                # A chat that is being deleted, or an item that somebody has edited: again would be the same.
                log.warning("end of a turn unreadable", extra={"sequence_number": images.get("SequenceNumber")})


def _is_end(before: Mapping[str, Any], after: Mapping[str, Any]) -> bool:
    if after["sk"] != {"S": HEADER} or "user_id" not in after or "ended_at" not in after:
        return False
    return any(before.get(name) != after.get(name) for name in ("turn_id", "turn_state"))
