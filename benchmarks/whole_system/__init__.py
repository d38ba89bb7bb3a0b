"""Async Chat on the local stack beside what people would build instead: the same work, one run, the same client."""
