"""The twins' real half: DynamoDB over moto, with an empty table for every example."""

from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from adapters.dynamodb.chat_repository import DynamoDbChatRepository
from domain.ports import ChatRepository
from tests.fakes.clock import FakeClock
from tests.faults.repository_model_based import CAPACITY, RepositoryTwins
from tests.support.aws import Tables, dynamodb_client, make_tables

STEPS = 30


def compare_twins(examples: int, *, shortest: bool = True) -> None:
    """Raises when the twins differ, after looking for the `shortest` way there if that is wanted."""
    client = dynamodb_client()
    used: list[Tables] = []

    def twin_of_fake(clock: FakeClock) -> ChatRepository:
        # moto copies every table for every transaction: what earlier examples left would slow down all later ones.
        while used:
            old = used.pop()
            client.delete_table(TableName=old.chats)
            client.delete_table(TableName=old.memories)
        used.append(make_tables(client))
        return DynamoDbChatRepository(client, used[0].chats, clock, CAPACITY)

    class DynamoDbTwins(RepositoryTwins):
        pass

    DynamoDbTwins.twin_of_fake = staticmethod(twin_of_fake)
    phases = set(Phase) if shortest else {Phase.generate}
    run_state_machine_as_test(
        DynamoDbTwins,
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
