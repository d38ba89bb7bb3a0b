"""Model-based test of the memory store's contract: fake and DynamoDB behave alike."""

from tests.faults.model_based.memory_store import compare_memory_stores


def test_fake_and_dynamodb_agree_on_any_sequence_of_calls(fake_credentials: None) -> None:
    compare_memory_stores(examples=15)
