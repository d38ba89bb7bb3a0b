"""Acceptance of a deployed workspace, from outside."""
