from moto import mock_aws

from tests.faults.model_based.torn_reads import torn_reads


def test_read_during_a_write_shows_the_state_before_or_after_it() -> None:
    with mock_aws():
        assert list(torn_reads()) == []
