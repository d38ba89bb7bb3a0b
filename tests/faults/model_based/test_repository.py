"""Model-based test of the repository's contract: fake and DynamoDB behave alike."""

from moto import mock_aws

from tests.faults.model_based.dynamodb import compare_with_fake


def test_fake_and_dynamodb_agree_on_any_sequence_of_calls() -> None:
    with mock_aws():
        compare_with_fake(examples=40)
