"""Async Chat on the local stack, compared with alternatives: the same work, one run, the same client."""
