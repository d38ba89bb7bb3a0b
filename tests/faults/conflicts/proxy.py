"""A model of DynamoDB's transaction conflicts, as a proxy between botocore clients and moto.

No engine for tests reports a conflict. Here a transaction prepares and commits its items one by one, in virtual time,
and holds each of them meanwhile; a write that meets a held item is refused. A transaction that is refused is under way
until it answers, too. Source: "Transaction conflict handling in DynamoDB" in
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis.html; how long a transaction takes
(10 to 30 ms) and that items are free a little before or after the answer are assumptions, on the hard side.

moto loses writes of concurrent threads. Here requests are greenlets of one thread, which never switch inside of moto.
"""

import json
from collections.abc import Callable
from datetime import timedelta
from http import HTTPStatus
from random import Random
from typing import TYPE_CHECKING, Any

from botocore.awsrequest import AWSResponse
from botocore.compat import HTTPHeaders
from botocore.exceptions import ClientError

from tests.faults.simulation.scheduler import Scheduler
from tests.support.aws import CHATS_KEY, conflict_of, parsed

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

URL = "https://aws.invalid"
Reply = tuple[AWSResponse, dict[str, Any]]


class ConflictProxy:
    """`plain` reaches moto without the proxy; `take_event` stands for Lambda's Invoke."""

    def __init__(
        self, scheduler: Scheduler, random: Random, plain: "DynamoDBClient", take_event: Callable[[bytes], None]
    ) -> None:
        self._scheduler = scheduler
        self._random = random
        self._plain = plain
        self._take_event = take_event
        self._held: set[str] = set()
        self.conflicts = 0

    def tap(self, *clients: Any) -> None:
        for client in clients:
            client.meta.events.register_first("before-call", self._answer)

    def _answer(self, model: Any, params: dict[str, Any], **_: object) -> Reply | None:
        self._pause(1, 3)
        body = params["body"]
        if model.name == "Invoke":
            self._take_event(body)
            return _reply({"StatusCode": HTTPStatus.ACCEPTED}, HTTPStatus.ACCEPTED)
        request = json.loads(body)
        if model.name == "TransactWriteItems":
            return self._transact(request)
        if model.name == "BatchWriteItem":
            return self._batch(request)
        if model.name in {"UpdateItem", "DeleteItem"} and _name_of(request["Key"]) in self._held:
            self.conflicts += 1
            answer = conflict_of(model.name)
            return answer, parsed(model, answer)
        return None

    def _batch(self, request: dict[str, Any]) -> Reply | None:
        entries = [entry for batch in request["RequestItems"].values() for entry in batch]
        keys = {_name_of(next(iter(entry.values())).get("Key") or entry["PutRequest"]["Item"]) for entry in entries}
        if not keys & self._held:
            return None
        self.conflicts += 1
        return _reply({"UnprocessedItems": request["RequestItems"]})

    def _transact(self, request: dict[str, Any]) -> Reply:
        writes = request["TransactItems"]
        names = [_name_of(part.get("Key") or part["Item"]) for write in writes for part in write.values()]
        mine, met = list[str](), set[int]()
        for number in self._random.sample(range(len(names)), len(names)):
            self._pause(1, 5)
            if names[number] in self._held:
                met.add(number)
            else:
                self._held.add(names[number])
                mine.append(names[number])
        self.conflicts += bool(met)
        reply = self._refusal(writes, met) if met else self._carried_out(request)
        self._random.shuffle(mine)
        for name in mine[1:]:
            self._pause(1, 5)
            self._held.remove(name)
        beyond = timedelta(milliseconds=self._random.uniform(0, 4))
        self._scheduler.spawn(lambda: self._held.difference_update(mine[:1]), beyond)
        return reply

    def _carried_out(self, request: dict[str, Any]) -> Reply:
        try:
            return _reply(dict(self._plain.transact_write_items(**request)))
        except ClientError as error:
            return _reply(dict(error.response), HTTPStatus.BAD_REQUEST)

    def _refusal(self, writes: list[Any], met: set[int]) -> Reply:
        """The items that met no other transaction are judged, together with a condition that never holds."""
        judged = [number for number in range(len(writes)) if number not in met]
        table = next(iter(writes[0].values()))["TableName"]
        never = {
            "ConditionCheck": {
                "TableName": table,
                "Key": {name: {"S": "nobody"} for name in CHATS_KEY},
                "ConditionExpression": "attribute_exists(pk)",
            }
        }
        _, reply = self._carried_out({"TransactItems": [*(writes[number] for number in judged), never]})
        reasons = dict(zip(judged, reply["CancellationReasons"], strict=False))
        conflict = {"Code": "TransactionConflict"}
        reply["CancellationReasons"] = [reasons.get(number, conflict) for number in range(len(writes))]
        return _reply(reply, HTTPStatus.BAD_REQUEST)

    def _pause(self, least: float, most: float) -> None:
        self._scheduler.pause(timedelta(milliseconds=self._random.uniform(least, most)))


def _name_of(key: dict[str, Any]) -> str:
    return f"{key['pk']['S']} {key['sk']['S']}"


def _reply(reply: dict[str, Any], status: int = HTTPStatus.OK) -> Reply:
    return AWSResponse(URL, status, HTTPHeaders(), None), reply
