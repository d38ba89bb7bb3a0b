"""Test an agent outside the service: `contract`, `memory_store` and `clock`.

The agent itself imports `domain` and `adapters`, which are in this package as they are in the service's.
"""

import pytest

# Its assertions say what differs, as those of a test file do.
pytest.register_assert_rewrite("async_chat_agent_kit.contract")
