"""The repository's contract, fake and DynamoDB side by side."""

from moto import mock_aws

from tests.faults.dynamodb_model_based import compare_with_fake


def test_whatever_is_done_to_a_chat_the_fake_and_dynamodb_do_alike() -> None:
    with mock_aws():
        compare_with_fake(examples=40)
