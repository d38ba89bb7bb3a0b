import pytest
from moto import mock_aws

from tests.faults.model_based.torn_reads import torn_reads


@pytest.mark.parametrize("keys_with_full_pages", [True, False], ids=["DynamoDB's rule", "moto's rule"])
def test_read_during_a_write_shows_the_state_before_or_after_it(keys_with_full_pages: bool) -> None:
    with mock_aws():
        assert list(torn_reads(keys_with_full_pages=keys_with_full_pages)) == []
