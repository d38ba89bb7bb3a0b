"""AWS for tests: Terraform's tables, and requests recorded and answered between a client and moto."""

import json
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from uuid import uuid4

import boto3
from botocore.awsrequest import AWSResponse
from botocore.compat import HTTPHeaders
from botocore.config import Config
from botocore.endpoint import convert_to_response_dict
from botocore.parsers import create_parser

from adapters.aws.clients import AwsClients
from scripts import service_models
from tests.fakes.dynamodb.wire import RawBody

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_lambda import LambdaClient

REGION: Final = "eu-central-1"
#: Without retries of the client library, so that tests see the first error.
ONE_TRY: Final = Config(retries={"mode": "standard", "total_max_attempts": 1})

#: tests/architecture compares these with the Terraform.
CHATS_KEY: Final = ("pk", "sk")
MEMORIES_KEY: Final = ("user_id", "memory_id")
INDEX: Final = "by_activity"
INDEX_KEY: Final = ("user_id", "activity")
INDEX_ATTRIBUTES: Final = (
    "title",
    "last_text",
    "last_message_id",
    "last_answer_id",
    "read_up_to",
    "turn_state",
    "deadline",
    "active_at",
)


@dataclass(frozen=True)
class Tables:
    """The names of one test's two tables."""

    chats: str
    memories: str


def dynamodb_client() -> "DynamoDBClient":
    return boto3.client("dynamodb", region_name=REGION, config=ONE_TRY)


def give_keys_with_full_pages(client: "DynamoDBClient") -> "DynamoDBClient":
    """Let moto follow DynamoDB's rule: a query that has read exactly `Limit` items gives a LastEvaluatedKey.

    "LastEvaluatedKey ... not empty does not necessarily mean that there is more data in the result set":
    https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_Query.html
    """

    def note(params: dict[str, Any], context: dict[str, Any], **_: object) -> None:
        index = INDEX_KEY if "IndexName" in params else ()
        context["page"] = params.get("Limit"), index

    def give(parsed: dict[str, Any], context: dict[str, Any], **_: object) -> None:
        limit, index = context["page"]
        items = parsed.get("Items", [])
        if items and len(items) == limit:
            keys = {*CHATS_KEY, *MEMORIES_KEY[1:], *index}
            parsed.setdefault("LastEvaluatedKey", {name: items[-1][name] for name in keys if name in items[-1]})

    client.meta.events.register("provide-client-params.dynamodb.Query", note)
    client.meta.events.register("after-call.dynamodb.Query", give)
    return client


def lambda_client() -> "LambdaClient":
    return boto3.client("lambda", region_name=REGION, config=ONE_TRY)


def package_clients() -> AwsClients:
    """The package's clients, with its trimmed service models: other operations fail."""
    return AwsClients(ONE_TRY, _package_models())


@cache
def _package_models() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="async-chat-models-"))
    service_models.write(Path(__file__).parents[2] / "src" / "adapters", folder)
    return folder


def make_tables(client: "DynamoDBClient", *, stream: bool = False) -> Tables:
    """As Terraform makes them; with the `stream` that it makes for events."""
    tables = Tables(f"chats-{uuid4().hex}", f"memories-{uuid4().hex}")
    index: Any = {
        "IndexName": INDEX,
        "KeySchema": _schema(INDEX_KEY),
        "Projection": {"ProjectionType": "INCLUDE", "NonKeyAttributes": list(INDEX_ATTRIBUTES)},
    }
    told: Any = {"StreamEnabled": stream, **({"StreamViewType": "NEW_AND_OLD_IMAGES"} if stream else {})}
    client.create_table(
        TableName=tables.chats,
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=_definitions({*CHATS_KEY, *INDEX_KEY}),
        KeySchema=_schema(CHATS_KEY),
        GlobalSecondaryIndexes=[index],
        StreamSpecification=told,
    )
    client.create_table(
        TableName=tables.memories,
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=_definitions({*MEMORIES_KEY}),
        KeySchema=_schema(MEMORIES_KEY),
    )
    return tables


def _schema(key: tuple[str, str]) -> Any:
    return [{"AttributeName": name, "KeyType": kind} for name, kind in zip(key, ("HASH", "RANGE"), strict=True)]


def _definitions(names: set[str]) -> Any:
    return [{"AttributeName": name, "AttributeType": "S"} for name in sorted(names)]


@dataclass
class Sent:
    """One request as it left the client, and its parsed reply once there is one."""

    operation: str
    url: str
    headers: dict[str, str]
    body: bytes
    reply: dict[str, Any] = field(default_factory=dict)


#: Called with an operation before it is sent: answers for AWS, raises, or returns None to send it. What it answers or
#: raises for is not carried out.
Interference = Callable[[str], AWSResponse | None]


