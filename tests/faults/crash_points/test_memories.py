"""Crash points of storing and deleting memories."""

import pytest
from moto import mock_aws

from tests.faults.crash_points.memories import STORIES, MemoryStory, memory_breaches


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.name)
def test_memories_are_stored_once_and_counted_exactly_at_every_crash_point(story: MemoryStory) -> None:
    with mock_aws():
        assert list(memory_breaches((story,))) == []
