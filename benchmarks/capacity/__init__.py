"""Capacity planning: workers, waits and refusals by simulation; cost and AWS quotas by calculation."""
