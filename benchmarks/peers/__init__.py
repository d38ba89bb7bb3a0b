"""Alternatives to this service, each built as its own documentation shows, doing the same work."""
