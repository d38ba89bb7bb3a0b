"""Reads that fall into the middle of a write."""

from moto import mock_aws

from tests.faults.torn_reads import torn_reads


def test_a_read_shows_what_was_before_a_write_or_what_is_after_it() -> None:
    with mock_aws():
        assert list(torn_reads()) == []
