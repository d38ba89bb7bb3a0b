"""Model-based test of the repository's contract: fake and DynamoDB behave alike."""

import pytest
from moto import mock_aws

from tests.faults.model_based.dynamodb import Keyed, Moto, compare_with_fake

EXAMPLES = 200


def test_fake_and_dynamodb_agree_on_any_sequence_of_calls(fake_credentials: None) -> None:
    compare_with_fake(Keyed(), EXAMPLES)


@pytest.mark.parametrize("examples", [40, pytest.param(EXAMPLES, marks=pytest.mark.full)])
def test_fake_and_dynamodb_over_moto_agree_on_any_sequence_of_calls(examples: int) -> None:
    with mock_aws():
        compare_with_fake(Moto(), examples)