@dataclass
class Wire:
    """Records the requests of clients, retries included; `interfere` may answer each call.

    It answers at `before-call`. botocore emits `before-send` to all handlers, moto's among them, and takes the first
    answer afterwards: an answer given there would let moto carry out what it refuses.
    """

    sent: list[Sent] = field(default_factory=list)
    interfere: Interference = field(default=lambda _operation: None)

    @property
    def operations(self) -> list[str]:
        return [request.operation for request in self.sent]

    def tap(self, *clients: Any) -> None:
        for client in clients:
            client.meta.events.register_first("before-call", self._called)
            client.meta.events.register_first("before-send", self._going)
            client.meta.events.register_last("after-call", self._answered)

    def fail_with(self, error: AWSResponse | Exception) -> None:
        """From now on, every request gets this response or raises this exception."""

        def interfere(_operation: str) -> AWSResponse:
            if isinstance(error, Exception):
                raise error
            return error

        self.interfere = interfere

    @contextmanager
    def counting(self) -> Iterator[list[Sent]]:
        """The requests sent inside the block."""
        before, here = len(self.sent), list[Sent]()
        yield here
        here.extend(self.sent[before:])

    def _called(self, model: Any, params: dict[str, Any], **_: object) -> tuple[AWSResponse, dict[str, Any]] | None:
        record = partial(self._record, model.name, params["url"], params["headers"], params["body"])
        try:
            answer = self.interfere(model.name)
        except Exception:
            record()
            raise
        if answer is None:
            return None
        record()
        return answer, parsed(model, answer)

    def _going(self, request: Any, event_name: str, **_: object) -> None:
        self._record(event_name.rsplit(".", 1)[-1], request.url, request.headers, request.body)

    def _record(self, operation: str, url: str, headers: Any, body: str | bytes | None) -> None:
        sent = body.encode() if isinstance(body, str) else bytes(body or b"")
        self.sent.append(Sent(operation, url, {name: _text(value) for name, value in headers.items()}, sent))

    def _answered(self, parsed: dict[str, Any], **_: object) -> None:
        self.sent[-1].reply = parsed


def _text(value: str | bytes) -> str:
    return value.decode() if isinstance(value, bytes) else value


def parsed(operation: Any, answer: AWSResponse) -> dict[str, Any]:
    """The answer to an operation as botocore reads it, an error's modeled members included."""
    response = convert_to_response_dict(answer, operation)
    parser = create_parser(operation.service_model.resolved_protocol)
    reply: dict[str, Any] = parser.parse(response, operation.output_shape)
    shape = operation.service_model.shape_for_error_code(reply.get("Error", {}).get("Code", ""))
    return reply | (parser.parse(response, shape) if shape else {})


def refusal(code: str, status: int = 400, **members: object) -> AWSResponse:
    """AWS's error response, in DynamoDB's and Lambda's format at once."""
    body = json.dumps({"__type": f"com.amazonaws.dynamodb.v20120810#{code}", "message": "no", **members})
    headers = HTTPHeaders.from_dict({"x-amzn-errortype": code, "Content-Type": "application/x-amz-json-1.0"})
    return AWSResponse("https://aws.invalid", status, headers, RawBody(body.encode()))


#: Operations that a transaction on their item may refuse.
WRITES: Final = frozenset({"UpdateItem", "DeleteItem", "BatchWriteItem", "TransactWriteItems"})


def conflict_of(operation: str, reason: str = "TransactionConflict") -> AWSResponse:
    """DynamoDB's refusal of a write that meets another transaction: it is not carried out."""
    if operation == "TransactWriteItems":
        return refusal("TransactionCanceledException", CancellationReasons=[{"Code": "None"}, {"Code": reason}])
    return refusal("TransactionConflictException")


def mix(reply: dict[str, Any]) -> bool:
    """Let one item of a refused transaction meet another transaction: its reason says nothing else then.

    The other refusals stay. False for any other reply, which stays as it is.
    """
    reasons = reply.get("CancellationReasons", [])
    refused = [number for number, reason in enumerate(reasons) if reason.get("Code") == "ConditionalCheckFailed"]
    others = [number for number in reversed(range(len(reasons))) if number not in refused[:1]]
    if not refused or not others:
        return False
    reasons[others[0]] = {"Code": "TransactionConflict"}
    return True


class BusyItems:
    """Every third write of a client is refused once for a conflict, and every refused transaction comes mixed first."""

    def __init__(self) -> None:
        self.begin()

    def begin(self) -> None:
        """Count from the start, so that an example repeats."""
        self._writes = 0
        self._mixed = False

    def tap(self, client: Any) -> None:
        client.meta.events.register_first("before-call", self._refuse)
        client.meta.events.register_last("after-call.dynamodb.TransactWriteItems", self._mix)

    def _refuse(self, model: Any, **_: object) -> tuple[AWSResponse, dict[str, Any]] | None:
        self._writes += model.name in WRITES
        if model.name not in WRITES or self._writes % 3:
            return None
        answer = conflict_of(model.name)
        return answer, parsed(model, answer)

    def _mix(self, parsed: dict[str, Any], **_: object) -> None:
        self._mixed = not self._mixed and mix(parsed)
