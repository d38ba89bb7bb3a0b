"""The model-based comparison with DynamoDB over moto, with an empty table for each example."""

from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from adapters.dynamodb.chat_repository import DynamoDbChatRepository
from adapters.dynamodb.turn_slots import slots_key
from domain.ports import ChatRepository
from tests.fakes.clock import FakeClock
from tests.faults.model_based.repository import CAPACITY, RepositoryComparison
from tests.support.aws import Tables, dynamodb_client, make_tables
from tests.support.story import ALICE, BOB

STEPS = 30


def compare_with_fake(examples: int, *, shortest: bool = True) -> None:
    """Raises when DynamoDB and the fake differ; with `shortest`, Hypothesis shrinks the example first."""
    client = dynamodb_client()
    used: list[Tables] = []

    def empty_dynamodb(clock: FakeClock) -> ChatRepository:
        # moto copies every table for every transaction: earlier tables would slow down all later examples.
        while used:
            old = used.pop()
            client.delete_table(TableName=old.chats)
            client.delete_table(TableName=old.memories)
        used.append(make_tables(client))
        return DynamoDbChatRepository(client, used[0].chats, clock, CAPACITY)

    class DynamoDbComparison(RepositoryComparison):
        pass

    def permits() -> dict[str, set[str]]:
        keys = [slots_key(shard) for shard in (f"user#{ALICE}", f"user#{BOB}", "places#0")]
        found = client.batch_get_item(RequestItems={used[0].chats: {"Keys": keys}})["Responses"][used[0].chats]
        return {item["pk"]["S"]: set(item.get("thinking", {"SS": []})["SS"]) for item in found}

    DynamoDbComparison.other = staticmethod(empty_dynamodb)
    DynamoDbComparison.permits = staticmethod(permits)
    phases = set(Phase) if shortest else {Phase.generate}
    run_state_machine_as_test(
        DynamoDbComparison,
        settings=settings(
            max_examples=examples,
            stateful_step_count=STEPS,
            deadline=None,
            derandomize=True,
            database=None,
            phases=phases,
            suppress_health_check=list(HealthCheck),
        ),
    )
